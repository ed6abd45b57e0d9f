using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>How long a generation will take once it runs, as this machine's last twenty of that engine did, else other machines', else a first guess.</summary>
public sealed class Estimates(ICatalog catalog, EngineRegistry engines)
{
    const string Table = "estimates";
    const int KeptRuns = 20, MostMachines = 100;

    /// <summary>Seconds of work per second of music before anything was measured.</summary>
    const double ComposerGuess = 1.0 / 30, GpuGuess = 1.2, CpuGuess = 10;

    /// <param name="Rate">Seconds of work per second of music.</param>
    sealed record PastRun(string JobId, double Rate);

    /// <summary>The name of this machine, as part of a row's.</summary>
    public static string Here { get; } = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')) is { Length: > 0 } name ? name : "machine";

    /// <param name="job">A generation.</param>
    /// <returns>Seconds of work, without the time in the queue.</returns>
    public Task<double> SecondsAsync(Job job, CancellationToken cancel = default) => SecondsAsync(job.Model, job.DeviceUsed, job.ReadInput<GenerationInput>().Request.Duration, cancel);

    /// <summary>The sum for jobs that run one after the other.</summary>
    public async Task<double> SecondsAsync(IEnumerable<Job> jobs, CancellationToken cancel = default)
    {
        double sum = 0;
        foreach (Job job in jobs) sum += await SecondsAsync(job, cancel);
        return sum;
    }

    /// <param name="engine">Its exact name.</param>
    /// <param name="device"><c>cpu</c>, or what else it plays on; null: <c>cpu</c>.</param>
    public async Task<double> SecondsAsync(string engine, string? device, double musicSeconds, CancellationToken cancel = default)
    {
        IReadOnlyList<CatalogRow> machines = await catalog.QueryAsync(Table, engine, null, MostMachines, cancel);
        IEnumerable<CatalogRow> nearest = machines.Any(row => row.Key.Key == Here) ? machines.Where(row => row.Key.Key == Here) : machines;
        double[] rates = [.. nearest.SelectMany(row => row.Read<List<PastRun>>()).Select(run => run.Rate).Order()];
        double guess = engine == EngineRegistry.Composer ? ComposerGuess : device is null or "cpu" ? CpuGuess : GpuGuess;
        return musicSeconds * (rates.Length == 0 ? guess : (rates[(rates.Length - 1) / 2] + rates[rates.Length / 2]) / 2);
    }

    /// <summary>Learns from a generation that completed at the first try; a second time changes nothing.</summary>
    public async Task LearnAsync(Job job, CancellationToken cancel = default)
    {
        if (job is not { Kind: JobKind.Generation, Status: JobStatus.Completed, Retries.Count: 0, Machine: { } machine, StartedAt: { } from, CompletedAt: { } to }) return;
        // How fast a mock is says nothing of the model it stands in for.
        if (engines.Installed.Contains(job.Model) && engines.Find(job.Model).Facts.Version == MockMusicGenerator.MockVersion) return;
        var key = new RowKey(Table, job.Model, machine);
        while (true)
        {
            CatalogRow? row = await catalog.FindAsync(key, cancel);
            List<PastRun> runs = row?.Read<List<PastRun>>() ?? [];
            if (runs.Any(run => run.JobId == job.JobId)) return;
            runs.Add(new(job.JobId, (to - from).TotalSeconds / job.ReadInput<GenerationInput>().Request.Duration));
            if (await catalog.TryPutAsync(row, key, Payload.Write(runs.TakeLast(KeptRuns)), cancel)) return;
        }
    }
}
