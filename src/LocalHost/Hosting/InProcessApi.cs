using DgxMusic.Api;
using DgxMusic.Api.Resources;
using DgxMusic.LocalHost.Stores;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>The pipeline and its API in a command's own process, for a data folder that nobody else holds.</summary>
sealed class InProcessApi : IAsyncDisposable
{
    readonly DataFolder data;
    readonly ServiceProvider services;

    InProcessApi(DataFolder data, ServiceProvider services) => (this.data, this.services) = (data, services);

    public IServiceProvider Services => services;

    /// <summary>Takes up what was interrupted in that folder and is ready for more. Owns the folder from here on.</summary>
    public static async Task<InProcessApi> StartAsync(DataFolder data, CancellationToken cancel, OwnEngines? engines = null)
    {
        ServiceProvider? services = null;
        try
        {
            services = new ServiceCollection()
                .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().AddEnvironmentVariables("DGXMUSIC_").AddInMemoryCollection(engines?.Settings ?? []).Build())
                .AddLogging(logging => logging.AddFilter(level => level >= LogLevel.Error).AddSimpleConsole())
                .Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .AddLocalHost(data).AddOwn(engines).AddApi().AddSingleton(new HostFacts(data.Path, DateTime.UtcNow))
                .BuildServiceProvider();
            await services.GetRequiredService<JobHost>().StartAsync(cancel);
            return new(data, services);
        }
        catch
        {
            if (services is not null) await services.DisposeAsync();
            data.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.GetRequiredService<JobHost>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        data.Dispose();
    }
}
