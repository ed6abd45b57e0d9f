using DgxMusic.Dsp;
using DgxMusic.Dsp.Separations;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Stems">A blob with a <see cref="SeparatedStems"/>.</param>
/// <param name="Reference">What the track should be.</param>
public sealed record ReferenceRequest(string JobId, string Folder, BlobRef Stems, string Track, DecodedTrack Reference) : IJobInput;

/// <summary>How near a track comes to what it should be.</summary>
/// <param name="Warning">A sentence where both do not last equally long; the shorter length is compared.</param>
public sealed record ReferenceReport(string Track, SourceToDistortion Distortion, string? Warning);

/// <summary>Measures a track against the truth, where its owner has it.</summary>
public sealed class CompareWithReference(IBlobStore store, JobMonitor monitor) : IActivity<ReferenceRequest, ReferenceReport>
{
    public static readonly Activity<ReferenceRequest, ReferenceReport> Definition =
        Activity<ReferenceRequest, ReferenceReport>.Of<CompareWithReference>(version: 1, Lane.Cpu, JobStep.Measuring, Retry.Outage);

    public async Task<ReferenceReport> RunAsync(ReferenceRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Measuring, $"Comparing {request.Track} with its reference.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" });
        if (await store.FindRecordAsync<ReferenceReport>(output.With(".json"), context.Stopping) is { } done) return done;

        SeparatedStems stems = await SeparatedStems.ReadAsync(store, request.Stems, context.Stopping);
        (long frames, long expected) = (stems.Track.Frames, request.Reference.Frames);
        var meter = new SdrMeter(stems.Track.SampleRateHz, RawSamples.Channels);
        await using Stream truth = await RawSamples.OpenAsync(store, request.Reference.Samples, context.Stopping);
        using var reader = StemReader.Of(store, stems, request.Track, context.Stopping);
        AudioBuffer? estimate = null;
        foreach (AudioBuffer block in RawSamples.Read(truth, stems.Track.SampleRateHz, 0, Math.Min(frames, expected), context.Stopping))
        {
            if (estimate is null || estimate.Frames < block.Frames) estimate = new(block.SampleRateHz, block.Channels, block.Frames);
            reader.Read(estimate.Slice(0, block.Frames));
            meter.Process(block, estimate.Slice(0, block.Frames));
        }

        string? warning = frames == expected ? null : $"{request.Track}: the reference has {expected} frames and the track {frames}; what both have was compared.";
        return await store.SaveRecordAsync(output.With(".json"), new ReferenceReport(request.Track, meter.Complete(), warning), context.Stopping);
    }
}
