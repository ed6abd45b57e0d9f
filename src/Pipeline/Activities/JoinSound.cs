using System.Text.Json;
using DgxMusic.Audio.Codecs;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Seams;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Parts">In order, side by side.</param>
/// <param name="Blocks">How the work was cut; null where no bit depends on it.</param>
/// <param name="Before">The music that is continued; null: none.</param>
/// <param name="Warnings">What the caller gets otherwise than asked for.</param>
public sealed record JoinRequest(GenerationInput Work, PreparedGenerator Model, IReadOnlyList<SoundPart> Parts, GenerationBlocks? Blocks, DecodedTrack? Before, IReadOnlyList<string> Warnings) : IJobInput
{
    public string JobId => Work.JobId;
}

/// <summary>Makes one file of the parts, as long as was asked for to the sample.</summary>
public sealed class JoinSound(IBlobStore store, JobMonitor monitor, IAudioCodec codec) : IActivity<JoinRequest, RawMusic>
{
    public static readonly Activity<JoinRequest, RawMusic> Definition =
        Activity<JoinRequest, RawMusic>.Of<JoinSound>(version: 1, Lane.Io, JobStep.Generating, Retry.Outage);

    // What a score takes into account to either side, and a little more.
    const double SeamReachSeconds = 1.6;

    sealed record Identity(IReadOnlyList<BlobRef> Parts, long Frames, BlobRef? Before);

    public async Task<RawMusic> RunAsync(JoinRequest request, ActivityContext context)
    {
        PreparedGenerator model = request.Model;
        long frames = model.SamplesOf(request.Work.Request.Duration);
        BlobRef output = BlobRef.ForWork(Definition, request.Work.Folder, new Identity([.. request.Parts.Select(part => part.Samples)], frames, request.Before?.Samples));
        if (await store.FindRecordAsync<RawMusic>(output.With(".json"), context.Stopping) is { } done) return done;
        await monitor.EnterAsync(request.JobId, JobStep.Saving, "Joining what was made.", context.Stopping, "join");
        BlobRef mix = output.With(".mix.wav");
        await JoinAsync(request, mix, frames, context.Stopping);
        RawMusic raw = new(mix, null, null, model.Engine, model.Numerics, model.SampleRateHz, RawSamples.Channels, model.SourceChannels, frames, Understood(request))
        {
            Warnings = [.. request.Warnings, .. Unheeded(request)],
            Blocks = request.Blocks,
            Seam = request.Before is { } before ? await SeamAsync(before, request.Parts[0], context.Stopping) : null,
        };
        return await store.SaveRecordAsync(output.With(".json"), raw, context.Stopping);
    }

    async Task JoinAsync(JoinRequest request, BlobRef mix, long frames, CancellationToken stopping)
    {
        await using var files = new FloatFiles(store, codec, new(request.Model.SampleRateHz, RawSamples.Channels, BitDepth.Float, frames));
        await files.OpenAsync(mix, stopping);
        long at = 0;
        foreach (SoundPart part in request.Parts)
        {
            long count = Math.Min((long)(part.To - part.From) * request.Model.SamplesPerFrame, frames - at);
            await using Stream samples = await RawSamples.OpenAsync(store, part.Samples, stopping);
            foreach (AudioBuffer block in RawSamples.Read(samples, request.Model.SampleRateHz, 0, count, stopping)) files.Write(0, block);
            at += count;
        }

        await files.CommitAsync(stopping);
    }

    /// <summary>How the join sounds where the music before ends and the new one begins.</summary>
    async Task<SeamScore> SeamAsync(DecodedTrack before, SoundPart first, CancellationToken stopping)
    {
        await using Stream old = await RawSamples.OpenAsync(store, before.Samples, stopping), next = await RawSamples.OpenAsync(store, first.Samples, stopping);
        int reach = (int)(SeamReachSeconds * before.SampleRateHz);
        long from = Math.Max(0, before.Frames - reach);
        AudioBuffer end = RawSamples.ReadWhole(old, before.SampleRateHz, from, before.Frames, stopping);
        AudioBuffer begin = RawSamples.ReadWhole(next, before.SampleRateHz, 0, Math.Min(reach, next.Length / RawSamples.FrameBytes), stopping);
        var around = new AudioBuffer(before.SampleRateHz, RawSamples.Channels, end.Frames + begin.Frames);
        for (int channel = 0; channel < RawSamples.Channels; channel++)
        {
            end[channel].CopyTo(around[channel]);
            begin[channel].CopyTo(around[channel][end.Frames..]);
        }

        return SeamScore.Measure(around, end.Frames);
    }

    /// <summary>What was asked for and a model like this does not do.</summary>
    static IEnumerable<string> Unheeded(JoinRequest request)
    {
        (string name, GenerationRequest asked) = (request.Model.Engine.Name, request.Work.Request);
        if (asked.Stems) yield return $"{name} makes no stems; a separation of the mix does.";
        if (asked.Bpm is not null || asked.Key is not null) yield return $"{name} takes tempo and key from the words of the prompt only; 'bpm' and 'key' changed nothing.";
    }

    static JsonElement Understood(JoinRequest request) => JsonSerializer.SerializeToElement(
        new { PromptTokens = request.Model.Prompt, CodeFrames = request.Model.Frames, request.Model.Steps }, GenerationManifest.Format);
}
