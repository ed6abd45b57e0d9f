using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DgxMusic.LocalHost.Tests.Jobs;

/// <summary>The pipeline on the real stores and the real runner, which can be dropped as a crash drops them and taken up again.</summary>
sealed class QueueHost : IAsyncDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-queue-");
    readonly IReadOnlyList<ActivityDefinition> activities;
    OrchestrationDefinition? story;
    ServiceProvider services;

    /// <param name="story">Takes the place of the orchestration of its name.</param>
    /// <param name="steps">Activities besides the pipeline's own.</param>
    public QueueHost(OrchestrationDefinition? story = null, params ActivityDefinition[] steps)
        : this(_ => { }, story, steps)
    {
    }

    /// <param name="fill">What the database holds before anything of this version has seen it.</param>
    public QueueHost(Action<SqliteSession> fill, OrchestrationDefinition? story = null, params ActivityDefinition[] steps)
    {
        using (var database = new SqliteDatabase(Path.Combine(folder.FullName, "catalog.db")))
        {
            database.WriteAsync(session => { fill(session); return true; }).GetAwaiter().GetResult();
        }

        activities = [.. PipelineDefinitions.Activities, .. steps];
        this.story = story;
        services = Build();
    }

    /// <summary>Called at the start of each block that is played.</summary>
    public Func<int, Task>? BeforeBlock { get; set; }

    public JobDesk Desk => services.GetRequiredService<JobDesk>();

    public JobLedger Ledger => services.GetRequiredService<JobLedger>();

    public JobQueue Queue => services.GetRequiredService<JobQueue>();

    public LocalRunner Runner => services.GetRequiredService<LocalRunner>();

    public JobIndex Index => services.GetRequiredService<JobIndex>();

    /// <summary>What a host does at its start and from time to time.</summary>
    public async Task SweepAsync()
    {
        foreach (ISweep sweep in services.GetServices<ISweep>()) await sweep.SweepAsync();
    }

    public Task<Job> SubmitAsync(string? id = null) => Desk.SubmitAsync(new() { Prompt = "two calm tones", Duration = 1, Seed = 7 }, JobTerms.Local with { JobId = id });

    /// <summary>Forgets everything in memory, and begins again on what was recorded.</summary>
    /// <param name="next">Takes the place of the story; null leaves it.</param>
    public async Task CrashAndRestartAsync(OrchestrationDefinition? next = null)
    {
        story = next ?? story;
        services.GetRequiredService<SqliteDatabase>().Dispose();
        services = Build();
        await Runner.StartAsync(CancellationToken.None);
        await Queue.SweepAsync();
    }

    public async Task<Job> WaitAsync(Job job, Func<Job, bool> until)
    {
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            Job? now = await Ledger.FindAsync(job.JobId);
            if (now is not null && until(now)) return now;
            if (limit.Elapsed > patience) throw new TimeoutException($"{now} {Describe()}");
            await Task.Delay(5);
        }
    }

    string Describe()
    {
        SqliteDatabase database = services.GetRequiredService<SqliteDatabase>();
        return string.Join("\n", (string[])[
            .. database.Read(session => session.Query("SELECT part || ' ' || name || ' ' || CAST(value AS TEXT) FROM rows WHERE tab <> 'index'", row => row.GetString(0))),
            .. database.Read(session => session.Query("SELECT instance || ' ' || name FROM raised", row => row.GetString(0))),
            .. database.Read(session => session.Query("SELECT id || ' v' || version || ' status ' || status FROM instances", row => row.GetString(0))),
            .. database.Read(session => session.Query("SELECT instance || ' ' || number || ' ' || CAST(data AS TEXT) FROM episodes", row => row.GetString(0)))]);
    }

    public async ValueTask DisposeAsync()
    {
        await Runner.StopAsync(CancellationToken.None);
        services.GetRequiredService<SqliteDatabase>().Dispose();
        folder.Delete(recursive: true);
    }

    ServiceProvider Build()
    {
        OrchestrationDefinition[] orchestrations = [.. PipelineDefinitions.Orchestrations.Where(definition => definition.Name != story?.Name), .. story is null ? [] : (OrchestrationDefinition[])[story]];
        var database = new SqliteDatabase(Path.Combine(folder.FullName, "catalog.db"));
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddPipeline().Configure<PipelineOptions>(options => options.RetryDelaySeconds = 0.05)
            .AddSingleton(database).AddSingleton<ICatalog, SqliteCatalog>().AddSingleton<IEventLog, SqliteEventLog>()
            .AddSingleton<IBlobStore>(new FolderBlobStore(folder.FullName))
            .AddSingleton<IMusicGenerator>(new TonePlayer { BeforeBlock = block => BeforeBlock?.Invoke(block) ?? Task.CompletedTask })
            .AddSingleton(provider => new LocalRunner(
                database, orchestrations, activities, provider, new() { StopPatience = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, NullLogger<LocalRunner>.Instance))
            .AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<LocalRunner>())
            .BuildServiceProvider();
    }
}
