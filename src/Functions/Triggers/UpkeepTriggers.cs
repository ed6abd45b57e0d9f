using DgxMusic.Functions.Hosting;
using DgxMusic.Pipeline.Upkeep;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Triggers;

/// <summary>The upkeep, on timers of which the platform lets one instance at a time have each.</summary>
public sealed class UpkeepTriggers(HostUpkeep upkeep, HostDurable durable)
{
    [Function("Sweep")]
    public Task SweepAsync([TimerTrigger("*/30 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancel)
    {
        durable.Meet(client);
        return upkeep.SweepAsync(cancel);
    }

    [Function("TrimEvents")]
    public Task TrimEventsAsync([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancel) => upkeep.TrimEventsAsync(cancel);

    [Function("CleanUp")]
    public Task CleanUpAsync([TimerTrigger("0 10 3 * * *")] TimerInfo timer, CancellationToken cancel) => upkeep.CleanAsync(cancel);

    [Function("CompareFiles")]
    public Task CompareAsync([TimerTrigger("0 40 3 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancel)
    {
        durable.Meet(client);
        return upkeep.CompareAsync(cancel);
    }
}
