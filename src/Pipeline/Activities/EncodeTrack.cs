using DgxMusic.Audio;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Stems;
using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Restoration;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Track">A source, <c>instrumental</c> or <c>residual</c>.</param>
/// <param name="Number">Of the tracks that are written, counted from 0.</param>
/// <param name="Stems">A blob with a <see cref="SeparatedStems"/>.</param>
/// <param name="SampleRateHz">Null: as it is.</param>
/// <param name="Process">What is done to it; null: nothing.</param>
public sealed record EncodeTrackRequest(
    string JobId, string Folder, string Track, int Number, int Count, BlobRef Stems, BlobRef Tags, double Gain, StemFormat Format, int? SampleRateHz, string? FileName, string? Title, string? Artist, PostProcess? Process) : IJobInput;

/// <summary>A file with one track.</summary>
/// <param name="Track">Its name; of a processed one, with <see cref="Processed"/> behind it.</param>
/// <param name="BitDepth">Null where the format codes with loss.</param>
public sealed record StemFile(
    string Track, BlobRef File, LoudnessReport Loudness, int SampleRateHz, int Channels, long Frames, FileFormat Format, BitDepth? BitDepth, long Bytes, IReadOnlyList<string> Warnings)
{
    public const string Processed = "_processed";
}

/// <summary>Writes one track of a separation as the file that its owner gets.</summary>
public sealed class EncodeTrack(IBlobStore store, JobMonitor monitor, IAudioCodec codec) : IActivity<EncodeTrackRequest, StemFile>
{
    public static readonly Activity<EncodeTrackRequest, StemFile> Definition =
        Activity<EncodeTrackRequest, StemFile>.Of<EncodeTrack>(version: 1, Lane.Cpu, JobStep.Encoding, Retry.Outage);

    const int BlockFrames = 1 << 14;

    public async Task<StemFile> RunAsync(EncodeTrackRequest request, ActivityContext context)
    {
        string title = request.Process is null ? request.Track : request.Track + StemFile.Processed, message = $"Saving {title} as {FileFormats.NameOf(request.Format.Format).ToUpperInvariant()}.";
        await monitor.EnterAsync(request.JobId, JobStep.Encoding, message, context.Stopping, title);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" });
        if (await store.FindRecordAsync<StemFile>(output.With(".json"), context.Stopping) is { } done) return done;

        SeparatedStems stems = await SeparatedStems.ReadAsync(store, request.Stems, context.Stopping);
        var extras = new ExportExtras { Tags = await TagsOfAsync(request, context.Stopping), Encoder = request.Format.Encoder, Codec = codec };
        BlobRef name = output.With(FileFormats.ExtensionOf(request.Format.Format));
        await using BlobWriter file = await store.CreateAsync(name, context.Stopping);
        var source = new SampleSource(Opening(request, stems, context.Stopping));
        MasteredTrack track = TrackExporter.Export(source, request.Format.Options(request.SampleRateHz), extras, file.Stream, Report, context.Stopping);
        await file.CommitAsync(context.Stopping);
        return await store.SaveRecordAsync(
            output.With(".json"),
            new StemFile(title, name, track.Loudness, track.SampleRateHz, track.Channels, track.Frames, track.Format, request.Format.BitDepth, track.Bytes, track.Warnings), context.Stopping);

        // The exporter is a pure, synchronous pass on a thread of its own, which may wait for its own report.
        void Report(double fraction) => monitor
            .AdvanceAsync(request.JobId, JobStep.Encoding, (request.Number + fraction) / request.Count, message, (request.Number * 1000) + (long)(fraction * 1000), context.Stopping).GetAwaiter().GetResult();
    }

    /// <summary>How the track is opened, every time with the same samples.</summary>
    Func<ISampleReader> Opening(EncodeTrackRequest request, SeparatedStems stems, CancellationToken stopping)
    {
        if (request.Process is not { } process) return () => StemReader.Of(store, stems, request.Track, stopping).Scaled((float)request.Gain);
        NormalizationPlan? loudness = process.NeedsMeasuring ? PostProcessing.Plan(process, Measure(Open(null))) : null;

        // Its loudness is what was asked for, whatever gain the others get.
        return () => loudness is null ? Open(null).Scaled((float)request.Gain) : Open(loudness);

        ProcessedReader Open(NormalizationPlan? plan) => new(
            StemReader.Of(store, stems, request.Track, stopping), process.NeedsOthers ? StemReader.WithoutOf(store, stems, request.Track, stopping) : null,
            PostProcessing.Open(process, stems.Track.SampleRateHz, RawSamples.Channels, plan));
    }

    static TrackLoudness Measure(ProcessedReader reader)
    {
        using (reader)
        {
            var meter = new TrackMeter(reader.Format.SampleRateHz, reader.Format.Channels);
            var block = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, BlockFrames);
            while (reader.Read(block) is > 0 and int frames) meter.Process(block.Slice(0, frames));
            return meter.Complete();
        }
    }

    async Task<Tags> TagsOfAsync(EncodeTrackRequest request, CancellationToken stopping)
    {
        await using Stream blob = await RawSamples.OpenAsync(store, request.Tags, stopping);
        using var bytes = new MemoryStream();
        await blob.CopyToAsync(bytes, stopping);
        Tags asked = new() { Title = request.Title, Artist = request.Artist };
        return StemTags.Of(asked.Or(TagSidecar.Read(bytes.ToArray())), request.Track, request.FileName);
    }
}
