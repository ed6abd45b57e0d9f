using DgxMusic.Audio;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="FileName">As its owner calls the source; null where nobody said.</param>
/// <param name="SampleRateHz">What it is to have; null: its own.</param>
/// <param name="Seconds">What is known of its length; null: nothing.</param>
public sealed record DecodeRequest(string JobId, string Folder, BlobRef Source, string? FileName, int? SampleRateHz, double? Seconds) : IJobInput;

/// <summary>A track as a model takes it: stereo float32 at the model's rate.</summary>
/// <param name="Samples">A blob of raw frames.</param>
/// <param name="Tags">A blob with what the file says of its music.</param>
/// <param name="Source">What the source is, by its content.</param>
public sealed record DecodedTrack(
    BlobRef Samples, BlobRef Tags, int SampleRateHz, long Frames, double Mean, double Deviation, AudioFormat Source, long SourceBytes,
    IReadOnlyList<string> Warnings)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public TrackStatistics Statistics => new(Frames, Mean, Deviation);

    [System.Text.Json.Serialization.JsonIgnore]
    public double Seconds => (double)Frames / SampleRateHz;
}

/// <summary>Decodes a file into scratch, once for all that come after.</summary>
public sealed class DecodeTrack(IBlobStore store, JobMonitor monitor, DecoderOptions decoder) : IActivity<DecodeRequest, DecodedTrack>
{
    public static readonly Activity<DecodeRequest, DecodedTrack> Definition =
        Activity<DecodeRequest, DecodedTrack>.Of<DecodeTrack>(version: 1, Lane.Cpu, JobStep.Decoding, Retry.Outage);

    // For a progress bar, where nothing tells the length.
    const double UsualSeconds = 600;

    public async Task<DecodedTrack> RunAsync(DecodeRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Decoding, "Decoding.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" });
        if (await store.FindRecordAsync<DecodedTrack>(output.With(".json"), context.Stopping) is { } done) return done;
        // Uploads stay while a job takes them apart; what they are compared with may have been removed.
        await using Stream source = await store.OpenReadAsync(request.Source, context.Stopping) ?? throw new PipelineException(Problem.FileNotFound, $"{request.Source} was removed before it was read.");
        return await store.SaveRecordAsync(output.With(".json"), await DecodeAsync(request, source, output, context.Stopping), context.Stopping);
    }

    async Task<DecodedTrack> DecodeAsync(DecodeRequest request, Stream source, BlobRef output, CancellationToken stopping)
    {
        List<string> warnings = [];
        AudioFormat format;
        using (ISampleReader reader = AudioFile.Open(source, request.FileName, decoder, leaveOpen: true, stopping)) format = reader.Format;
        string told = $"Decoding {request.FileName ?? "the source"}: {format.Container.ToUpperInvariant()}, {format.SampleRateHz} Hz, {format.Channels} {(format.Channels == 1 ? "channel" : "channels")}.";
        await monitor.EnterAsync(request.JobId, JobStep.Decoding, told, stopping, "source");
        source.Position = 0;
        await SaveTagsAsync(output.With(".tags.json"), AudioFile.ReadTags(source, decoder, warnings, stopping), stopping);

        source.Position = 0;
        (var measure, int rateHz) = (new TrackMeasure(), request.SampleRateHz ?? format.SampleRateHz);
        await using var file = new RawFiles(store);
        await file.OpenAsync(output.With(".f32"), (long)((request.Seconds ?? 0) * rateHz), stopping);
        double written = 0;
        long block = 0;
        foreach (AudioBuffer frames in StereoTrack.Blocks(SampleSource.OfStream(source, request.FileName, decoder, stopping), request.SampleRateHz, warnings, stopping))
        {
            measure.Add(frames);
            file.Write(0, frames);
            written += frames.Seconds;
            await monitor.AdvanceAsync(request.JobId, JobStep.Decoding, written / Math.Max(request.Seconds ?? UsualSeconds, written), $"{written:F0} s decoded.", ++block, stopping);
        }

        TrackStatistics track = measure.Complete();
        await file.CommitAsync(stopping);
        return new(
            output.With(".f32"), output.With(".tags.json"), rateHz, track.Frames, track.Mean, track.Deviation, format, source.Length, warnings);
    }

    async Task SaveTagsAsync(BlobRef blob, Tags tags, CancellationToken stopping)
    {
        await using BlobWriter writer = await store.CreateAsync(blob, stopping);
        await writer.Stream.WriteAsync(TagSidecar.Write(tags), stopping);
        await writer.CommitAsync(stopping);
    }
}
