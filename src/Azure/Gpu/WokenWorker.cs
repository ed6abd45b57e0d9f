using DgxMusic.Pipeline.Gpu;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Azure.Gpu;

public static class WokenWorkerServices
{
    /// <summary>Makes this process a worker that others can find and wake; called after the stores are added.</summary>
    public static IServiceCollection AddWokenGpuNode(this IServiceCollection services)
    {
        services.AddGpuNode();
        return services.Any(service => service.ServiceType == typeof(WakeQueue)) ? services.AddHostedService<WokenWorker>() : services;
    }
}

/// <summary>Takes messages away that ask for a worker: here is one. Later ones too, of those who asked before they heard of it.</summary>
sealed class WokenWorker(WakeQueue queue, NodeHeartbeat heartbeat, TimeProvider clock, ILogger<WokenWorker> log) : BackgroundService
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            try
            {
                // First it is said that this worker lives: who then finds no message finds a worker.
                await heartbeat.BeatAsync(stoppingToken);
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
