using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Upkeep;

/// <summary>Loads the model that is to be there from the start; later, while nothing is done, measures those whose speed on machines like this nobody knows.</summary>
public sealed class EngineTimer(ModelPool pool, SeparatorTuner tuner, IOptions<EngineOptions> options, TimeProvider clock, ILogger<EngineTimer> log) : BackgroundService
{
    static readonly TimeSpan first = TimeSpan.FromMinutes(2), interval = TimeSpan.FromMinutes(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.WarmUp is { Length: > 0 } name) await TryAsync($"{name} could not be loaded at the start", () => Task.Run(() => pool.WarmAsync(name, new(OnCpu: false, Stopping: stoppingToken)), stoppingToken));
        if (!options.Value.Tune) return;
        for (TimeSpan wait = first; ; wait = interval)
        {
            await Task.Delay(wait, clock, stoppingToken);
            await TryAsync("The separators could not be measured; the next try is in a while", () => tuner.TuneAsync(stoppingToken));
        }
    }

    async Task TryAsync(string otherwise, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "{Otherwise}.", otherwise);
        }
    }
}
