using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Where callers ask for a generation to be made again.</summary>
public sealed class ReproductionDesk(JobDesk desk, JobLedger ledger, IBlobStore store, EngineRegistry engines)
{
    /// <summary>Accepts the reproduction of a completed generation.</summary>
    /// <param name="keep">The files made again stay; else they go when they have been compared.</param>
    /// <exception cref="PipelineException">
    /// <see cref="Problem.JobNotFound"/>; <see cref="Problem.JobState"/>: it is no generation or has not completed; <see cref="Problem.FilePurged"/>: its manifest is gone;
    /// <see cref="Problem.ModelNotInstalled"/>; <see cref="Problem.EngineDiffers"/>.
    /// </exception>
    public async Task<Job> SubmitAsync(string sourceId, Caller caller, bool keep, JobTerms terms, CancellationToken cancel = default)
    {
        Job source = await ledger.GetAsync(sourceId, caller, cancel);
        if (source.Kind != JobKind.Generation || source.Status != JobStatus.Completed)
            throw new PipelineException(Problem.JobState, $"Job {sourceId} is not a completed generation; only such a one has a manifest to go by.");
        IReadOnlyDictionary<string, BlobRef> original = JobOutputs.Of(source);
        GenerationManifest manifest = await GenerationManifest.ReadAsync(store, original["manifest"], cancel)
            ?? throw new PipelineException(source.Purged ? Problem.FilePurged : Problem.FileNotFound, $"The manifest of {sourceId} is gone.");
        IMusicGenerator engine = Find(manifest.Engine);
        return await desk.EnterAsync(terms, asked => desk.Draft(JobKind.Reproduction, engine.Facts.Name, engine.Facts.Device, asked, Describe), cancel);

        ReproductionInput Describe(string jobId, string folder) =>
            new(jobId, sourceId, new(jobId, folder, manifest.Request, manifest.Seed, engine.Facts.Name), original, keep);
    }

    /// <summary>The engine of the manifest, to the version and the weights.</summary>
    IMusicGenerator Find(EngineFacts wanted)
    {
        if (!engines.Installed.Contains(wanted.Name))
            throw new PipelineException(Problem.ModelNotInstalled, $"This was made by '{wanted.Name}', which is not installed here; installed: {string.Join(", ", engines.Installed)}.");
        IMusicGenerator engine = engines.Find(wanted.Name);
        return engine.Facts == wanted ? engine : throw new PipelineException(
            Problem.EngineDiffers, $"This was made by {Describe(wanted)}; this installation has {Describe(engine.Facts)}. The same bytes need the same engine.",
            new Dictionary<string, string> { ["needed"] = Describe(wanted), ["installed"] = Describe(engine.Facts) });
    }

    static string Describe(EngineFacts engine) =>
        $"{engine.Name} {engine.Version}, {engine.Dtype} on {engine.Device}{(engine.WeightsSha256 is { } hash ? $", weights {hash}" : "")}";
}
