using System.Net.Http.Headers;
using System.Text.Json;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;

namespace DgxMusic.Api.Tests;

/// <summary>Separations and songs as callers see them.</summary>
public sealed class SongTests : IAsyncLifetime
{
    const string Separations = "/api/v1/separations", Songs = "/api/v1/songs";
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact, Trait("Requirement", "D-01"), Trait("Requirement", "D-20")]
    public async Task Post_AFile_IsAcceptedWithItsSong_AndTheJobHasItsFields()
    {
        Answer accepted = (await PostAsync("My song.wav", ("title", "Ädventure"), ("artist", "Somebody"), ("notes", "the second take"))).Expect(202);
        (string job, string song) = (Text(accepted.Json, "job_id"), Text(accepted.Json, "song_id"));
        Assert.Matches("^sep_[0-9a-f]{8}$", job);
        Assert.Matches("^song_[0-9a-f]{8}$", song);
        Assert.Equal($"/api/v1/jobs/{job}", accepted.Header("Location"));
        Assert.True(accepted.Json.GetProperty("estimated_time_seconds").GetDouble() > 0);

        JsonElement waiting = (await host.GetAsync($"/api/v1/jobs/{job}")).Expect(200).Json;
        Assert.Equal(("processing", "intake", 0), (Text(waiting, "status"), Text(waiting, "phase"), waiting.GetProperty("progress").GetInt32()));
        AssertFields(waiting);
        await host.Orchestrator.RunAllAsync();

        JsonElement done = (await host.GetAsync($"/api/v1/jobs/{job}")).Expect(200).Json;
        Assert.Equal(("completed", "finalization", 100), (Text(done, "status"), Text(done, "phase"), done.GetProperty("progress").GetInt32()));
        AssertFields(done);
        foreach (string field in (string[])["status_message", "error_message", "error_code", "warnings", "model", "device_used", "dismissed", "expected_completion", "started_at", "completed_at"])
            Assert.True(done.TryGetProperty(field, out _), field);

        void AssertFields(JsonElement read) => Assert.Equal(
            (song, "My song.wav", "Ädventure", "Somebody", "the second take"),
            (Text(read, "song_id"), Text(read, "filename"), Text(read, "title"), Text(read, "artist"), Text(read, "notes")));
    }

    [Fact, Trait("Requirement", "D-20")]
    public async Task Job_OfAnotherKind_HasNoSong()
    {
        string job = Text((await host.GenerateAsync()).Expect(202).Json, "job_id");
        JsonElement read = (await host.GetAsync($"/api/v1/jobs/{job}")).Expect(200).Json;
        Assert.All(["song_id", "filename", "title", "artist", "notes"], field => Assert.Equal(JsonValueKind.Null, read.GetProperty(field).ValueKind));
    }

    [Fact, Trait("Requirement", "D-23")]
    public async Task Download_EveryTrack_HasItsTypeItsNameAndRanges()
    {
        string song = await SeparateAsync("a.wav", ("title", "A/B: \"Ädventure\""));
        JsonElement read = (await host.GetAsync($"{Songs}/{song}")).Expect(200).Json;
        foreach (string type in (string[])["vocals", "instrumental", "original"])
        {
            string url = $"{Songs}/{song}/download/{type}";
            Assert.Equal(url, Text(type == "original" ? read.GetProperty("original") : read.GetProperty("tracks").GetProperty(type), "url"));
            Answer whole = (await host.GetAsync(url)).Expect(200);
            Assert.Equal("audio/wav", whole.Header("Content-Type"));
            string disposition = whole.Header("Content-Disposition")!;
            Assert.StartsWith("attachment", disposition, StringComparison.Ordinal);
            var parsed = ContentDispositionHeaderValue.Parse(disposition);
            Assert.Equal($"A_B_ _Ädventure_ ({char.ToUpperInvariant(type[0])}{type[1..]}).wav", parsed.FileNameStar);
            Answer part = await host.GetAsync(url, headers: ("Range", "bytes=0-3"));
            Assert.Equal((206, "RIFF"), (part.Status, part.Text));
            Assert.Equal(304, (await host.GetAsync(url, headers: ("If-None-Match", whole.Header("ETag")!))).Status);
            (await host.GetAsync(url, headers: ("Range", "bytes=99999999-"))).Expect(416);
        }
    }

    [Fact, Trait("Requirement", "D-23")]
    public async Task Download_WhatThereIsNot_SaysWhatThereIs_AndMakesNoFile()
    {
        string song = Text((await PostAsync()).Expect(202).Json, "song_id");
        var blobs = (MemoryBlobStore)host.Get<IBlobStore>();
        string[] before = [.. blobs.Names];
        (await host.GetAsync($"{Songs}/{song}/download/vocals")).Expect(404, "FILE_NOT_FOUND");
        Answer wrong = (await host.GetAsync($"{Songs}/{song}/download/drums")).Expect(400, "INVALID_TRACK_TYPE");
        Assert.All(["vocals", "instrumental", "original"], type => Assert.Contains(type, wrong.Text, StringComparison.Ordinal));
        (await host.GetAsync($"{Songs}/{song}/download/..%2F..%2Fetc")).Expect(400, "INVALID_TRACK_TYPE");
        (await host.GetAsync($"{Songs}/song_00000000/download/vocals")).Expect(404, "SONG_NOT_FOUND");
        (await host.GetAsync($"{Songs}/..%2F{song}/download/vocals")).Expect(404);
        Assert.Equal(before, blobs.Names);

        await host.Orchestrator.RunAllAsync();
        host.Clock.Advance(TimeSpan.FromDays(31));
        Assert.NotEqual(0, (await host.Get<Retention>().CleanAsync(30, dryRun: false)).Count);
        foreach (string type in (string[])["vocals", "original"]) (await host.GetAsync($"{Songs}/{song}/download/{type}")).Expect(410, "FILE_PURGED");
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync($"{Songs}/{song}")).Expect(200).Json.GetProperty("size_bytes").ValueKind);
    }

    [Fact, Trait("Requirement", "D-23"), Trait("Requirement", "D-24")]
    public async Task Song_SeparatedTwice_ShowsTheLatestTracks_AndAllItWeighs()
    {
        Answer first = (await PostAsync("a.wav", ("stems", "vocals"))).Expect(202);
        (string song, string upload) = (Text(first.Json, "song_id"), Text(first.Json, "upload_id"));
        await host.Orchestrator.RunAllAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Answer second = (await host.SendAsync(HttpMethod.Post, Separations, new { upload_id = upload, stems = "all", title = "Renamed" })).Expect(202);
        Assert.Equal(song, Text(second.Json, "song_id"));
        JsonElement running = (await host.GetAsync($"{Songs}/{song}")).Expect(200).Json;
        Assert.Equal(("Renamed", Text(first.Json, "job_id")), (Text(running, "title"), Text(running, "latest_job_id")));
        Assert.Equal(["vocals"], running.GetProperty("tracks").EnumerateObject().Select(track => track.Name));
        Assert.Equal(["processing", "completed"], running.GetProperty("separations").EnumerateArray().Select(one => Text(one, "status")));
        await host.Orchestrator.RunAllAsync();

        JsonElement read = (await host.GetAsync($"{Songs}/{song}")).Expect(200).Json;
        Assert.Equal(Text(second.Json, "job_id"), Text(read, "latest_job_id"));
        string[] stems = [.. read.GetProperty("tracks").EnumerateObject().Select(track => track.Name)];
        Assert.True(stems.Length > 1 && !stems.Contains("instrumental"), string.Join(", ", stems));
        foreach (string stem in stems) (await host.GetAsync($"{Songs}/{song}/download/{stem}")).Expect(200);
        (await host.GetAsync($"{Songs}/{song}/download/instrumental")).Expect(404, "FILE_NOT_FOUND");
        long stored = 0;
        foreach (string name in ((MemoryBlobStore)host.Get<IBlobStore>()).Names.Where(name => name.StartsWith("stems/", StringComparison.Ordinal) || name.Contains(upload, StringComparison.Ordinal)))
            stored += (await host.Get<IBlobStore>().FindAsync(BlobRef.Parse(name)))!.Bytes;
        Assert.Equal(stored, read.GetProperty("size_bytes").GetInt64());
    }

    [Fact, Trait("Requirement", "D-24")]
    public async Task List_IsTheCallersOwn_NewestFirst_PageByPage()
    {
        string mine = await host.KeyAsync(Tier.Paid), other = await host.KeyAsync(Tier.Paid);
        List<string> ids = [];
        for (int n = 0; n < 3; n++) ids.Insert(0, Text((await PostAsync($"{n}.wav", mine)).Expect(202).Json, "song_id"));
        string theirs = Text((await PostAsync("theirs.wav", other)).Expect(202).Json, "song_id");

        JsonElement first = (await host.GetAsync($"{Songs}?limit=2", mine)).Expect(200).Json;
        JsonElement rest = (await host.GetAsync($"{Songs}?limit=2&continuation={Text(first, "continuation")}", mine)).Expect(200).Json;
        Assert.Equal(ids, IdsOf(first).Concat(IdsOf(rest)));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("continuation").ValueKind);
        foreach ((HttpMethod method, string tail, object? body) in ((HttpMethod, string, object?)[])[(HttpMethod.Get, "", null), (HttpMethod.Get, "/download/original", null), (HttpMethod.Patch, "", new { title = "mine" })])
            (await host.SendAsync(method, $"{Songs}/{theirs}{tail}", body, mine)).Expect(404, "SONG_NOT_FOUND");
        Assert.False((await host.SendAsync(HttpMethod.Delete, $"{Songs}/{theirs}", key: mine)).Expect(200).Json.GetProperty("deleted").GetBoolean());
        Assert.Equal([theirs], IdsOf((await host.GetAsync(Songs, other)).Expect(200).Json));
        (await host.GetAsync($"{Songs}?limit=0", mine)).Expect(400);
        (await host.GetAsync($"{Songs}?continuation=a%2Fb", mine)).Expect(400);

        static IEnumerable<string> IdsOf(JsonElement list) => list.GetProperty("songs").EnumerateArray().Select(song => Text(song, "song_id"));
    }

    [Fact, Trait("Requirement", "D-24")]
    public async Task Patch_ChangesWhatIsGiven_AndALaterSeparationLeavesIt()
    {
        Answer posted = (await PostAsync("a.wav", ("artist", "Somebody"), ("notes", "old"))).Expect(202);
        string song = Text(posted.Json, "song_id");
        JsonElement changed = (await host.SendAsync(HttpMethod.Patch, $"{Songs}/{song}", new { title = " New ", notes = "" })).Expect(200).Json;
        Assert.Equal(("New", "Somebody", JsonValueKind.Null), (Text(changed, "title"), Text(changed, "artist"), changed.GetProperty("notes").ValueKind));
        await host.Orchestrator.RunAllAsync();
        (await host.SendAsync(HttpMethod.Post, Separations, new { upload_id = Text(posted.Json, "upload_id") })).Expect(202);
        Assert.Equal("New", Text((await host.GetAsync($"{Songs}/{song}")).Json, "title"));
        (await host.SendAsync(HttpMethod.Patch, $"{Songs}/{song}", new { colour = "blue" })).Expect(422);
        (await host.SendAsync(HttpMethod.Patch, $"{Songs}/{song}", new { title = new string('x', 501) })).Expect(422);
    }

    [Fact, Trait("Requirement", "D-24")]
    public async Task Delete_TakesAllThereIs_ButNotWhileOneRuns()
    {
        string song = await SeparateAsync();
        JsonElement read = (await host.GetAsync($"{Songs}/{song}")).Json;
        (string job, string upload) = (Text(read, "latest_job_id"), Text(read, "upload_id"));
        string second = Text((await host.SendAsync(HttpMethod.Post, Separations, new { upload_id = upload })).Expect(202).Json, "job_id");
        (await host.SendAsync(HttpMethod.Delete, $"{Songs}/{song}")).Expect(409, "JOB_STATE");
        (await host.SendAsync(HttpMethod.Delete, $"{Separations}/{second}")).Expect(409, "JOB_STATE");
        (await host.GetAsync($"{Songs}/{song}/download/vocals")).Expect(200);
        await host.SendAsync(HttpMethod.Post, $"/api/v1/jobs/{second}/cancel");
        await host.Orchestrator.RunAllAsync();

        Assert.True((await host.SendAsync(HttpMethod.Delete, $"{Songs}/{song}")).Expect(200).Json.GetProperty("deleted").GetBoolean());

        Assert.Empty(((MemoryBlobStore)host.Get<IBlobStore>()).Names);
        foreach (string gone in (string[])[$"{Songs}/{song}", $"/api/v1/jobs/{job}", $"/api/v1/jobs/{second}", $"/api/v1/uploads/{upload}"]) (await host.GetAsync(gone)).Expect(404);
        Assert.Empty((await host.GetAsync(Songs)).Json.GetProperty("songs").EnumerateArray());
        Assert.False((await host.SendAsync(HttpMethod.Delete, $"{Songs}/{song}")).Expect(200).Json.GetProperty("deleted").GetBoolean());
    }

    [Fact, Trait("Requirement", "D-24")]
    public async Task DeleteSeparation_LeavesTheOthersAndTheFile_AndTheSongGoesWithTheLast()
    {
        Answer first = (await PostAsync()).Expect(202);
        (string song, string upload, string one) = (Text(first.Json, "song_id"), Text(first.Json, "upload_id"), Text(first.Json, "job_id"));
        string two = Text((await host.SendAsync(HttpMethod.Post, Separations, new { upload_id = upload })).Expect(202).Json, "job_id");
        await host.Orchestrator.RunAllAsync();
        (await host.SendAsync(HttpMethod.Delete, $"{Separations}/{two}")).Expect(200);
        Assert.Equal(one, Text((await host.GetAsync($"{Songs}/{song}")).Expect(200).Json, "latest_job_id"));
        (await host.SendAsync(HttpMethod.Delete, $"{Separations}/{one}")).Expect(200);
        (await host.GetAsync($"{Songs}/{song}")).Expect(404, "SONG_NOT_FOUND");
        (await host.GetAsync($"/api/v1/uploads/{upload}")).Expect(200);
        (await host.SendAsync(HttpMethod.Delete, $"{Separations}/{one}")).Expect(404, "JOB_NOT_FOUND");
    }

    [Fact, Trait("Requirement", "D-01")]
    public async Task Post_SameIdempotencyKey_IsOneJobAndOneUpload_AlsoWhereTheFirstAnswerWasNeverKept()
    {
        Answer first = (await PostAsync("a.wav", [], null, ("Idempotency-Key", "k"))).Expect(202), again = (await PostAsync("a.wav", [], null, ("Idempotency-Key", "k"))).Expect(202);
        Assert.Equal(first.Text, again.Text);
        // As a process leaves it that dies before its answer is kept.
        foreach (char partition in "0123456789abcdef")
        {
            foreach (CatalogRow row in await host.Catalog.QueryAsync("idempotency", $"{partition}", null, 10))
                await host.Catalog.TryReplaceAsync(row, JsonSerializer.SerializeToElement(row.Value.EnumerateObject().Where(field => field.Name != "answer").ToDictionary(field => field.Name, field => field.Value).Append(new("answer", JsonDocument.Parse("null").RootElement)).ToDictionary()));
        }

        Answer third = (await PostAsync("a.wav", [], null, ("Idempotency-Key", "k"))).Expect(202);
        Assert.Null(third.Header("Idempotency-Replayed"));
        Assert.Equal((Text(first.Json, "job_id"), Text(first.Json, "upload_id")), (Text(third.Json, "job_id"), Text(third.Json, "upload_id")));
        Assert.Single((await host.GetAsync("/api/v1/uploads")).Json.GetProperty("uploads").EnumerateArray());
        Assert.Single((await host.GetAsync("/api/v1/jobs")).Json.GetProperty("jobs").EnumerateArray());
        Assert.Single((await host.GetAsync(Songs)).Json.GetProperty("songs").EnumerateArray());
    }

    [Theory, Trait("Requirement", "D-01")]
    [InlineData("overlap", "7", 422)]
    [InlineData("model", "none", 422)]
    [InlineData("model", "htdemucs_6s", 409)]
    [InlineData("stems", "kazoo", 422)]
    [InlineData("colour", "blue", 422)]
    public async Task Post_Refused_LeavesNoUploadNoSongAndNoFile(string field, string value, int status)
    {
        (await PostAsync("a.wav", (field, value))).Expect(status);
        Assert.Empty((await host.GetAsync("/api/v1/uploads")).Json.GetProperty("uploads").EnumerateArray());
        Assert.Empty((await host.GetAsync(Songs)).Json.GetProperty("songs").EnumerateArray());
        Assert.Empty(((MemoryBlobStore)host.Get<IBlobStore>()).Names);
    }

    [Fact]
    public async Task Post_BeyondTheQuota_LeavesNothing_AndWhatIsDoneIsSettled()
    {
        string poor = await host.KeyAsync(Tier.Paid, quota: new(0.001, null));
        (await PostAsync("a.wav", poor)).Expect(429, "QUOTA_EXCEEDED");
        Assert.Empty((await host.GetAsync(Songs, poor)).Json.GetProperty("songs").EnumerateArray());
        Assert.Empty(((MemoryBlobStore)host.Get<IBlobStore>()).Names);

        string rich = await host.KeyAsync(Tier.Paid, quota: new(1000, 1 << 30));
        Caller caller = new("", "", Tier.Paid, false);
        string job = Text((await PostAsync("a.wav", rich)).Expect(202).Json, "job_id");
        string owner = (await host.Get<JobLedger>().GetAsync(job)).Owner;
        Usage claimed = await host.Get<Quotas>().ReadAsync(caller with { Id = owner });
        Assert.True(claimed.Open.ContainsKey(job) && claimed.Open[job] is { ComputeSeconds: > 0, Bytes: > 0 });
        await host.Orchestrator.RunAllAsync();
        Usage settled = await host.Get<Quotas>().ReadAsync(caller with { Id = owner });
        Assert.Empty(settled.Open);
        long made = 0;
        foreach (BlobRef file in JobOutputs.Of(await host.Get<JobLedger>().GetAsync(job)).Values) made += (await host.Get<IBlobStore>().FindAsync(file))!.Bytes;
        Assert.Equal(made + Waves.Sine(2).Length, settled.Bytes);
    }

    [Fact]
    public async Task Post_TierWithoutTheFeature_IsRefusedBeforeItsFileIsRead()
    {
        (await PostAsync("a.wav", await host.KeyAsync(Tier.Free))).Expect(403, "TIER_REQUIRED");
        Assert.Empty(((MemoryBlobStore)host.Get<IBlobStore>()).Names);
    }

    [Theory]
    [InlineData("GET /api/v1/songs", "")]
    [InlineData("GET /api/v1/songs/{id}", "")]
    [InlineData("PATCH /api/v1/songs/{id}", """{"title": "other"}""")]
    [InlineData("DELETE /api/v1/songs/{id}", "")]
    [InlineData("GET /api/v1/jobs/{job}", "")]
    [InlineData("DELETE /api/v1/separations/{job}", "")]
    public async Task Answers_AreAsDocumented(string route, string body)
    {
        string song = await SeparateAsync();
        string job = Text((await host.GetAsync($"{Songs}/{song}")).Json, "latest_job_id");
        string[] parts = route.Split(' ');
        Answer answer = (await host.SendAsync(new(parts[0]), parts[1].Replace("{id}", song, StringComparison.Ordinal).Replace("{job}", job, StringComparison.Ordinal), body.Length == 0 ? null : body)).Expect(200);
        OpenApiContractTests.AssertDocumented($"{parts[0]} {parts[1].Replace("{job}", "{id}", StringComparison.Ordinal)}", answer.Status, answer.Json);
    }

    async Task<string> SeparateAsync(string name = "a.wav", params (string Name, string Value)[] fields)
    {
        string song = Text((await PostAsync(name, fields)).Expect(202).Json, "song_id");
        await host.Orchestrator.RunAllAsync();
        return song;
    }

    Task<Answer> PostAsync(string name, string key) => PostAsync(name, [], key);

    Task<Answer> PostAsync(string name = "a.wav", params (string Name, string Value)[] fields) => PostAsync(name, fields, null);

    async Task<Answer> PostAsync(string name, (string Name, string Value)[] fields, string? key, params (string Name, string Value)[] headers)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Waves.Sine(2)), "file", name } };
        foreach ((string field, string value) in fields) form.Add(new StringContent(value), field);
        return await host.SendAsync(HttpMethod.Post, Separations, form, key, headers: headers);
    }

    static string Text(JsonElement json, string field) => json.GetProperty(field).GetString()!;
}
