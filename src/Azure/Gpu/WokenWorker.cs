using DgxMusic.Azure.Durable;
using DgxMusic.Pipeline.Gpu;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Azure.Gpu;

public static class WokenWorkerServices
{
    /// <summary>Makes this process a worker that others can find and wake; called after the stores and the activities are added.</summary>
    public static IServiceCollection AddWokenGpuNode(this IServiceCollection services)
    {
        services.AddGpuNode();
        return services.Any(service => service.ServiceType == typeof(WakeQueue)) ? services.AddHostedService<WokenWorker>() : services;
    }
}

/// <summary>
/// Takes messages away that ask for a worker: here is one. Later ones too, of those who asked before they heard of it. While it works it leaves one of its own, because the
/// platform takes workers away that nobody asks for, whatever they do.
/// </summary>
sealed class WokenWorker(WakeQueue queue, ActivityDrain activities, NodeHeartbeat heartbeat, TimeProvider clock, ILogger<WokenWorker> log) : BackgroundService
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(1), gap = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        long begun = 0;
        do
        {
            try
            {
                // First it is said that this worker lives: who then finds no message finds a worker.
                await heartbeat.BeatAsync(stoppingToken);
                if (activities.Running > 0 || activities.Begun > begun) await queue.HoldAsync(interval - gap, stoppingToken);
                begun = activities.Begun;
                await queue.ClearAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The messages that ask for a worker could not be taken away; the next try is in {Seconds} s.", interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
