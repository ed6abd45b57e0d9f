using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Upkeep;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Keeps the jobs of a data folder going: takes up what was interrupted, then looks after them from time to time.</summary>
sealed class JobHost(LocalRunner runner, FolderBlobStore store, IEnumerable<ISweep> sweeps, HostUpkeep upkeep, TimeProvider clock) : IHostedService, IDisposable
{
    static readonly TimeSpan sweepInterval = TimeSpan.FromSeconds(30);
    readonly CancellationTokenSource stopping = new();
    Task sweeping = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        store.RemoveTemporaries();
        await runner.StartAsync(cancellationToken);
        foreach (ISweep sweep in sweeps) await sweep.SweepAsync(cancellationToken);
        sweeping = SweepAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await sweeping;
        await runner.StopAsync(cancellationToken);
    }

    public void Dispose() => stopping.Dispose();

    async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(sweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token)) await upkeep.SweepAsync(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
