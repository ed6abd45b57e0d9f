using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DgxMusic.Benchmarks;

/// <summary>How many activities that do nothing the runner gets through a second, every turn flushed to disk.</summary>
static class RunnerSpeed
{
    public sealed class Nothing : IActivity<int, int>
    {
        public static readonly Activity<int, int> Definition = Activity<int, int>.Of<Nothing>(1, Lane.Io, JobStep.Generating, Retry.None);

        public Task<int> RunAsync(int input, ActivityContext context) => Task.FromResult(input);
    }

    static readonly Orchestration<int, int> chain = new("Chain", 1, async (context, length) =>
    {
        for (int n = 0; n < length; n++) await context.CallActivityAsync(Nothing.Definition, n);
        return length;
    });

    public static IEnumerable<Measurement> Run()
    {
        yield return Measurement.Of("one chain of 200 activities", "activities/s", () => RateOf(instances: 1, length: 200));
        yield return Measurement.Of("200 chains of 5 activities at once", "activities/s", () => RateOf(instances: 200, length: 5), "aim: 300");
    }

    static double RateOf(int instances, int length)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-bench-");
        using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        using var database = new SqliteDatabase(Path.Combine(folder.FullName, "catalog.db"));
        using var runner = new LocalRunner(database, [chain], [Nothing.Definition], services, new(), TimeProvider.System, NullLogger<LocalRunner>.Instance);
        double seconds = Measurement.SecondsOf(() => RunAsync(runner, instances, length).GetAwaiter().GetResult());
        runner.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        database.Dispose();
        folder.Delete(recursive: true);
        return instances * length / seconds;
    }

    static async Task RunAsync(LocalRunner runner, int instances, int length)
    {
        await Task.WhenAll(Enumerable.Range(0, instances).Select(n => runner.StartAsync(chain, $"chain{n}", length)));
        for (int n = 0; n < instances; n++)
        {
            while (await runner.FindAsync($"chain{n}") is { Status: InstanceStatus.Running }) await Task.Delay(1);
        }
    }
}
