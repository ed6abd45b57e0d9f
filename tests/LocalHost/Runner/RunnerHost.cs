using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Tests.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DgxMusic.LocalHost.Tests.Runner;

/// <summary>A runner on a folder of its own, which can be dropped as a crash drops it and taken up again.</summary>
sealed class RunnerHost : IAsyncDisposable
{
    readonly ServiceProvider services = new ServiceCollection().BuildServiceProvider();
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-runner-");
    SqliteDatabase database;

    public RunnerHost()
    {
        database = new(Path.Combine(folder.FullName, "catalog.db"));
        Runner = NewRunner(Probes.Orchestrations);
    }

    public LocalRunner Runner { get; private set; }

    /// <summary>Forgets the runner without a word to it, and starts another on the same history.</summary>
    public async Task CrashAndRestartAsync(IReadOnlyList<OrchestrationDefinition>? orchestrations = null)
    {
        // What the old runner still does reaches a closed database, as what a dead process does reaches nothing.
        database.Dispose();
        database = new(Path.Combine(folder.FullName, "catalog.db"));
        Runner = NewRunner(orchestrations ?? Probes.Orchestrations);
        await Runner.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Runner.StopAsync(CancellationToken.None);
        database.Dispose();
        folder.Delete(recursive: true);
    }

    LocalRunner NewRunner(IReadOnlyList<OrchestrationDefinition> orchestrations) => new(
        database, orchestrations, Probes.Activities, services, new() { StopPatience = TimeSpan.FromMilliseconds(200) }, TimeProvider.System,
        NullLogger<LocalRunner>.Instance);
}
