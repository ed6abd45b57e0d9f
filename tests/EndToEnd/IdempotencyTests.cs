using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class IdempotencyTests
{
    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Kill_WhileARequestIsAnswered_RepeatIsTheSameJob()
    {
        using var scratch = new ScratchFolder();
        Server server = await Server.StartAsync(scratch["data"], new Dictionary<string, string>());
        try
        {
            for (int round = 1; round <= 3; round++)
            {
                Task<HttpResponseMessage>[] sent = [.. Enumerable.Range(0, 4).Select(_ => PostAsync(server.Http, $"round-{round}"))];
                await Task.Delay(round);
                await server.KillAsync();
                // Answered or not: whoever asked cannot know.
                await Task.WhenAny(Task.WhenAll(sent), Task.Delay(TimeSpan.FromSeconds(10)));
                await server.DisposeAsync();
                server = await Server.StartAsync(scratch["data"], new Dictionary<string, string>());
                HttpResponseMessage[] repeats = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(server.Http, $"round-{round}")));
                Assert.All(repeats, repeat => Assert.Equal(HttpStatusCode.Accepted, repeat.StatusCode));
                string[] ids = await Task.WhenAll(repeats.Select(async repeat => (await repeat.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!));
                Assert.Single(ids.Distinct());
                Assert.Equal("completed", (await server.EndAsync(ids[0])).GetProperty("status").GetString());
                Assert.Equal(round, (await server.Http.GetFromJsonAsync("/api/v1/jobs")).GetProperty("jobs").GetArrayLength());
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    static Task<HttpResponseMessage> PostAsync(HttpClient http, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/generate") { Content = JsonContent.Create(new { prompt = "calm piano", duration = 1 }) };
        request.Headers.Add("Idempotency-Key", key);
        return http.SendAsync(request);
    }
}
