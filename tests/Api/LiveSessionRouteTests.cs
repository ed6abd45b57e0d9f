using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Identity;

namespace DgxMusic.Api.Tests;

[Trait("Requirement", "D-42")]
public sealed class LiveSessionRouteTests : IAsyncLifetime
{
    const string Root = "/api/v1/separations/sessions";

    static readonly JsonNode document = JsonNode.Parse(OpenApiDocument.Write(ApiRoutes.All).ToJsonString())!;

    ApiHost host = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.StartAsync();
        host.Orchestrator.DuringTimer = _ => new TaskCompletionSource().Task;
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Session_FromOpenToEnd_AnswersAsDocumented()
    {
        JsonElement opened = Fits((await host.SendAsync(HttpMethod.Post, Root, new { model = "spectral", sample_rate = 8_000, channels = 1, stems = new[] { "vocals", "instrumental" }, format = "s16le" })).Expect(201), "post", Root);
        string address = opened.GetProperty("status_url").GetString()!, audio = opened.GetProperty("audio").GetProperty("push").GetString()!;
        Assert.Equal(("none", true, "s16le"), (opened.GetProperty("statistics").GetString(), opened.GetProperty("open").GetBoolean(), opened.GetProperty("format").GetString()));
        Assert.InRange(opened.GetProperty("latency_seconds").GetDouble(), 0.5, 5);
        Assert.Equal(60, opened.GetProperty("idle_timeout_seconds").GetDouble());

        byte[] samples = new byte[2 * 20_000];
        for (int n = 0; n < 20_000; n++) BitConverter.TryWriteBytes(samples.AsSpan(2 * n), (short)(8_000 * Math.Sin(n * 0.1)));
        JsonElement taken = Fits((await PushAsync(audio, 0, samples)).Expect(200), "post", Root + "/{id}/audio");
        Assert.Equal(20_000, taken.GetProperty("next_offset").GetInt64());
        Answer early = (await host.GetAsync($"{audio}?stem=vocals")).Expect(204);
        Assert.Equal(("0", "20000", "false"), (early.Header("X-Frame-Count"), early.Header("X-Frames-Received"), early.Header("X-End-Of-Audio")));

        Fits((await host.SendAsync(HttpMethod.Post, $"{address}/close")).Expect(200), "post", Root + "/{id}/close");
        await host.Orchestrator.RunAllAsync();
        (int vocals, int rest) = (await PullAsync($"{audio}?stem=vocals"), await PullAsync($"{audio}?stem=instrumental&from=5000"));
        Assert.Equal((40_000, 30_000), (vocals, rest));
        Assert.Equal("true", (await host.GetAsync($"{audio}?stem=vocals&from=20000&wait=1")).Expect(204).Header("X-End-Of-Audio"));

        JsonElement ended = Fits((await host.GetAsync(address)).Expect(200), "get", Root + "/{id}");
        Assert.Equal(("completed", "closed", 20_000L), (ended.GetProperty("status").GetString(), ended.GetProperty("ended_by").GetString(), ended.GetProperty("frames_finished").GetInt64()));
        JsonElement job = (await host.GetAsync(ended.GetProperty("job_url").GetString()!)).Expect(200).Json;
        Assert.Equal(("live_separation", 20_000L), (job.GetProperty("kind").GetString(), job.GetProperty("result").GetProperty("frames").GetInt64()));
        Assert.Empty((await host.GetAsync("/api/v1/consistency")).Expect(200).Json.GetProperty("findings").EnumerateArray());

        JsonElement gone = Fits((await host.SendAsync(HttpMethod.Delete, address)).Expect(200), "delete", Root + "/{id}");
        Assert.Equal(JsonValueKind.Null, gone.GetProperty("expires_at").ValueKind);
        (await host.GetAsync($"{audio}?stem=vocals")).Expect(410, "FILE_PURGED");
        (await PushAsync(audio, 20_000, samples)).Expect(410, "FILE_PURGED");
    }

