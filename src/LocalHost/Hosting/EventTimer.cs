using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Keeps the streams of events short.</summary>
sealed class EventTimer(EventRetention retention, TimeProvider clock, ILogger<EventTimer> log) : BackgroundService
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await retention.TrimAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The streams of events could not be trimmed; the next try is in {Minutes} minutes.", interval.TotalMinutes);
            }
        }
    }
}
