using DgxMusic.Audio.Stems;
using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>What a separation starts from: the request with everything decided that the machine would decide.</summary>
/// <param name="Folder">Its dated folder, <c>YYYY/MM/DD/{job}</c>.</param>
/// <param name="FileName">As its owner calls the source; null where nobody said.</param>
/// <param name="Model">Exact name of the model that was chosen.</param>
/// <param name="SourceRateHz">Of the file.</param>
/// <param name="Seconds">What is known of the length; null: nothing.</param>
/// <param name="Devices">Where it has to run, as a manifest says it; null: where it can.</param>
public sealed record SeparationInput(
    string JobId, string Folder, string SongId, BlobRef Source, string? FileName, SeparationRequest Request, string Model, int SourceRateHz, double? Seconds,
    IReadOnlyList<DevicePart>? Devices = null) : IJobInput
{
    [System.Text.Json.Serialization.JsonIgnore]
    public SeparationSettings Settings => new(Request.Shifts, Request.Overlap);

    /// <summary>Of the music, as its owner says it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Title => Request.Title ?? FileName ?? "";
}

/// <summary>Takes a track apart, part by part, and makes files of what comes out.</summary>
public static class SeparateTrack
{
    public static readonly Orchestration<SeparationInput, SeparationResult> Definition = new(nameof(SeparateTrack), version: 2, RunAsync);

    static async Task<SeparationResult> RunAsync(IOrchestrationContext context, SeparationInput input)
    {
        SeparationPlan plan = await PlanAsync(context, input);
        var work = new SeparationWork(context, input, plan);
        PreparedSeparator model = await work.PrepareAsync();
        DecodedTrack track = await context.CallActivityAsync(DecodeTrack.Definition, new(input.JobId, input.Folder, input.Source, input.FileName, model.SampleRateHz, input.Seconds));
        Dictionary<string, DecodedTrack> references = [];
        foreach ((string name, string file) in input.Request.References)
            references[name] = await context.CallActivityAsync(DecodeTrack.Definition, new(input.JobId, input.Folder, BlobRef.Parse(file), null, model.SampleRateHz, null));
        IReadOnlyList<StemPart> parts = await work.SeparateAsync(track);

        StemFormat format = FormatOf(input, track);
        IReadOnlyList<string> names = SeparationTracks.Of(input.Request, work.Model.Sources);
        MeasuredStems measured = await context.CallActivityAsync(
            MeasureStems.Definition, new(input.JobId, input.Folder, new(track, work.Model, parts), names, format is not { Format: FileFormat.Wav, BitDepth: BitDepth.Float }));
        List<ReferenceReport> compared = [];
        foreach ((string name, DecodedTrack reference) in references)
            compared.Add(await context.CallActivityAsync(CompareWithReference.Definition, new(input.JobId, input.Folder, measured.Stems, name, reference)));
        List<StemFile> files = [];
        IReadOnlyList<(string Track, PostProcess? Process)> wanted = FilesOf(names, input.Request.PostProcess);
        foreach ((string name, PostProcess? process) in wanted)
        {
            var request = new EncodeTrackRequest(
                input.JobId, input.Folder, name, files.Count, wanted.Count, measured.Stems, track.Tags, measured.Gain, format, RateOf(input, track),
                input.FileName, input.Request.Title, input.Request.Artist, process);
            files.Add(await context.CallActivityAsync(EncodeTrack.Definition, request));
        }

        IReadOnlyList<string> warnings = [.. plan.Warnings, .. work.Warnings, .. SeparationTracks.WarningsOf(work.Model.Sources, measured.Gain), .. compared.Select(report => report.Warning).OfType<string>()];
        return await context.CallActivityAsync(PublishSeparation.Definition, new(input, work.Model, track, work.Devices, work.Fallback, measured, format, SegmentsOf(work.Model, track), files, compared, warnings));
    }

    /// <summary>Waits for a GPU worker where one may come; nobody could take back what was handed to none.</summary>
    static async Task<SeparationPlan> PlanAsync(IOrchestrationContext context, SeparationInput input)
    {
        var request = new PlanRequest(input, context.CurrentUtcDateTime);
        SeparationPlan plan = await context.CallActivityAsync(PlanSeparation.Definition, request);
        while (plan.AskAgainAfter is { } pause)
        {
            await context.CreateTimer(pause);
            plan = await context.CallActivityAsync(PlanSeparation.Definition, request);
        }

        return plan;
    }

    static StemFormat FormatOf(SeparationInput input, DecodedTrack track) => StemFormat.Choose(
        StemSource.Of(track.Source, (long)(track.Seconds * track.Source.SampleRateHz), RateOf(input, track)), new(input.Request.OutputFormat, input.Request.BitDepth, input.Request.Bitrate));

    /// <summary>The tracks as they are, then, where that was asked for, as post-processing leaves them.</summary>
    static IReadOnlyList<(string Track, PostProcess? Process)> FilesOf(IReadOnlyList<string> names, PostProcess? process) =>
    [
        .. names.Select(name => (name, (PostProcess?)null)),
        .. process is null ? [] : names.Where(name => name != SeparationRequest.Residual).Select(name => (name, (PostProcess?)process)),
    ];

    static SegmentLengths? SegmentsOf(PreparedSeparator model, DecodedTrack track) =>
        model.WindowFrames is { } window ? SeparationDevices.SegmentsOf(model.OnCpu, track.Frames * RawSamples.FrameBytes, (double)window / track.SampleRateHz) : null;

    static int RateOf(SeparationInput input, DecodedTrack track) => input.Request.KeepSampleRate ? track.Source.SampleRateHz : track.SampleRateHz;
}
