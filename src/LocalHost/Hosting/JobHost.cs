using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Keeps the jobs of a data folder going: takes up what was interrupted, then looks after the queue.</summary>
sealed class JobHost(LocalRunner runner, FolderBlobStore store, JobQueue queue, IEnumerable<ISweep> sweeps, TimeProvider clock, ILogger<JobHost> log) : IHostedService, IDisposable
{
    static readonly TimeSpan sweepInterval = TimeSpan.FromSeconds(30);
    readonly CancellationTokenSource stopping = new();
    Task sweeping = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        store.RemoveTemporaries();
        await runner.StartAsync(cancellationToken);
        await SweepOnceAsync(cancellationToken);
        sweeping = SweepAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await sweeping;
        await runner.StopAsync(cancellationToken);
    }

    public void Dispose() => stopping.Dispose();

    async Task SweepOnceAsync(CancellationToken cancel)
    {
        await queue.SweepAsync(cancel);
        foreach (ISweep sweep in sweeps) await sweep.SweepAsync(cancel);
    }

    async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(sweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    await SweepOnceAsync(stopping.Token);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    log.LogError(fault, "The queue could not be looked after; the next look is in {Seconds} s.", sweepInterval.TotalSeconds);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
