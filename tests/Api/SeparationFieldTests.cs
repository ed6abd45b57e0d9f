using System.Text.Json;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Tests.Uploads;

namespace DgxMusic.Api.Tests;

/// <summary>What a separation may be asked for besides its tracks: a cleaned second file, and a comparison with the truth.</summary>
public sealed class SeparationFieldTests : IAsyncLifetime
{
    const string Separations = "/api/v1/separations", Jobs = "/api/v1/jobs";
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "D-44")]
    public async Task Post_PostProcess_ByNamesOrSettings_GivesSecondFiles()
    {
        string upload = await UploadAsync();
        object[] forms = ["gate,denoise", new[] { "gate", "denoise" }, new { gate = true, denoise = new { reduction_db = 6 }, target_lufs = -20 }];
        foreach (object form in forms)
        {
            string id = Text((await PostAsync(new { upload_id = upload, post_process = form })).Expect(202).Json, "job_id");
            await host.Orchestrator.RunAllAsync();
            JsonElement job = (await host.GetAsync($"{Jobs}/{id}")).Json;
            Assert.Equal("completed", Text(job, "status"));
            Assert.Equal(["vocals", "instrumental", "vocals_processed", "instrumental_processed"], job.GetProperty("result").GetProperty("tracks").EnumerateObject().Select(track => track.Name));
            (await host.GetAsync(Text(job.GetProperty("result").GetProperty("tracks").GetProperty("vocals_processed"), "url"))).Expect(200);
        }
    }

    [Theory]
    [Trait("Requirement", "D-44")]
    [InlineData("\"echo\"", "post_process")]
    [InlineData("7", "post_process")]
    [InlineData("{}", "post_process")]
    [InlineData("{\"gate\":3}", "post_process.gate")]
    [InlineData("{\"reverb\":true}", "post_process.reverb")]
    [InlineData("{\"gate\":{\"threshold\":-40}}", "post_process.gate.threshold")]
    [InlineData("{\"gate\":{\"threshold_dbfs\":5}}", "post_process.gate.threshold_dbfs")]
    [InlineData("{\"target_lufs\":5}", "post_process.target_lufs")]
    public async Task Post_WrongPostProcess_IsRefusedByItsField(string value, string field)
    {
        string upload = await UploadAsync();
        using var body = new StringContent($$"""{"upload_id":"{{upload}}","post_process":{{value}}}""", System.Text.Encoding.UTF8, "application/json");
        Answer refused = (await host.SendAsync(HttpMethod.Post, Separations, body)).Expect(422, "INVALID_REQUEST");
        Assert.Equal([field], refused.Json.GetProperty("details").EnumerateObject().Select(detail => detail.Name));
        Assert.Empty((await host.GetAsync(Jobs)).Json.GetProperty("jobs").EnumerateArray());
    }

    [Fact]
    [Trait("Requirement", "D-45")]
    public async Task Post_References_AreTheCallersOwnAndCompared()
    {
        string mine = await host.KeyAsync(Tier.Paid), other = await host.KeyAsync(Tier.Paid);
        string song = await UploadAsync(mine), truth = await UploadAsync(mine), theirs = await UploadAsync(other);
        (await PostAsync(new { upload_id = song, references = new { vocals = theirs } }, mine)).Expect(404, "UPLOAD_NOT_FOUND");
        string path = Text((await host.GetAsync($"/api/v1/uploads/{theirs}", other)).Json, "blob");
        (await PostAsync(new { upload_id = song, references = new { vocals = path } }, mine)).Expect(404);
        (await PostAsync(new { upload_id = song, references = new { violin = truth } }, mine)).Expect(422, "INVALID_REQUEST");
        (await PostAsync(new { upload_id = song, references = "vocals" }, mine)).Expect(422, "INVALID_REQUEST");
        foreach (string file in (string[])[theirs, path])
        {
            object batch = new { items = new object[] { new { upload_id = song }, new { upload_id = song, references = new { vocals = file } } } };
            JsonElement refused = (await host.SendAsync(HttpMethod.Post, $"{Separations}/batch", batch, mine)).Expect(202).Json.GetProperty("items")[1];
            Assert.Equal((JsonValueKind.Null, true), (refused.GetProperty("job_id").ValueKind, Text(refused, "code").EndsWith("NOT_FOUND", StringComparison.Ordinal)));
        }

        string id = Text((await PostAsync(new { upload_id = song, references = new { vocals = truth } }, mine)).Expect(202).Json, "job_id");
        await host.Orchestrator.RunAllAsync();
        JsonElement job = (await host.GetAsync($"{Jobs}/{id}", mine)).Json;
        Assert.Equal("completed", Text(job, "status"));
        JsonElement distortion = job.GetProperty("result").GetProperty("distortion").GetProperty("vocals");
        Assert.False(distortion.GetProperty("is_exact").GetBoolean());
        OpenApiContractTests.AssertDocumented("GET /api/v1/jobs/{id}", 200, job);
    }

    [Fact]
    [Trait("Requirement", "D-13")]
    public async Task Reference_RemovedBeforeItIsRead_FailsTheJobAndSaysSo()
    {
        string song = await UploadAsync(), truth = await UploadAsync();
        string id = Text((await PostAsync(new { upload_id = song, references = new { vocals = truth } })).Expect(202).Json, "job_id");
        (await host.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{truth}")).Expect(204);
        await host.Orchestrator.RunAllAsync();
        JsonElement job = (await host.GetAsync($"{Jobs}/{id}")).Json;
        Assert.Equal(("failed", "FILE_NOT_FOUND", 0), (Text(job, "status"), Text(job, "error_code"), job.GetProperty("retry_count").GetInt32()));
        Assert.Contains("was removed before it was read", Text(job, "error_message"), StringComparison.Ordinal);
    }

    Task<Answer> PostAsync(object body, string? key = null) => host.SendAsync(HttpMethod.Post, Separations, body, key);

    async Task<string> UploadAsync(string? key = null)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Waves.Sine(1)), "file", "song.wav" } };
        return Text((await host.SendAsync(HttpMethod.Post, "/api/v1/uploads", form, key)).Expect(201).Json, "upload_id");
    }

    static string Text(JsonElement json, string field) => json.GetProperty(field).GetString()!;
}
