using System.Text.Json;
using DgxMusic.Audio.Codecs;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Parts">In order, side by side.</param>
/// <param name="Blocks">How the work was cut; null where no bit depends on it.</param>
/// <param name="Warnings">What the caller gets otherwise than asked for.</param>
public sealed record JoinRequest(GenerationInput Work, PreparedGenerator Model, IReadOnlyList<SoundPart> Parts, GenerationBlocks? Blocks, IReadOnlyList<string> Warnings) : IJobInput
{
    public string JobId => Work.JobId;
}

/// <summary>Makes one file of the parts, as long as was asked for to the sample.</summary>
public sealed class JoinSound(IBlobStore store, JobMonitor monitor, IAudioCodec codec) : IActivity<JoinRequest, RawMusic>
{
    public static readonly Activity<JoinRequest, RawMusic> Definition =
        Activity<JoinRequest, RawMusic>.Of<JoinSound>(version: 1, Lane.Io, JobStep.Generating, Retry.Outage);

    sealed record Identity(IReadOnlyList<BlobRef> Parts, long Frames);

    public async Task<RawMusic> RunAsync(JoinRequest request, ActivityContext context)
    {
        PreparedGenerator model = request.Model;
        long frames = model.SamplesOf(request.Work.Request.Duration);
        BlobRef output = BlobRef.ForWork(Definition, request.Work.Folder, new Identity([.. request.Parts.Select(part => part.Samples)], frames));
        if (await store.FindRecordAsync<RawMusic>(output.With(".json"), context.Stopping) is { } done) return done;
        await monitor.EnterAsync(request.JobId, JobStep.Saving, "Joining what was made.", context.Stopping, "join");
        BlobRef mix = output.With(".mix.wav");
        await JoinAsync(request, mix, frames, context.Stopping);
        RawMusic raw = new(mix, null, null, model.Engine, model.Numerics, model.SampleRateHz, RawSamples.Channels, model.SourceChannels, frames, Understood(request))
        {
            Warnings = request.Warnings,
            Blocks = request.Blocks,
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

    static JsonElement Understood(JoinRequest request) => JsonSerializer.SerializeToElement(
        new { PromptTokens = request.Model.Prompt, CodeFrames = request.Model.Frames, request.Model.Steps }, GenerationManifest.Format);
}
