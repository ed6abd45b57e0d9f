using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Api.Tests;

/// <summary>The whole API behind a real server, on memory storage and a clock that the test moves; jobs wait until they are told to run.</summary>
sealed class ApiHost : IAsyncDisposable
{
    /// <summary>Lets a test say which address it calls from.</summary>
    const string Peer = "Test-Peer";

    readonly WebApplication app;

    ApiHost(WebApplication app, MemoryCatalog catalog, TestClock clock)
    {
        (this.app, Catalog, Clock) = (app, catalog, clock);
        Http = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public HttpClient Http { get; }

    public MemoryCatalog Catalog { get; }

    public TestClock Clock { get; }

    public InlineOrchestrator Orchestrator => app.Services.GetRequiredService<InlineOrchestrator>();

    public static Task<ApiHost> StartAsync(params (string Name, string Value)[] settings) => StartAsync(new(), new(), null, settings);

    /// <param name="catalog">Shared by hosts that are instances of one service.</param>
    /// <param name="seen">What stands between them and it; null: nothing.</param>
    public static async Task<ApiHost> StartAsync(MemoryCatalog catalog, TestClock clock, ICatalog? seen, params (string Name, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddPipeline().AddApi(loopbackIsOwner: true)
            .AddSingleton<TimeProvider>(clock).AddSingleton(seen ?? catalog).AddSingleton<IEventLog, MemoryEventLog>()
            .AddSingleton<IBlobStore>(_ => new MemoryBlobStore(clock)).AddSingleton<IMusicGenerator, TonePlayer>()
            .AddSingleton<InlineOrchestrator>().AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<InlineOrchestrator>())
            .AddSingleton(new HostFacts(Path.GetTempPath(), DateTime.UnixEpoch));
        WebApplication app = builder.Build();
        app.Use((http, next) =>
        {
            if (http.Request.Headers.Remove(Peer, out var peer)) http.Connection.RemoteIpAddress = IPAddress.Parse(peer.ToString());
            return next(http);
        });
        app.MapApi();
        await app.StartAsync();
        return new(app, catalog, clock);
    }

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>A new key, as its holder sends it.</summary>
    public async Task<string> KeyAsync(Tier tier = Tier.Free, bool admin = false, DailyQuota? quota = null) =>
        (await Get<KeyRing>().CreateAsync(new("somebody", tier) { IsAdmin = admin, Quota = quota ?? DailyQuota.None })).Text.ToString();

    /// <param name="from">The address it comes from; null: this machine.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string address, object? body = null, string? key = null, string? from = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Content = body switch { null => null, HttpContent content => content, string text => new StringContent(text, Encoding.UTF8, "application/json"), _ => JsonContent.Create(body) };
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        if (from is not null) request.Headers.Add(Peer, from);
        foreach ((string name, string value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        using HttpResponseMessage response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> GetAsync(string address, string? key = null, string? from = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, address, null, key, from, headers);

    public Task<Answer> GenerateAsync(string? key = null, string? from = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "two calm tones", duration = 30 }, key, from, headers);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
    }
}

/// <param name="Headers">Names in lower case; values joined by commas.</param>
sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Code => Json.TryGetProperty("code", out JsonElement code) ? code.GetString() : null;

    public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());

    public Answer Expect(int status, string? code = null)
    {
        Assert.True(Status == status, $"{Status}: {Text}");
        if (code is not null) Assert.Equal(code, Code);
        return this;
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode, response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(",", header.Value)),
        await response.Content.ReadAsStringAsync());
}
