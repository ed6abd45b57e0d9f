using System.Text.Json;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Api.Tests;

/// <summary>An API and some callers by name who have jobs done; without a name the owner asks.</summary>
sealed class JobsHost : IAsyncDisposable
{
    readonly ApiHost host;
    readonly Dictionary<string, string> keys = [];

    JobsHost(ApiHost host) => this.host = host;

    public HttpClient Http => host.Http;

    public MemoryBlobStore Blobs => (MemoryBlobStore)host.Get<IBlobStore>();

    public InlineOrchestrator Orchestrator => host.Orchestrator;

    public static async Task<JobsHost> StartAsync() => new(await ApiHost.StartAsync());

    public async Task<(int Status, JsonElement Body)> SendAsync(string method, string address, object? body = null, string? caller = null)
    {
        if (caller is not null && !keys.ContainsKey(caller)) keys[caller] = await host.KeyAsync();
        Answer answer = await host.SendAsync(new(method), address, body, caller is null ? null : keys[caller]);
        return (answer.Status, answer.Text.Length == 0 ? default : answer.Json.Clone());
    }

    public async Task<JsonElement> GetAsync(string address, string? caller = null)
    {
        (int status, JsonElement body) = await SendAsync("GET", address, caller: caller);
        Assert.True(status == 200, $"{status} {address}: {body}");
        return body;
    }

    /// <summary>The id of an accepted generation; runs it to its end unless it is to wait.</summary>
    public async Task<string> GenerateAsync(string prompt = "two calm tones", bool run = true, string? caller = null)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        (int status, JsonElement body) = await SendAsync("POST", "/api/v1/generate", new { prompt, duration = 1, stems = true }, caller);
        Assert.True(status == 202, body.ToString());
        if (run) await Orchestrator.RunAllAsync();
        return body.GetProperty("job_id").GetString()!;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
