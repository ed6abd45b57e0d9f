using System.Text.Json;
using DgxMusic.Api;
using DgxMusic.Api.Resources;
using DgxMusic.Azure.Durable;
using DgxMusic.Functions.Hosting;
using DgxMusic.Functions.Http;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Functions.Tests.Http;

/// <summary>The shared routes, asked for as the platform's worker hands requests on.</summary>
public sealed class ApiPipelineTests : IAsyncDisposable
{
    readonly WebApplication app = Build();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api", 200, null)]
    [InlineData("GET", "/api/", 200, null)]
    [InlineData("GET", "/api/v1/health/live", 200, null)]
    [InlineData("GET", "/api/v1/openapi.json", 200, null)]
    [InlineData("GET", "/api/v1/nothing", 404, "ROUTE_NOT_FOUND")]
    [InlineData("GET", "/api/v1/generate", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("GET", "/api/v1/jobs", 401, "UNAUTHORIZED")]
    [InlineData("GET", "/api/v1/jobs/gen_00000000?colour=blue", 401, "UNAUTHORIZED")]
    public async Task Request_OfTheWorker_FindsItsRouteWhateverThePlatformFound(string method, string address, int status, string? code)
    {
        (int got, string body, _) = await AskAsync(method, address);
        Assert.Equal(status, got);
        if (code is not null) Assert.Equal(code, JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        if (address.StartsWith("/api", StringComparison.Ordinal) && address.Length <= 5) Assert.Equal("DgxMusic", JsonDocument.Parse(body).RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Loopback_WithoutAKey_IsNobody_UnlessTheSettingsSayThatItIsTheOwner()
    {
        Assert.Equal(401, (await AskAsync("GET", "/api/v1/jobs")).Status);
        await using WebApplication developer = Build(("Identity:LoopbackIsOwner", "true"));
        Assert.Equal(200, (await AskAsync("GET", "/api/v1/jobs", developer)).Status);
    }

    async Task<(int Status, string Body, HttpContext Http)> AskAsync(string method, string address, WebApplication? of = null)
    {
        WebApplication services = of ?? app;
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services.Services };
        (http.Connection.RemoteIpAddress, http.Request.Method, http.Request.Scheme, http.Request.Host) = (System.Net.IPAddress.Loopback, method, "http", new("localhost"));
        string[] parts = address.Split('?');
        (http.Request.Path, http.Request.QueryString, http.Response.Body) = (parts[0], new(parts.Length > 1 ? "?" + parts[1] : ""), body);
        // What the worker's own routing leaves behind.
        http.SetEndpoint(new RouteEndpoint(_ => throw new InvalidOperationException("The platform's endpoint ran."), Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("api/{*rest}"), 0, null, "Jobs"));
        http.Request.RouteValues["rest"] = "x";
        await services.Services.GetRequiredService<ApiPipeline>().AnswerAsync(http.Request, null!);
        return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()), http);
    }

    static WebApplication Build(params (string Name, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        foreach ((string name, string value) in settings) builder.Configuration[name] = value;
        var clock = new TestClock();
        builder.Services.AddPipeline().AddApi(loopbackIsOwner: false).AddRouting().AddSingleton<ApiPipeline>()
            .AddSingleton<TimeProvider>(clock).AddSingleton<ICatalog>(new MemoryCatalog()).AddSingleton<IEventLog, MemoryEventLog>().AddSingleton<IBlobStore>(new MemoryBlobStore(clock))
            .AddSingleton(new DurableOrchestrations(PipelineDefinitions.Orchestrations)).AddSingleton<HostDurable>().AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<HostDurable>())
            .AddSingleton(new HostFacts(Path.GetTempPath(), DateTime.UnixEpoch));
        return builder.Build();
    }
}
