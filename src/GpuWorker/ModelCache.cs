using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DgxMusic.GpuWorker;

/// <summary>Loads the model that <c>Engines:WarmUp</c> names before this process calls itself ready, and lets models go that nobody uses any more.</summary>
sealed class ModelCache(ModelPool pool, IOptions<EngineOptions> options, TimeProvider clock, ILogger<ModelCache> log) : BackgroundService
{
    static readonly TimeSpan interval = TimeSpan.FromSeconds(30);

    /// <summary>Why the model is not there; null once it is, or where none is asked for.</summary>
    public string? Lacks { get; private set; } = options.Value.WarmUp is { Length: > 0 } name ? $"{name} is being loaded." : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            if (Lacks is not null) await TryAsync(options.Value.WarmUp!, stoppingToken);
            await pool.SweepAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task TryAsync(string name, CancellationToken stopping)
    {
        try
        {
            await Task.Run(() => pool.WarmAsync(name, new(OnCpu: false, Stopping: stopping)), stopping);
            Lacks = null;
            log.LogInformation("{Model} is loaded.", name);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Lacks = $"{name} could not be loaded: {fault.Message}";
            log.LogError(fault, "{Model} could not be loaded; the next try is in {Seconds} s.", name, interval.TotalSeconds);
        }
    }
}
