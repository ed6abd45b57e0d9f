using System.Diagnostics;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.LocalHost.Tests.Hosting;

/// <summary>The pipeline as the server has it, on a folder of its own and a clock that the test moves; dropped as a crash drops it and taken up again.</summary>
sealed class PipelineOnDisk : IAsyncDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-pipeline-");
    readonly Dictionary<string, string?> settings;
    ServiceProvider services = null!;
    DataFolder data = null!;

    public PipelineOnDisk(params (string Name, string Value)[] settings)
    {
        this.settings = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        Open();
    }

    public ManualClock Clock { get; } = new();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public Task StartAsync() => Get<LocalRunner>().StartAsync(CancellationToken.None);

    public async Task CrashAndRestartAsync()
    {
        // No word to the runner: its database closes under it, as a dead process's does.
        Get<SqliteDatabase>().Dispose();
        data.Dispose();
        Open();
        await StartAsync();
        await Get<JobQueue>().SweepAsync();
    }

    /// <summary>Moves the clock in steps until something is so.</summary>
    public async Task PassUntilAsync(Func<Task<bool>> reached, TimeSpan step)
    {
        var limit = Stopwatch.StartNew();
        while (!await reached())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(30), "It did not come to that.");
            Clock.Advance(step);
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Get<LocalRunner>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        data.Dispose();
        folder.Delete(recursive: true);
    }

    void Open()
    {
        data = DataFolder.Take(folder.FullName);
        services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSingleton<TimeProvider>(Clock).AddLogging().AddLocalHost(data).BuildServiceProvider();
    }
}