    [Theory]
    [InlineData("""{}""", "sample_rate")]
    [InlineData("""{"sample_rate": 7999}""", "sample_rate")]
    [InlineData("""{"sample_rate": 44100, "channels": 3}""", "channels")]
    [InlineData("""{"sample_rate": 44100, "format": "mp3"}""", "format")]
    [InlineData("""{"sample_rate": 44100, "stems": ["kazoo"]}""", "stems")]
    [InlineData("""{"sample_rate": 44100, "stems": 1}""", "stems")]
    [InlineData("""{"sample_rate": 44100, "model": "karaoke"}""", "model")]
    [InlineData("""{"sample_rate": 44100, "latency": 0}""", "latency")]
    public async Task Post_OfWhatIsNoSession_IsRefusedNamingTheField(string body, string field) =>
        Assert.True((await host.SendAsync(HttpMethod.Post, Root, body)).Expect(422).Json.GetProperty("details").TryGetProperty(field, out _), field);

    [Fact]
    public async Task Audio_AskedWrongly_IsRefused()
    {
        string audio = await OpenAsync();
        (await PushAsync(audio, null, new byte[8])).Expect(400);
        (await PushAsync(audio, -1, new byte[8])).Expect(400);
        (await PushAsync(audio, 0, [])).Expect(422, "EMPTY_AUDIO");
        (await PushAsync(audio, 0, new byte[9])).Expect(400);
        (await PushAsync(audio, 0, new byte[(15 * 8 * 8_000) + 8])).Expect(413, "BODY_TOO_LARGE");
        Answer gap = (await PushAsync(audio, 7, new byte[8])).Expect(409, "SESSION_OFFSET");
        Assert.Equal("0", gap.Json.GetProperty("details").GetProperty("expected_offset").GetString());
        (await host.GetAsync(audio)).Expect(400);
        (await host.GetAsync($"{audio}?stem=piano")).Expect(422);
        (await host.GetAsync($"{audio}?stem=vocals&wait=31")).Expect(400);
        (await host.GetAsync($"{audio}?stem=vocals&from=x")).Expect(400);
    }

    [Fact]
    public async Task Session_OfSomebodyElse_IsNotThere_AndNeedsATier()
    {
        string key = await host.KeyAsync(Tier.Paid), other = await host.KeyAsync(Tier.Paid);
        string audio = await OpenAsync(key);
        string address = audio[..audio.LastIndexOf('/')];
        (await host.GetAsync(address, key)).Expect(200);
        (await host.GetAsync(address, other)).Expect(404, "JOB_NOT_FOUND");
        (await host.SendAsync(HttpMethod.Delete, address, key: other)).Expect(404);
        (await host.SendAsync(HttpMethod.Post, $"{address}/close", key: other)).Expect(404);
        (await host.SendAsync(HttpMethod.Post, Root, new { sample_rate = 8_000, model = "spectral" }, await host.KeyAsync())).Expect(403, "TIER_REQUIRED");
    }

    [Fact]
    public async Task Post_WithTheSameIdempotencyKey_OpensOneSession()
    {
        object body = new { sample_rate = 8_000, model = "spectral" };
        Answer first = (await host.SendAsync(HttpMethod.Post, Root, body, headers: ("Idempotency-Key", "k"))).Expect(201), again = (await host.SendAsync(HttpMethod.Post, Root, body, headers: ("Idempotency-Key", "k"))).Expect(201);
        Assert.Equal(first.Json.GetProperty("session_id").GetString(), again.Json.GetProperty("session_id").GetString());
    }

    async Task<string> OpenAsync(string? key = null) =>
        (await host.SendAsync(HttpMethod.Post, Root, new { sample_rate = 8_000, model = "spectral" }, key)).Expect(201).Json.GetProperty("audio").GetProperty("push").GetString()!;

    Task<Answer> PushAsync(string audio, long? offset, byte[] samples)
    {
        var content = new ByteArrayContent(samples);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return host.SendAsync(HttpMethod.Post, offset is null ? audio : $"{audio}?offset={offset}", content);
    }

    async Task<int> PullAsync(string address)
    {
        using HttpResponseMessage answer = await host.Http.GetAsync(address);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        return (await answer.Content.ReadAsByteArrayAsync()).Length;
    }

    static JsonElement Fits(Answer answer, string method, string pattern)
    {
        JsonNode schema = document["paths"]![pattern]![method]!["responses"]![answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)]!["content"]!["application/json"]!["schema"]!;
        IReadOnlyList<string> faults = SchemaCheck.Faults(answer.Json, schema, document);
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n{answer.Text}");
        return answer.Json;
    }
}
