using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>Batches, reproductions and removals on the real stores, with a kill in between.</summary>
public sealed class JobLifeTests : IAsyncLifetime
{
    readonly ScratchFolder scratch = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(scratch["data"]);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    [Trait("Requirement", "A-45")]
    [Trait("Requirement", "A-82")]
    public async Task Batch_ServerKilledAfterItsAcceptance_CompletesInOrderAndAgreesWithItsFiles()
    {
        if (!server.IsOurs) return;
        string[] ids = await SubmitAsync("calm piano", "driving techno", "slow strings");
        await server.KillAsync();
        await server.DisposeAsync();
        server = await Server.StartAsync(scratch["data"]);

        List<DateTime> ends = [];
        foreach (string id in ids)
        {
            JsonElement job = await server.EndAsync(id);
            Assert.True(job.GetProperty("status").GetString() == "completed", job.GetRawText());
            ends.Add(job.GetProperty("completed_at").GetDateTime());
        }

        Assert.Equal(ends.Order(), ends);
        Assert.Equal(ids.Reverse(), (await server.Http.GetFromJsonAsync("/api/v1/history")).GetProperty("generations").EnumerateArray().Select(job => job.GetProperty("job_id").GetString()));
        Assert.Equal(3, (await server.Http.GetFromJsonAsync("/api/v1/jobs/status")).GetProperty("completed_jobs").GetInt32());
        JsonElement report = await server.Http.GetFromJsonAsync("/api/v1/consistency");
        Assert.True(report.GetProperty("found").GetInt32() == 0, report.GetRawText());
        Assert.Equal(3, report.GetProperty("jobs").GetInt32());
    }

    [Fact]
    [Trait("Requirement", "A-49")]
    public async Task Reproduce_ThenDelete_GivesTheSameBytesAndLeavesNoFile()
    {
        string id = Assert.Single(await SubmitAsync("calm piano in the rain"));
        await server.EndAsync(id);
        using HttpResponseMessage accepted = await server.Http.PostAsync($"/api/v1/jobs/{id}/reproduce", null);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);

        JsonElement again = await server.EndAsync((await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!);

        Assert.True(again.GetProperty("status").GetString() == "completed", again.GetRawText());
        Assert.True(again.GetProperty("result").GetProperty("identical").GetBoolean(), again.GetRawText());
        Assert.Equal(["file", "midi", "mix"], again.GetProperty("result").GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()));
        using HttpResponseMessage deleted = await server.Http.DeleteAsync($"/api/v1/generations/{id}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync($"/api/v1/jobs/{id}")).StatusCode);
        if (!server.IsOurs) return;
        for (int n = 0; n < 100 && scratch.Files("data").Any(IsAudio); n++) await Task.Delay(20);
        Assert.DoesNotContain(scratch.Files("data"), IsAudio);

        static bool IsAudio(string file) => file.EndsWith(".wav", StringComparison.Ordinal) || file.EndsWith(".mid", StringComparison.Ordinal);
    }

    async Task<string[]> SubmitAsync(params string[] prompts)
    {
        using HttpResponseMessage answer = await server.Http.PostAsJsonAsync("/api/v1/generate/batch", new { requests = prompts.Select(prompt => new { prompt, duration = 3, seed = 5 }) });
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_ids").EnumerateArray().Select(id => id.GetString()!)];
    }
}
