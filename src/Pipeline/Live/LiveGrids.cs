using System.Collections.Concurrent;
using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Live;

/// <summary>What sessions with a model at a rate are like. A model is loaded to find out, once a process; it stays for the session's work.</summary>
public sealed class LiveGrids(ModelPool pool, SeparatorRegistry separators)
{
    readonly ConcurrentDictionary<(EngineFacts Engine, int RateHz), LiveModel> known = new();

    /// <param name="name">Null: the best installed.</param>
    /// <param name="onCpu">Not on a GPU. One that cannot take the model now is not waited for, either.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: there is no such model, or it takes another rate; whatever loading it says.</exception>
    public async Task<LiveModel> FindAsync(string? name, int sampleRateHz, bool onCpu, CancellationToken cancel)
    {
        EngineFacts engine = separators.Find(name).FactsOf(onCpu);
        if (known.TryGetValue((engine, sampleRateHz), out LiveModel? there)) return there with { OnCpu = onCpu };
        ModelLease<ISeparationModel> taken;
        try
        {
            taken = await pool.LeaseAsync(engine.Name, "", new EngineRun(OnCpu: onCpu, Stopping: cancel));
        }
        catch (GpuFaultException) when (!onCpu)
        {
            return await FindAsync(engine.Name, sampleRateHz, onCpu: true, cancel);
        }

        using ModelLease<ISeparationModel> lease = taken;
        if (lease.Model.SampleRateHz is { } only && only != sampleRateHz)
        {
            string fault = $"{engine.Name} takes {only} Hz, not {sampleRateHz} Hz; bring the audio to that rate before it is pushed.";
            throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["sample_rate"] = fault });
        }

        var live = new LiveSeparation(lease.Model, sampleRateHz);
        return known[(lease.Facts, sampleRateHz)] = new(lease.Facts, lease.Model.Sources, live.Grid, live.UsesStatistics, onCpu);
    }
}

/// <param name="UsesStatistics">Whether it is normalised by what was heard so far.</param>
/// <param name="OnCpu">Whether it has to run there.</param>
public sealed record LiveModel(EngineFacts Engine, IReadOnlyList<string> Sources, LiveGrid Grid, bool UsesStatistics, bool OnCpu);
