using System.Collections.Concurrent;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Benchmarks;

/// <summary>What the queue gets through on SQLite, every write flushed to disk, while ten thousand jobs are over and a thousand wait.</summary>
static class QueueSpeed
{
    const int Finished = 10_000, Pending = 1_000, AtOnce = 16;
    static int submitted = Finished;

    public static IEnumerable<Measurement> Run()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-bench-");
        using ServiceProvider services = Build(folder.FullName);
        string[] waiting = FillAsync(services).GetAwaiter().GetResult();
        JobDesk desk = services.GetRequiredService<JobDesk>();
        JobQueue queue = services.GetRequiredService<JobQueue>();
        JobLedger ledger = services.GetRequiredService<JobLedger>();
        QueueStatistics statistics = services.GetRequiredService<QueueStatistics>();
        yield return Measurement.Of("status and position of a waiting job", "reads/s", () => RateOf(500, async n =>
        {
            Job job = await ledger.GetAsync(waiting[n * 7919 % waiting.Length]);
            await queue.PositionAsync(job);
        }));
        yield return Measurement.Of("queue statistics", "reads/s", () => RateOf(20, _ => statistics.ReadAsync()));
        yield return Measurement.Of("submissions, one after the other", "jobs/s", () => RateOf(50, _ => SubmitAsync(desk)));
        yield return Measurement.Of($"submissions, {AtOnce} callers at once", "jobs/s", () => RateOf(20 * AtOnce, AtOnce, _ => SubmitAsync(desk)));
        services.GetRequiredService<SqliteDatabase>().Dispose();
        folder.Delete(recursive: true);
    }

    static ServiceProvider Build(string folder) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
        .AddPipeline()
        .AddSingleton(new SqliteDatabase(Path.Combine(folder, "catalog.db")))
        .AddSingleton<ICatalog, SqliteCatalog>().AddSingleton<IEventLog, SqliteEventLog>()
        .AddSingleton<IBlobStore>(new FolderBlobStore(folder))
        .AddSingleton<IMusicGenerator, ComposerEngine>()
        .AddSingleton<IOrchestrationClient, Idle>()
        .BuildServiceProvider();

    static async Task<string[]> FillAsync(ServiceProvider services)
    {
        JobDesk desk = services.GetRequiredService<JobDesk>();
        for (int start = 0; start < Finished; start += 100) await Task.WhenAll(Enumerable.Range(start, 100).Select(n => RecordAsync(desk, n)));
        string[] waiting = new string[Pending];
        for (int n = 0; n < Pending; n++) waiting[n] = (await SubmitAsync(desk)).JobId;
        return waiting;
    }

    static Task RecordAsync(JobDesk desk, int n)
    {
        Job done = desk.Draft(JobKind.Generation, EngineRegistry.Composer, "cpu", JobTerms.Local with { JobId = $"gen_{n:x8}" }, (id, folder) => new GenerationInput(id, folder, RequestOf(n), 7, EngineRegistry.Composer));
        return desk.TryRecordAsync(done with { Status = JobStatus.Completed, StartedAt = done.CreatedAt, CompletedAt = done.CreatedAt.AddSeconds(2) });
    }

    static Task<Job> SubmitAsync(JobDesk desk) => desk.SubmitAsync(RequestOf(Interlocked.Increment(ref submitted)), JobTerms.Local);

    static GenerationRequest RequestOf(int n) => new() { Prompt = $"calm piano, take {n}", Duration = 8, Seed = 7 };

    static double RateOf(int times, Func<int, Task> work) =>
        times / Measurement.SecondsOf(() => Task.Run(async () => { for (int n = 0; n < times; n++) await work(n); }).GetAwaiter().GetResult());

    static double RateOf(int times, int callers, Func<int, Task> work) => times / Measurement.SecondsOf(() => Parallel
        .ForEachAsync(Enumerable.Range(0, times), new ParallelOptions { MaxDegreeOfParallelism = callers }, async (n, _) => await work(n)).GetAwaiter().GetResult());

    /// <summary>Takes every job and runs none.</summary>
    sealed class Idle : IOrchestrationClient
    {
        readonly ConcurrentDictionary<string, InstanceState> instances = new();

        public Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default)
        {
            instances.TryAdd(instanceId, new(instanceId, orchestration.Name, InstanceStatus.Running, null, null));
            return Task.CompletedTask;
        }

        public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default) => Task.FromResult(instances.GetValueOrDefault(instanceId));

        public Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default) => Task.CompletedTask;

        public Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default) => Task.CompletedTask;

        public Task PurgeAsync(string instanceId, CancellationToken cancel = default) => Task.CompletedTask;
    }
}
