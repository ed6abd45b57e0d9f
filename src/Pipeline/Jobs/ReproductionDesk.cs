using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Where callers ask for a generation or a separation to be made again.</summary>
public sealed class ReproductionDesk(JobDesk desk, JobLedger ledger, IBlobStore store, EngineRegistry engines, SeparationReproductions separations)
{
    /// <summary>Accepts the reproduction of a completed generation or separation.</summary>
    /// <param name="keep">The files made again stay; else they go when they have been compared.</param>
    /// <exception cref="PipelineException">
    /// <see cref="Problem.JobNotFound"/>; <see cref="Problem.JobState"/>: it is another kind of job or has not completed; <see cref="Problem.FilePurged"/>, <see cref="Problem.FileNotFound"/>: its manifest
    /// or the file that was taken apart is gone; <see cref="Problem.SourceDiffers"/>: that is another file now; <see cref="Problem.ModelNotInstalled"/>; <see cref="Problem.EngineDiffers"/>.
    /// </exception>
    public async Task<Job> SubmitAsync(string sourceId, Caller caller, bool keep, JobTerms terms, CancellationToken cancel = default)
    {
        Job source = await ledger.GetAsync(sourceId, caller, cancel);
        if (source.Kind is not (JobKind.Generation or JobKind.Separation) || source.Status != JobStatus.Completed)
            throw new PipelineException(Problem.JobState, $"Job {sourceId} is not a completed generation or separation; only such a one has a manifest to go by.");
        if (source.Kind == JobKind.Separation) return await separations.SubmitAsync(source, keep, terms, cancel);
        IReadOnlyDictionary<string, BlobRef> original = JobOutputs.Of(source);
        GenerationManifest manifest = await GenerationManifest.ReadAsync(store, original["manifest"], cancel) ?? throw ManifestGone(source);
        IGenerationEngine engine = Find(manifest.Engine);
        return await desk.EnterAsync(terms, asked => desk.Draft(JobKind.Reproduction, engine.Facts.Name, engine.Facts.Device, asked, Describe), cancel);

        ReproductionInput Describe(string jobId, string folder) =>
            new(jobId, sourceId, new(jobId, folder, manifest.Request, manifest.Seed, engine.Facts.Name, engine is MusicGenEngine, manifest.Blocks, engine is MusicGenEngine ? manifest.Blocks?.Writing[0].Device ?? manifest.Engine.Device : null), original, keep);
    }

    internal static PipelineException ManifestGone(Job source) =>
        new(source.Purged ? Problem.FilePurged : Problem.FileNotFound, $"The manifest of {source.JobId} is gone.");

    /// <param name="wanted">Of the manifest.</param>
    /// <param name="here">Of this installation.</param>
    /// <exception cref="PipelineException"><see cref="Problem.EngineDiffers"/>: in version, weights or device.</exception>
    internal static void RequireSame(EngineFacts wanted, EngineFacts here)
    {
        if (here == wanted) return;
        throw new PipelineException(
            Problem.EngineDiffers, $"This was made by {Describe(wanted)}; this installation has {Describe(here)}. The same bytes need the same engine.",
            new Dictionary<string, string> { ["needed"] = Describe(wanted), ["installed"] = Describe(here) });
    }

    /// <summary>The engine of the manifest, to the version and the weights.</summary>
    IGenerationEngine Find(EngineFacts wanted)
    {
        if (!engines.Installed.Contains(wanted.Name))
            throw new PipelineException(Problem.ModelNotInstalled, $"This was made by '{wanted.Name}', which is not installed here; installed: {string.Join(", ", engines.Installed)}.");
        IGenerationEngine engine = engines.Find(wanted.Name);
        // A model may have run, or ended, on the processor of a machine with a GPU.
        RequireSame(wanted, engine is MusicGenEngine writer ? writer.FactsOf(onCpu: wanted.Device == SeparationDevices.Cpu) : engine.Facts);
        return engine;
    }

    static string Describe(EngineFacts engine) =>
        $"{engine.Name} {engine.Version}, {engine.Dtype} on {engine.Device}{(engine.WeightsSha256 is { } hash ? $", weights {hash}" : "")}";
}
