using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class ServerTests : IAsyncLifetime
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
    [Trait("Requirement", "X-07")]
    [Trait("Requirement", "X-19")]
    [Trait("Requirement", "A-41")]
    [Trait("Requirement", "A-42")]
    [Trait("Requirement", "A-46")]
    [Trait("Requirement", "A-47")]
    [Trait("Requirement", "C-40")]
    [Trait("Requirement", "X-03")]
    [Trait("Requirement", "X-04")]
    public async Task Generate_FromAcceptanceToDownload()
    {
        JsonElement accepted = await server.SubmitAsync(new { prompt = "calm piano", duration = 8, stems = true, seed = "18446744073709551615" });
        string id = accepted.GetProperty("job_id").GetString()!;
        Assert.Matches("^gen_[0-9a-f]{8}$", id);
        Assert.True(accepted.GetProperty("estimated_time_seconds").GetDouble() > 0);

        var events = await server.EventsAsync(id);
        Assert.Equal("snapshot", events[0].Type);
        Assert.Equal("job_completed", events[^1].Type);
        Assert.Equal(100, events[^1].Data.GetProperty("progress").GetInt32());
        Assert.Equal(events.Select(item => item.Id).Order(), events.Select(item => item.Id));
        Assert.Equal(events.Select(item => item.Data.GetProperty("progress").GetInt32()).Order(), events.Select(item => item.Data.GetProperty("progress").GetInt32()));

        JsonElement job = await server.JobAsync(id);
        Assert.Equal("composer", job.GetProperty("model").GetString());
        Assert.Equal(ulong.MaxValue, job.GetProperty("result").GetProperty("seed").GetUInt64());
        Assert.EndsWith("Z", job.GetProperty("created_at").GetString(), StringComparison.Ordinal);
        string url = job.GetProperty("file_url").GetString()!;
        byte[] whole = await server.Http.GetByteArrayAsync(url);
        Assert.Equal(job.GetProperty("metadata").GetProperty("file_size_bytes").GetInt64(), whole.Length);

        using var ranged = new HttpRequestMessage(HttpMethod.Get, url);
        ranged.Headers.Range = new RangeHeaderValue(100, 199);
        using HttpResponseMessage part = await server.Http.SendAsync(ranged);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole[100..200], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal("audio/wav", part.Content.Headers.ContentType!.MediaType);

        using var beyond = new HttpRequestMessage(HttpMethod.Get, url);
        beyond.Headers.Range = new RangeHeaderValue(whole.Length + 10, null);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await server.Http.SendAsync(beyond)).StatusCode);

        foreach (JsonProperty stem in job.GetProperty("result").GetProperty("stems").EnumerateObject())
            Assert.True((await server.Http.GetByteArrayAsync(stem.Value.GetProperty("url").GetString())).Length > 1000);
    }

    [Fact]
    [Trait("Requirement", "C-42")]
    public async Task Events_ResumedByTheirId_GoOnWhereTheyEnded()
    {
        string id = (await server.SubmitAsync(new { prompt = "calm piano", duration = 4 })).GetProperty("job_id").GetString()!;
        var all = await server.EventsAsync(id, lastEventId: 0);
        var rest = await server.EventsAsync(id, lastEventId: all[2].Id);
        Assert.Equal(all.Skip(3).Select(item => (item.Id, item.Type)), rest.Select(item => (item.Id, item.Type)));
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all.Select(item => item.Id));
    }

    [Fact]
    [Trait("Requirement", "C-41")]
    public async Task Events_TwoListeners_HearTheSame()
    {
        string id = (await server.SubmitAsync(new { prompt = "calm piano", duration = 6 })).GetProperty("job_id").GetString()!;
        var heard = await Task.WhenAll(server.EventsAsync(id, 0), server.EventsAsync(id, 0));
        Assert.Equal(heard[0].Select(item => item.Data.GetRawText()), heard[1].Select(item => item.Data.GetRawText()));
    }

    [Fact]
    [Trait("Requirement", "A-67")]
    [Trait("Requirement", "A-48")]
    public async Task Queue_SecondJob_WaitsAtOneAndRunsNext()
    {
        if (!server.IsOurs) return;
        string first = (await server.SubmitAsync(new { prompt = "long techno", duration = 120 })).GetProperty("job_id").GetString()!;
        JsonElement second = await server.SubmitAsync(new { prompt = "short techno", duration = 2 });
        Assert.Equal(1, second.GetProperty("queue_position").GetInt32());
        JsonElement statistics = await server.Http.GetFromJsonAsync("/api/v1/queue/stats");
        Assert.Equal(1, statistics.GetProperty("pending_jobs").GetInt32());
        Assert.True(statistics.GetProperty("oldest_pending_job_age_seconds").GetDouble() >= 0);

        JsonElement ended = await server.EndAsync(second.GetProperty("job_id").GetString()!), before = await server.JobAsync(first);
        Assert.Equal("completed", ended.GetProperty("status").GetString());
        Assert.True(before.GetProperty("completed_at").GetDateTime() <= ended.GetProperty("started_at").GetDateTime());
        JsonElement history = await server.Http.GetFromJsonAsync("/api/v1/history?page=1&page_size=1&status=completed");
        Assert.True(history.GetProperty("total").GetInt32() >= 2);
        Assert.Equal(second.GetProperty("job_id").GetString(), Assert.Single(history.GetProperty("generations").EnumerateArray()).GetProperty("job_id").GetString());
    }

    [Fact]
    public async Task Cancel_RunningJob_NeedsForceAndLeavesNothing()
    {
        string id = (await server.SubmitAsync(new { prompt = "long techno", duration = 600 })).GetProperty("job_id").GetString()!;
        await server.BeginAsync(id);
        using HttpResponseMessage refused = await server.Http.DeleteAsync($"/api/v1/jobs/{id}");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        using HttpResponseMessage accepted = await server.Http.DeleteAsync($"/api/v1/jobs/{id}?force=true");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);

        Assert.Equal("cancelled", (await server.EndAsync(id)).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync($"/api/v1/files/{id}.wav")).StatusCode);
        if (!server.IsOurs) return;
        for (int n = 0; n < 100 && Leftovers().Length > 0; n++) await Task.Delay(20);
        Assert.Empty(Leftovers());

        string[] Leftovers() => [.. scratch.Files("data").Where(file => file.Contains(id, StringComparison.Ordinal) || file.Contains(".tmp", StringComparison.Ordinal))];
    }

    [Theory]
    [Trait("Requirement", "X-05")]
    [Trait("Requirement", "X-06")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": ""}""")]
    [InlineData(422, "INVALID_REQUEST", """{}""")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": "abc", "duration": 0}""")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": "abc", "duration": 601}""")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": "abc", "bpm": "NaN"}""")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": "abc", "tempo": 120}""")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": "abc", "seed": -1}""")]
    [InlineData(422, "INVALID_REQUEST", """{"prompt": 12}""")]
    [InlineData(422, "UNSUPPORTED_BIT_DEPTH", """{"prompt": "abc", "bit_depth": "pcm_16"}""")]
    [InlineData(409, "MODEL_NOT_INSTALLED", """{"prompt": "abc", "model": "musicgen-large"}""")]
    [InlineData(400, "MALFORMED_REQUEST", """{"prompt": "abc", "bpm": NaN}""")]
    [InlineData(400, "MALFORMED_REQUEST", """[1, 2]""")]
    [InlineData(400, "MALFORMED_REQUEST", "")]
    public async Task Generate_BadBody_GetsItsProblemAndMakesNoJob(int status, string code, string body)
    {
        using HttpResponseMessage answer = await server.Http.PostAsync("/api/v1/generate", new StringContent(body, Encoding.UTF8, "application/json"));
        await AssertProblemAsync(answer, status, code);
        Assert.Empty((await server.Http.GetFromJsonAsync("/api/v1/jobs")).GetProperty("jobs").EnumerateArray());
    }

    [Fact]
    public async Task Generate_MegabyteOfPrompt_IsTooLarge()
    {
        using HttpResponseMessage answer = await server.Http.PostAsync("/api/v1/generate", new StringContent($$"""{"prompt": "{{new string('a', 1 << 20)}}"}"""));
        await AssertProblemAsync(answer, 413, "BODY_TOO_LARGE");
    }

    [Theory]
    [InlineData(404, "JOB_NOT_FOUND", "/api/v1/jobs/gen_00000000")]
    [InlineData(404, "JOB_NOT_FOUND", "/api/v1/jobs/..%2f..%2fetc%2fpasswd")]
    [InlineData(404, "JOB_NOT_FOUND", "/api/v1/jobs/gen_00000000/events")]
    [InlineData(404, "FILE_NOT_FOUND", "/api/v1/files/gen_00000000.wav")]
    [InlineData(404, "FILE_NOT_FOUND", "/api/v1/files/..%2f..%2fcatalog.db")]
    [InlineData(404, "FILE_NOT_FOUND", "/api/v1/files/%2e%2e%2fcatalog.db")]
    [InlineData(404, "ROUTE_NOT_FOUND", "/api/v1/nothing")]
    [InlineData(405, "METHOD_NOT_ALLOWED", "/api/v1/generate")]
    [InlineData(400, "MALFORMED_REQUEST", "/api/v1/jobs?status=late")]
    [InlineData(400, "MALFORMED_REQUEST", "/api/v1/history?page=0")]
    [Trait("Requirement", "A-34")]
    public async Task Read_WhatIsNotThere_GetsItsProblem(int status, string code, string path)
    {
        using HttpResponseMessage answer = await server.Http.GetAsync(path);
        await AssertProblemAsync(answer, status, code);
    }

    [Fact]
    [Trait("Requirement", "A-80")]
    [Trait("Requirement", "A-81")]
    public async Task Health_OpenApi_AndRoot_Answer()
    {
        JsonElement health = await server.Http.GetFromJsonAsync("/api/v1/health");
        foreach (string check in (string[])["database", "gpu", "queue", "disk_space"]) Assert.True(health.GetProperty("checks").TryGetProperty(check, out _), check);
        Assert.Equal("alive", (await server.Http.GetFromJsonAsync("/api/v1/health/live")).GetProperty("status").GetString());
        Assert.Equal("ready", (await server.Http.GetFromJsonAsync("/api/v1/health/ready")).GetProperty("status").GetString());
        // A host that keeps its root for itself has ours at that of its API.
        using HttpResponseMessage first = await server.Http.GetAsync("/");
        string root = first.Content.Headers.ContentType?.MediaType == "application/json" ? "/" : "/api";
        Assert.Equal("DgxMusic", (await server.Http.GetFromJsonAsync(root)).GetProperty("name").GetString());
        JsonElement document = await server.Http.GetFromJsonAsync("/api/v1/openapi.json");
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        Assert.True(document.GetProperty("paths").GetProperty("/api/v1/generate").GetProperty("post").GetProperty("requestBody").GetProperty("required").GetBoolean());
    }

    [Fact]
    [Trait("Requirement", "A-61")]
    [Trait("Requirement", "A-62")]
    public async Task Kill_DuringAJob_NextStartEndsItWithTheSameBytes()
    {
        if (!server.IsOurs) return;
        var body = new { prompt = "driving techno", duration = 90, stems = true, seed = 11 };
        string undisturbed = (await server.SubmitAsync(body)).GetProperty("job_id").GetString()!;
        string reference = await DigestAsync(await server.EndAsync(undisturbed));

        string disturbed = (await server.SubmitAsync(body)).GetProperty("job_id").GetString()!;
        string waiting = (await server.SubmitAsync(new { prompt = "short one", duration = 2 })).GetProperty("job_id").GetString()!;
        for (int kill = 0; kill < 3; kill++)
        {
            await Task.Delay(250 + (400 * kill));
            await server.KillAsync();
            await server.DisposeAsync();
            server = await Server.StartAsync(scratch["data"]);
        }

        Assert.Equal(reference, await DigestAsync(await server.EndAsync(disturbed)));
        Assert.Equal("completed", (await server.EndAsync(waiting)).GetProperty("status").GetString());
        Assert.Equal(3, (await server.Http.GetFromJsonAsync("/api/v1/jobs")).GetProperty("jobs").GetArrayLength());
        for (int n = 0; n < 100 && scratch.Files("data").Any(IsScratch); n++) await Task.Delay(20);
        Assert.DoesNotContain(scratch.Files("data"), IsScratch);
    }

    static bool IsScratch(string file) => file.StartsWith("work", StringComparison.Ordinal) || file.Contains(".tmp", StringComparison.Ordinal);

    async Task<string> DigestAsync(JsonElement job)
    {
        Assert.True(job.GetProperty("status").GetString() == "completed", job.GetRawText());
        JsonElement result = job.GetProperty("result");
        List<string> lines = [];
        foreach (string name in (string[])["file", "mix", "midi", "manifest"]) lines.Add($"{name} {await HashAsync(result.GetProperty(name))}");
        foreach (JsonProperty stem in result.GetProperty("stems").EnumerateObject()) lines.Add($"{stem.Name} {await HashAsync(stem.Value)}");
        return string.Join('\n', lines);
    }

    async Task<string> HashAsync(JsonElement link) => Convert.ToHexStringLower(SHA256.HashData(await server.Http.GetByteArrayAsync(link.GetProperty("url").GetString())));

    static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string code)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        JsonElement error = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(error.GetProperty("error").GetString(), error.GetProperty("detail").GetString());
        Assert.Equal(JsonValueKind.Object, error.GetProperty("details").ValueKind);
        Assert.NotEqual("", error.GetProperty("trace_id").GetString());
    }
}

static class HttpJson
{
    public static Task<JsonElement> GetFromJsonAsync(this HttpClient http, string address) =>
        System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<JsonElement>(http, address);
}
