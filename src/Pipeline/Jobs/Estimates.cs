using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>How long a generation or a separation will take once it runs, as this machine's last twenty of that engine did, else other machines', else a first guess.</summary>
public sealed class Estimates(ICatalog catalog, EngineRegistry engines, IBlobStore store)
{
    const string Table = "estimates";
    const int KeptRuns = 20, MostMachines = 100;

    /// <summary>Seconds of work per second of music before anything was measured.</summary>
    const double ComposerGuess = 1.0 / 30, GpuGuess = 1.2, CpuGuess = 10;

    /// <param name="Rate">Seconds of work per second of music.</param>
    sealed record PastRun(string JobId, double Rate);

    /// <summary>The name of this machine, as part of a row's.</summary>
    public static string Here { get; } = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')) is { Length: > 0 } name ? name : "machine";

    /// <param name="job">A generation or a separation.</param>
    /// <returns>Seconds of work, without the time in the queue.</returns>
    public async Task<double> SecondsAsync(Job job, CancellationToken cancel = default)
    {
        if (job.Kind == JobKind.Generation) return await SecondsAsync(job.Model, job.DeviceUsed, job.ReadInput<GenerationInput>().Request.Duration, cancel);
        SeparationInput input = job.ReadInput<SeparationInput>();
        double seconds = await SeparationSize.SecondsAsync(input, store, cancel) * PassesOf(input);
        return await SecondsAsync(job.Model, seconds, SeparationSize.GuessOf(job.Model, job.DeviceUsed), cancel);
    }

    /// <summary>The sum for jobs that run one after the other.</summary>
    public async Task<double> SecondsAsync(IEnumerable<Job> jobs, CancellationToken cancel = default)
    {
        double sum = 0;
        foreach (Job job in jobs) sum += await SecondsAsync(job, cancel);
        return sum;
    }

    /// <param name="engine">Its exact name.</param>
    /// <param name="device"><c>cpu</c>, or what else it plays on; null: <c>cpu</c>.</param>
    public Task<double> SecondsAsync(string engine, string? device, double musicSeconds, CancellationToken cancel = default) =>
        SecondsAsync(engine, musicSeconds, engine == EngineRegistry.Composer ? ComposerGuess : device is null or "cpu" ? CpuGuess : GpuGuess, cancel);

    async Task<double> SecondsAsync(string engine, double musicSeconds, double guess, CancellationToken cancel)
    {
        IReadOnlyList<CatalogRow> machines = await catalog.QueryAsync(Table, engine, null, MostMachines, cancel);
        IEnumerable<CatalogRow> nearest = machines.Any(row => row.Key.Key == Here) ? machines.Where(row => row.Key.Key == Here) : machines;
        double[] rates = [.. nearest.SelectMany(row => row.Read<List<PastRun>>()).Select(run => run.Rate).Order()];
        return musicSeconds * (rates.Length == 0 ? guess : (rates[(rates.Length - 1) / 2] + rates[rates.Length / 2]) / 2);
    }

    /// <summary>Learns from a job that completed at the first try; a second time changes nothing.</summary>
    public async Task LearnAsync(Job job, CancellationToken cancel = default)
    {
        if (job is not { Status: JobStatus.Completed, Retries.Count: 0, Machine: { } machine, StartedAt: { } from, CompletedAt: { } to }) return;
        if (MusicOf(job) is not var (engine, seconds) || seconds <= 0) return;
        var key = new RowKey(Table, engine, machine);
        while (true)
        {
            CatalogRow? row = await catalog.FindAsync(key, cancel);
            List<PastRun> runs = row?.Read<List<PastRun>>() ?? [];
            if (runs.Any(run => run.JobId == job.JobId)) return;
            runs.Add(new(job.JobId, (to - from).TotalSeconds / seconds));
            if (await catalog.TryPutAsync(row, key, Payload.Write(runs.TakeLast(KeptRuns)), cancel)) return;
        }
    }

    /// <summary>Which engine worked, and on how many seconds of music; null where that tells nothing: how fast a mock is says nothing of the model it stands in for.</summary>
    (string Engine, double Seconds)? MusicOf(Job job)
    {
        if (job.Kind == JobKind.Generation)
            return engines.Installed.Contains(job.Model) && engines.Find(job.Model).Facts.IsMock ? null : (job.Model, job.ReadInput<GenerationInput>().Request.Duration);
        if (job.Kind != JobKind.Separation || job.Result is not { } stored) return null;
        SeparationResult result = Payload.Read<SeparationResult>(stored);
        // One that began on a GPU and went on elsewhere is as fast as neither.
        return result.Engine.IsMock || result.Fallback is not null ? null : (result.Engine.Name, result.DurationSeconds * PassesOf(job.ReadInput<SeparationInput>()));
    }

    static int PassesOf(SeparationInput input) => Math.Max(1, input.Request.Shifts);
}
