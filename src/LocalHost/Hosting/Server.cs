using System.Net;
using DgxMusic.Api;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Telemetry;
using DgxMusic.Pipeline.Upkeep;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>The HTTP server of one machine.</summary>
static class Server
{
    /// <summary>Uploads; everything else has a lower limit of its own.</summary>
    const long MostBodyBytes = 100L << 20;

    /// <summary>Serves until asked to stop.</summary>
    /// <param name="settings">Of the command; they win over the environment's.</param>
    /// <exception cref="PipelineException"><see cref="Problem.DataInUse"/>; whatever is wrong with weights of one's own.</exception>
    public static async Task RunAsync(string dataFolder, IPAddress address, int port, IReadOnlyList<KeyValuePair<string, string?>> settings, CancellationToken cancel)
    {
        using DataFolder data = DataFolder.Take(dataFolder);
        await using WebApplication app = Build(data, address, port, settings);
        // What is wrong with weights of one's own, or with the engine that is to play by default, is said now, not to the first who asks.
        app.Services.GetRequiredService<EngineRegistry>().Find(null);
        await app.StartAsync(cancel);
        Uri served = new(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        data.Announce(served.Port, app.Services.GetRequiredService<MasteringDefaults>().OutputDir is { } outputs ? Path.GetFullPath(outputs) : null);
        await Console.Error.WriteLineAsync($"Serving {data.Path} at {served.GetLeftPart(UriPartial.Authority)}; Ctrl-C stops.");
        if (!IPAddress.IsLoopback(address) && !await app.Services.GetRequiredService<KeyRing>().HasValidAsync(cancel))
            await Console.Error.WriteLineAsync($"Warning: {address} is reachable from other machines, and there is no key: they all get 401. 'dgxmusic keys create NAME --tier TIER' makes one.");
        await app.WaitForShutdownAsync(cancel);
    }

    static WebApplication Build(DataFolder data, IPAddress address, int port, IReadOnlyList<KeyValuePair<string, string?>> settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("DGXMUSIC_").AddInMemoryCollection(settings);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // Why a start failed is told once, as one sentence, by the command.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ssZ "));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
        });
        builder.Services.AddLocalHost(data).AddApi(loopbackIsOwner: true);
        builder.Services.AddSingleton(new HostFacts(data.Path, DateTime.UtcNow));
        builder.Services.AddTelemetryExport("dgxmusic", tellsOfQueue: true);
        builder.Services.AddHostedService(provider => provider.GetRequiredService<JobHost>()).AddHostedService<InboxWatcher>().AddHostedService<UpkeepTimer>()
            .AddHostedService<EngineTimer>();
        WebApplication app = builder.Build();
        app.MapApi();
        return app;
    }
}
