using DgxMusic.Dsp;
using DgxMusic.Models.MusicGen;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Track">The music that is continued, at the model's rate.</param>
/// <param name="Seconds">Of its end that are heard; all of it, where it is shorter.</param>
public sealed record ContextRequest(string JobId, string Folder, PreparedGenerator Model, DecodedTrack Track, double Seconds) : IJobInput;

/// <summary>The end of the music that is continued, or the reason why the GPU could not encode it.</summary>
/// <param name="Codes">A blob of them.</param>
/// <param name="Steps">Of writing what follows.</param>
/// <param name="GpuFault">Null: it is done. Else the same on the processor may do.</param>
public sealed record ContextCodes(BlobRef Codes, int Frames, int Steps, string? GpuFault);

/// <summary>Writes the end of music down as codes, once for all that come after.</summary>
public sealed class EncodeContext(IBlobStore store, ModelPool pool, JobMonitor monitor, JobLedger ledger) : IActivity<ContextRequest, ContextCodes>
{
    public static readonly Activity<ContextRequest, ContextCodes> Definition =
        Activity<ContextRequest, ContextCodes>.Of<EncodeContext>(version: 1, Lane.Gpu, JobStep.EncodingPrompt, Retry.Outage);

    public static readonly Activity<ContextRequest, ContextCodes> OnCpu = Definition.Twin(nameof(EncodeContext) + nameof(OnCpu), Lane.Cpu);

    /// <param name="Numerics">Of an engine that is not ours.</param>
    sealed record Identity(BlobRef Track, long Frames, EngineFacts Engine, string? Numerics, bool OnCpu);

    public async Task<ContextCodes> RunAsync(ContextRequest request, ActivityContext context)
    {
        PreparedGenerator model = request.Model;
        await monitor.EnterAsync(request.JobId, JobStep.EncodingPrompt, "Hearing the end of the music before.", context.Stopping, "context");
        // Two thirds of a pass, 20 s of 30: the rest is for what is new.
        long most = model.PassFrames * 2 / 3 * model.SamplesPerFrame, frames = Math.Min(Math.Min(request.Track.Frames, most), AudioBuffer.FramesIn(request.Seconds, model.SampleRateHz));
        BlobRef output = BlobRef.ForWork(
            Definition, request.Folder, new Identity(request.Track.Samples, frames, model.Engine, model.Numerics.Engine, model.OnCpu));
        if (await store.FindRecordAsync<ContextCodes>(output.With(".json"), context.Stopping) is { } done) return done;
        return await GeneratorRun.RunAsync(
            pool, ledger, request.JobId, model, async lease =>
            {
                Codes codes = lease.Model.Encode(await EndOfAsync(request.Track, frames, context.Stopping));
                BlobRef blob = output.With(".codes");
                await store.WriteBytesAsync(blob, codes.ToBytes(), context.Stopping);
                return await store.SaveRecordAsync(output.With(".json"), new ContextCodes(blob, codes.Frames, lease.Model.StepsOf(model.Frames, codes.Frames), null), context.Stopping);
            },
            fault => new(output, 0, 0, fault), context.Stopping);
    }

    async Task<AudioBuffer> EndOfAsync(DecodedTrack track, long frames, CancellationToken stopping)
    {
        await using Stream samples = await RawSamples.OpenAsync(store, track.Samples, stopping);
        return RawSamples.ReadWhole(samples, track.SampleRateHz, track.Frames - frames, track.Frames, stopping);
    }
}
