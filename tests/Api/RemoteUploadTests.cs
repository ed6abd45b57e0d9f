using System.Text.Json;
using DgxMusic.Pipeline.Tests.Uploads;

namespace DgxMusic.Api.Tests;

/// <summary>Files that are fetched from an address, as callers see it.</summary>
public sealed class RemoteUploadTests : IAsyncLifetime
{
    const string Root = "/api/v1/uploads";
    readonly FileServer server = new();
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.StartAsync(("Uploads:AllowPrivateAddresses", "true"));

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact, Trait("Requirement", "X-12"), Trait("Requirement", "D-01")]
    public async Task Post_SourceUrl_IsAcceptedAndReadyWhenItIsHere()
    {
        server.On("/a.wav", Waves.Sine(1));
        Answer accepted = await PostAsync(new { source_url = server.At("/a.wav") });
        Assert.Equal((202, "downloading", "remote"), (accepted.Status, Text(accepted, "status"), Text(accepted, "source")));
        string id = Text(accepted, "upload_id");
        Assert.Equal(server.At("/a.wav"), Text(accepted, "source_url"));
        await host.Orchestrator.RunAllAsync();
        Answer ready = await host.SendAsync(HttpMethod.Get, $"{Root}/{id}");
        Assert.Equal((200, "ready", "a.wav", "wav"), (ready.Status, Text(ready, "status"), Text(ready, "file_name"), Text(ready, "format")));
        Answer measured = await host.SendAsync(HttpMethod.Post, "/api/v1/audio/metadata?bpm=false", new { upload_id = id });
        Assert.Equal((200, 1.0), (measured.Status, measured.Json.GetProperty("duration_seconds").GetDouble()));
    }

    [Fact]
    public async Task Post_SourceUrlThatGivesNothing_SaysSoInTheUploadAndToWorkOnIt()
    {
        server.OnStatus("/a.wav", 404);
        string id = Text(await PostAsync(new { source_url = server.At("/a.wav"), file_name = "mine.wav" }), "upload_id");
        Answer early = await host.SendAsync(HttpMethod.Post, "/api/v1/audio/metadata", new { upload_id = id });
        Assert.Equal((409, "UPLOAD_STATE"), (early.Status, Text(early, "code")));
        await host.Orchestrator.RunAllAsync();
        Answer refused = await host.SendAsync(HttpMethod.Get, $"{Root}/{id}");
        Assert.Equal(("refused", "mine.wav", "SOURCE_UNAVAILABLE"), (Text(refused, "status"), Text(refused, "file_name"), refused.Json.GetProperty("problem").GetProperty("code").GetString()));
        Answer late = await host.SendAsync(HttpMethod.Post, "/api/v1/audio/metadata", new { upload_id = id });
        Assert.Equal((422, "SOURCE_UNAVAILABLE"), (late.Status, Text(late, "code")));
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_MakesOneUpload()
    {
        server.On("/a.wav", Waves.Sine(1));
        string key = await host.KeyAsync();
        Answer first = await PostAsync(new { source_url = server.At("/a.wav") }, key, "k1"), again = await PostAsync(new { source_url = server.At("/a.wav") }, key, "k1");
        Assert.Equal((202, Text(first, "upload_id")), (again.Status, Text(again, "upload_id")));
        Assert.Equal(422, (await PostAsync(new { source_url = server.At("/b.wav") }, key, "k1")).Status);
        Assert.Equal(1, (await host.SendAsync(HttpMethod.Get, Root, key: key)).Json.GetProperty("uploads").GetArrayLength());
        await host.Orchestrator.RunAllAsync();
        Assert.Single(server.Asked);
    }

    [Theory]
    [InlineData("""{"source_url": 5}""", "source_url"), InlineData("""{"source_url": "ftp://example.com/a"}""", "source_url"), InlineData("""{"source_url": "http://u:p@example.com/a"}""", "source_url")]
    [InlineData("""{"source_url": "http://example.com/a", "bytes": 5}""", "bytes"), InlineData("""{"source_url": "http://example.com/a", "content_type": "audio/wav"}""", "content_type")]
    [InlineData("""{"source_url": "http://example.com/a", "url": "b"}""", "url")]
    public async Task Post_WhatCannotBe_NamesTheField(string body, string field)
    {
        Answer refused = await host.SendAsync(HttpMethod.Post, Root, body);
        Assert.Equal((422, "INVALID_REQUEST"), (refused.Status, Text(refused, "code")));
        Assert.Equal([field], refused.Json.GetProperty("details").EnumerateObject().Select(detail => detail.Name));
    }

    [Fact]
    public async Task Post_AddressOfThisMachine_IsRefusedUnlessTheSettingsAllowIt()
    {
        await using ApiHost strict = await ApiHost.StartAsync();
        Answer refused = await strict.SendAsync(HttpMethod.Post, Root, new { source_url = server.At("/a.wav") });
        Assert.Equal(422, refused.Status);
        Assert.Contains("not on the public internet", refused.Text, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    Task<Answer> PostAsync(object body, string? key = null, string? idempotency = null) =>
        host.SendAsync(HttpMethod.Post, Root, body, key, headers: idempotency is null ? [] : [("Idempotency-Key", idempotency)]);

    static string Text(Answer answer, string name) => answer.Json.TryGetProperty(name, out JsonElement value) ? value.GetString()! : answer.Text;
}
