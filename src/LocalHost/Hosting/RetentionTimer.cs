using DgxMusic.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Cleans up at the start and then once a day, where the settings say so.</summary>
sealed class RetentionTimer(Retention retention, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<RetentionTimer> log) : BackgroundService
{
    static readonly TimeSpan interval = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled) return;
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            try
            {
                CleanupReport report = await retention.CleanAsync(options.Value.DaysOld, dryRun: false, stoppingToken);
                log.LogInformation("Removed {Count} files ({Bytes} bytes) older than {Days} days.", report.Count, report.Bytes, report.DaysOld);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The clean-up failed; the next one is in a day.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
