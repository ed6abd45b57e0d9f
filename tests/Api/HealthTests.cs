using System.Text.Json;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Api.Tests;

public sealed class HealthTests
{
    static readonly HostFacts here = new(Path.GetTempPath(), DateTime.UnixEpoch);

    [Fact]
    [Trait("Requirement", "A-80")]
    public async Task Health_CatalogAway_IsUnhealthyAndStill200_AndNotReadyWithTheReasons()
    {
        var away = new ServiceCollection()
            .AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        Pipeline.PipelineServices.AddPipeline(away);
        ServiceProvider services = away.AddLogging().AddSingleton<ICatalog, AwayCatalog>().AddSingleton<IBlobStore>(new MemoryBlobStore()).AddSingleton<IEventLog>(new MemoryEventLog())
            .AddSingleton<IMusicGenerator>(new TonePlayer()).AddSingleton<InlineOrchestrator>().AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<InlineOrchestrator>())
            .AddApi().AddSingleton(here).BuildServiceProvider();
        Health health = services.GetRequiredService<Health>();
        (int status, JsonElement report) = await AnswerAsync(services, health.ReadAsync);
        Assert.Equal((200, "unhealthy"), (status, report.GetProperty("status").GetString()));
        foreach (string check in (string[])["database", "queue"])
        {
            JsonElement found = report.GetProperty("checks").GetProperty(check);
            Assert.Equal("unhealthy", found.GetProperty("status").GetString());
            Assert.DoesNotContain("secret", found.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => health.ReadReadyAsync(new DefaultHttpContext().Request));
        Assert.Equal((Problem.NotReady, "database, queue"), (refusal.Problem, string.Join(", ", refusal.Details.Keys.Order().Where(name => name != "disk_space"))));

        (status, JsonElement capacity) = await AnswerAsync(services, services.GetRequiredService<Gpu>().ReadAsync);
        Assert.Equal((200, false, JsonValueKind.Null), (status, capacity.GetProperty("available").GetBoolean(), capacity.GetProperty("active_jobs").ValueKind));
        Assert.Contains("queue", capacity.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    static async Task<(int Status, JsonElement Body)> AnswerAsync(IServiceProvider services, Func<HttpRequest, Task<IResult>> handler)
    {
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = new MemoryStream();
        await (await handler(http.Request)).ExecuteAsync(http);
        http.Response.Body.Position = 0;
        return (http.Response.StatusCode, (await JsonDocument.ParseAsync(http.Response.Body)).RootElement);
    }

    sealed class AwayCatalog : ICatalog
    {
        public Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default) => throw new IOException("/secret/path is away");

        public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default) => throw new IOException("/secret/path is away");

        public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default) => throw new IOException("/secret/path is away");

        public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default) => throw new IOException("/secret/path is away");

        public Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default) => throw new IOException("/secret/path is away");
    }
}
