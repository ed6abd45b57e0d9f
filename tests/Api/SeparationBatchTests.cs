using System.Text.Json;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;

namespace DgxMusic.Api.Tests;

/// <summary>Batches of separations as callers see them.</summary>
public sealed class SeparationBatchTests : IAsyncLifetime
{
    const string Batch = "/api/v1/separations/batch";
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact, Trait("Requirement", "D-43")]
    public async Task Post_FilesOneOfThemNoAudio_ReportsItAndRunsTheOthers()
    {
        Answer accepted = (await PostAsync(["a.wav", "notes.txt", "b.wav"])).Expect(202);
        string id = Text(accepted.Json, "job_id");
        OpenApiContractTests.AssertDocumented($"POST {Batch}", 202, accepted.Json);
        Assert.Equal((3, 1, $"/api/v1/jobs/{id}"), (accepted.Json.GetProperty("total").GetInt32(), accepted.Json.GetProperty("refused").GetInt32(), accepted.Header("Location")));
        Assert.True(accepted.Json.GetProperty("estimated_time_seconds").GetDouble() > 0);
        JsonElement[] items = [.. accepted.Json.GetProperty("items").EnumerateArray()];
        Assert.Equal(["a.wav", "notes.txt", "b.wav"], items.Select(item => Text(item, "name")));
        Assert.Equal([null, "UNREADABLE_AUDIO", null], items.Select(item => item.GetProperty("code").GetString()));
        Assert.Equal(2, (await host.GetAsync("/api/v1/uploads")).Json.GetProperty("uploads").GetArrayLength());
        await host.Orchestrator.RunAllAsync();

        JsonElement job = (await host.GetAsync($"/api/v1/jobs/{id}")).Expect(200).Json;
        OpenApiContractTests.AssertDocumented("GET /api/v1/jobs/{id}", 200, job);
        Assert.Equal(("separation_batch", "completed", 100), (Text(job, "kind"), Text(job, "status"), job.GetProperty("progress").GetInt32()));
        Assert.Contains("notes.txt", Assert.Single(job.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(["completed", null, "completed"], job.GetProperty("result").GetProperty("items").EnumerateArray().Select(item => item.GetProperty("status").GetString()));
        JsonElement batch = (await host.GetAsync($"{Batch}/{id}")).Expect(200).Json;
        OpenApiContractTests.AssertDocumented($"GET {Batch}/{{id}}", 200, batch);
        foreach (JsonElement item in items.Where(item => item.GetProperty("job_id").ValueKind == JsonValueKind.String))
        {
            Assert.Equal(id, Text((await host.GetAsync($"/api/v1/jobs/{Text(item, "job_id")}")).Json, "parent_id"));
            (await host.GetAsync($"/api/v1/songs/{Text(item, "song_id")}/download/vocals")).Expect(200);
        }

        string events = (await host.GetAsync($"/api/v1/jobs/{id}/events?after=0", headers: ("Accept", "application/json"))).Expect(200).Text;
        Assert.Contains("job_completed", events, StringComparison.Ordinal);
        (await host.GetAsync($"{Batch}/{Text(items[0], "job_id")}")).Expect(404, "JOB_NOT_FOUND");
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Post_AListOfUploads_TakesEachWithItsOwnFields()
    {
        string upload = Text((await host.SendAsync(HttpMethod.Post, "/api/v1/uploads", Form(["a.wav"]))).Expect(201).Json, "upload_id");
        object body = new { items = new object[] { new { upload_id = upload, title = "One", stems = "vocals" }, new { upload_id = "upl_00000000" }, new { upload_id = upload, overlap = 7 }, "what?" } };
        JsonElement[] items = [.. (await host.SendAsync(HttpMethod.Post, Batch, body)).Expect(202).Json.GetProperty("items").EnumerateArray()];
        Assert.Equal([null, "UPLOAD_NOT_FOUND", "INVALID_REQUEST", "INVALID_REQUEST"], items.Select(item => item.GetProperty("code").GetString()));
        JsonElement job = (await host.GetAsync($"/api/v1/jobs/{Text(items[0], "job_id")}")).Json;
        Assert.Equal("One", Text(job, "title"));
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Post_TooManyOrNoneThatFits_IsRefusedAndLeavesNothing()
    {
        (await PostAsync([.. Enumerable.Range(0, 51).Select(n => $"{n}.wav")], seconds: 0.1)).Expect(422, "INVALID_REQUEST");
        (await PostAsync([])).Expect(422);
        (await PostAsync(["notes.txt"])).Expect(415, "UNREADABLE_AUDIO");
        (await PostAsync(["a.wav"], ("title", "All the same"))).Expect(422);
        (await PostAsync(["a.wav"], ("overlap", "7"))).Expect(422);
        (await host.SendAsync(HttpMethod.Post, Batch, new { items = Array.Empty<object>() })).Expect(422);
        (await host.SendAsync(HttpMethod.Post, Batch, new { items = Enumerable.Range(0, 51).Select(_ => new { upload_id = "upl_00000000" }) })).Expect(422);
        Assert.Empty(((MemoryBlobStore)host.Get<IBlobStore>()).Names);
        Assert.Empty((await host.GetAsync("/api/v1/uploads")).Json.GetProperty("uploads").EnumerateArray());
        Assert.Empty((await host.GetAsync("/api/v1/songs")).Json.GetProperty("songs").EnumerateArray());
        Assert.Empty((await host.GetAsync("/api/v1/jobs")).Json.GetProperty("jobs").EnumerateArray());
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Post_SameIdempotencyKey_IsOneBatch_AndFiftyFit()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(n => $"{n}.wav")];
        Answer first = (await PostAsync(names, 0.1, "k")).Expect(202), again = (await PostAsync(names, 0.1, "k")).Expect(202);
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(51, (await host.GetAsync("/api/v1/jobs")).Json.GetProperty("jobs").GetArrayLength());
        Assert.Equal(50, (await host.GetAsync("/api/v1/uploads")).Json.GetProperty("uploads").GetArrayLength());
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Cancel_TakesBackAllOfIt_AndIsTheOwnersOnly()
    {
        string mine = await host.KeyAsync(Tier.Paid), other = await host.KeyAsync(Tier.Paid);
        JsonElement batch = (await host.SendAsync(HttpMethod.Post, Batch, Form(["a.wav", "b.wav"]), mine)).Expect(202).Json;
        string id = Text(batch, "job_id");
        (await host.GetAsync($"{Batch}/{id}", other)).Expect(404, "JOB_NOT_FOUND");
        (await host.SendAsync(HttpMethod.Post, $"/api/v1/jobs/{id}/cancel", key: other)).Expect(404);
        Assert.InRange((await host.SendAsync(HttpMethod.Post, $"/api/v1/jobs/{id}/cancel", key: mine)).Status, 200, 202);
        await host.Orchestrator.RunAllAsync();
        foreach (string path in (string[])[$"/api/v1/jobs/{id}", .. batch.GetProperty("items").EnumerateArray().Select(item => $"/api/v1/jobs/{Text(item, "job_id")}")])
            Assert.Equal("cancelled", Text((await host.GetAsync(path, mine)).Json, "status"));
        (await host.SendAsync(HttpMethod.Post, $"/api/v1/jobs/{id}/cancel", key: mine)).Expect(409);
        (await PostAsync(["a.wav"], key: await host.KeyAsync(Tier.Free))).Expect(403, "TIER_REQUIRED");
    }

    Task<Answer> PostAsync(string[] names, (string Name, string Value) field) => host.SendAsync(HttpMethod.Post, Batch, Form(names, 2, field));

    Task<Answer> PostAsync(string[] names, double seconds = 2, string? idempotencyKey = null, string? key = null) =>
        host.SendAsync(HttpMethod.Post, Batch, Form(names, seconds), key, headers: idempotencyKey is null ? [] : [("Idempotency-Key", idempotencyKey)]);

    static MultipartFormDataContent Form(string[] names, double seconds = 2, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new StringContent("PCM_16"), "bit_depth" } };
        if (names is ["a.wav"] && fields.Length == 0) form = [];
        foreach (string name in names) form.Add(new ByteArrayContent(name.EndsWith(".wav", StringComparison.Ordinal) ? Waves.Sine(seconds) : "These are words, and no music."u8.ToArray()), "file", name);
        foreach ((string field, string value) in fields) form.Add(new StringContent(value), field);
        return form;
    }

    static string Text(JsonElement json, string field) => json.GetProperty(field).GetString()!;
}
