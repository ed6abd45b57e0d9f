using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>The whole pipeline on memory storage and a clock that the test moves.</summary>
public sealed class TestHost : IDisposable
{
    readonly ServiceProvider services;
    readonly TestHost? dead;
    MemoryBlobStore? blobs;
    FailingCatalog? rows;

    public TestHost(int maxConcurrentJobs = 1, Action<PipelineOptions>? configure = null, TestHost? dead = null, params (string Name, string Value)[] settings)
        : this(_ => { }, maxConcurrentJobs, configure, dead, settings)
    {
    }

    /// <param name="add">Adds what the test puts in the place of ours.</param>
    /// <param name="dead">A host whose process died: this one begins on its stores.</param>
    internal TestHost(Action<IServiceCollection> add, int maxConcurrentJobs = 1, Action<PipelineOptions>? configure = null, TestHost? dead = null, params (string Name, string Value)[] settings)
    {
        this.dead = dead;
        (Clock, Catalog, Events) = (dead?.Clock ?? new(), dead?.Catalog ?? new(), dead?.Events ?? new());
        IServiceCollection collection = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build())
            .AddPipeline()
            .Configure<PipelineOptions>(options => { options.MaxConcurrentJobs = maxConcurrentJobs; configure?.Invoke(options); })
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IBlobStore>(Blobs).AddSingleton<ICatalog>(Rows).AddSingleton<IEventLog>(Events)
            .AddSingleton<IMusicGenerator>(Player)
            .AddSingleton<InlineOrchestrator>().AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<InlineOrchestrator>());
        add(collection);
        services = collection.BuildServiceProvider();
        Orchestrator.IsGone = () => Rows.WritesLeft <= 0;
        if (dead is not null) Orchestrator.TakeUp(dead.Orchestrator);
    }

    public TestClock Clock { get; }

    public MemoryBlobStore Blobs => blobs ??= dead?.Blobs ?? new(Clock);

    public MemoryCatalog Catalog { get; }

    /// <summary>The way to the catalog, where a test can count and cut.</summary>
    public FailingCatalog Rows => rows ??= new(Catalog);

    public MemoryEventLog Events { get; }

    public TonePlayer Player { get; } = new();

    public InlineOrchestrator Orchestrator => services.GetRequiredService<InlineOrchestrator>();

    public JobDesk Desk => services.GetRequiredService<JobDesk>();

    public JobLedger Ledger => services.GetRequiredService<JobLedger>();

    public JobQueue Queue => services.GetRequiredService<JobQueue>();

    public StoreFiles Files => services.GetRequiredService<StoreFiles>();

    public Retention Retention => services.GetRequiredService<Retention>();

    public JobIndex Index => services.GetRequiredService<JobIndex>();

    /// <summary>What a host does at its start and from time to time.</summary>
    public async Task SweepAsync()
    {
        foreach (ISweep sweep in services.GetServices<ISweep>()) await sweep.SweepAsync();
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public static GenerationRequest Request(string prompt = "two calm tones", double seconds = 1) => new() { Prompt = prompt, Duration = seconds, Seed = 7 };

    public async Task<Job> SubmitAsync(GenerationRequest? request = null, JobPriority priority = JobPriority.Normal)
    {
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        return await Desk.SubmitAsync(request ?? Request(), JobTerms.Local with { Priority = priority });
    }

    /// <summary>A job as its row has it now.</summary>
    public async Task<Job> ReadAsync(Job job) => (await Ledger.FindAsync(job.JobId))!;

    public async Task<IReadOnlyList<string>> EventTypesAsync(string jobId) => [.. (await Events.ReadAsync(jobId, 0, 1000)).Select(logged => logged.Type)];

    public void Dispose() => services.Dispose();
}
