using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Gpu;

/// <summary>Says while a worker runs that it lives, and what it can do. It speaks beside the work, so a worker that is busy is not silent.</summary>
public sealed class NodeHeartbeat(
    GpuNodes nodes, IGpuProbe probe, SeparatorRegistry separators, EngineRegistry generators, IOptions<GpuOptions> options, TimeProvider clock, ILogger<NodeHeartbeat> log) : BackgroundService
{
    readonly DateTime startedAt = clock.GetUtcNow().UtcDateTime;

    public string NodeId { get; } = $"{Guid.NewGuid():N}"[..16];

    /// <summary>Says it once.</summary>
    public Task BeatAsync(CancellationToken cancel = default)
    {
        string[] models = [.. separators.All.Where(separator => separator.IsInstalled).Select(separator => separator.Facts.Name), .. generators.InstalledWriters];
        return nodes.SayAsync(new(NodeId, Environment.MachineName, startedAt, clock.GetUtcNow().UtcDateTime, GpuReport.Of(probe), models, ProductVersion.Text), cancel);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(() => nodes.ForgetAsync(NodeId, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.BeatSeconds), clock);
        do await TryAsync(() => BeatAsync(stoppingToken));
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // The catalog may be away for a while: whoever looks finds this worker silent, which is true.
    async Task TryAsync(Func<Task> say)
    {
        try
        {
            await say();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "Worker {Node} could not say how it is; the next try is in {Seconds} s.", NodeId, options.Value.BeatSeconds);
        }
    }
}
