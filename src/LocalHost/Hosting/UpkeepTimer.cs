using DgxMusic.Pipeline.Upkeep;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>The rarer parts of the upkeep: files are cleaned up at the start too, rows and files compared first when the start is well over.</summary>
sealed class UpkeepTimer(HostUpkeep upkeep, TimeProvider clock) : BackgroundService
{
    static readonly TimeSpan minute = TimeSpan.FromMinutes(1), day = TimeSpan.FromDays(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(upkeep.CleanAsync, TimeSpan.Zero, day, stoppingToken),
        RepeatAsync(upkeep.TrimEventsAsync, 5 * minute, 5 * minute, stoppingToken),
        RepeatAsync(upkeep.CompareAsync, 10 * minute, day, stoppingToken));

    async Task RepeatAsync(Func<CancellationToken, Task> work, TimeSpan first, TimeSpan interval, CancellationToken cancel)
    {
        for (TimeSpan wait = first; ; wait = interval)
        {
            await Task.Delay(wait, clock, cancel);
            await work(cancel);
        }
    }
}
