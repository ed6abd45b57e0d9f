using DgxMusic.Pipeline.Consistency;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Holds rows and files against each other once a day, first when the start is well over; mends what nobody can miss and tells of the rest.</summary>
sealed class ConsistencyTimer(ConsistencyCheck check, TimeProvider clock, ILogger<ConsistencyTimer> log) : BackgroundService
{
    static readonly TimeSpan first = TimeSpan.FromMinutes(10), interval = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (TimeSpan wait = first; ; wait = interval)
        {
            await Task.Delay(wait, clock, stoppingToken);
            try
            {
                ConsistencyReport report = await check.RunAsync(RepairOrder.Safe, stoppingToken);
                foreach (Inconsistency found in report.Findings) log.LogWarning("{Kind}: {Message} Repaired: {Repaired}.", found.Kind, found.Message, found.Repaired);
                log.LogInformation("Checked {Jobs} jobs and {Files} files: {Found} disagreements, {Repaired} mended.", report.Jobs, report.Files, report.Found, report.Repaired);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "Rows and files could not be compared; the next time is in a day.");
            }
        }
    }
}
