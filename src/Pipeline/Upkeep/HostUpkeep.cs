using DgxMusic.Pipeline.Consistency;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Upkeep;

/// <summary>What every host does from time to time, whatever its timers are. What fails is told and has its next turn; it takes nobody else's.</summary>
public sealed class HostUpkeep(
    IEnumerable<ISweep> sweeps, EventRetention events, Retention retention, ConsistencyCheck check, IOptions<RetentionOptions> options, ILogger<HostUpkeep> log)
{
    /// <summary>Every 30 s: everything that looks after itself.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        foreach (ISweep sweep in sweeps) await TryAsync(sweep.GetType().Name, () => sweep.SweepAsync(cancel));
    }

    /// <summary>Every 5 minutes: keeps the streams of events short.</summary>
    public Task TrimEventsAsync(CancellationToken cancel = default) => TryAsync("Trimming the streams of events", () => events.TrimAsync(cancel));

    /// <summary>Once a day: removes what is old, where the settings say so.</summary>
    public Task CleanAsync(CancellationToken cancel = default) => !options.Value.Enabled ? Task.CompletedTask : TryAsync("The clean-up", async () =>
    {
        CleanupReport report = await retention.CleanAsync(options.Value.DaysOld, dryRun: false, cancel);
        log.LogInformation("Removed {Count} files ({Bytes} bytes) older than {Days} days.", report.Count, report.Bytes, report.DaysOld);
    });

    /// <summary>Once a day: holds rows and files against each other, mends what nobody can miss and tells of the rest.</summary>
    public Task CompareAsync(CancellationToken cancel = default) => TryAsync("Comparing rows and files", async () =>
    {
        ConsistencyReport report = await check.RunAsync(RepairOrder.Safe, cancel);
        foreach (Inconsistency found in report.Findings) log.LogWarning("{Kind}: {Message} Repaired: {Repaired}.", found.Kind, found.Message, found.Repaired);
        log.LogInformation("Checked {Jobs} jobs and {Files} files: {Found} disagreements, {Repaired} mended.", report.Jobs, report.Files, report.Found, report.Repaired);
    });

    async Task TryAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "{What} failed; the next try is at its next turn.", what);
        }
    }
}
