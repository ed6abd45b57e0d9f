using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.MusicGen;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <summary>Frames of codes that are to be made sound.</summary>
/// <param name="Codes">All of them.</param>
/// <param name="From">The first frame.</param>
/// <param name="To">Before which frame it ends.</param>
/// <param name="Memory">What the codec remembers of the frames before; null at the beginning.</param>
/// <param name="Reason">Why it runs where it does.</param>
public sealed record SoundRequest(string JobId, string Folder, PreparedGenerator Model, BlobRef Codes, int From, int To, BlobRef? Memory, string Reason) : IJobInput;

/// <summary>The sound of some frames, or the reason why the GPU could not make it.</summary>
/// <param name="Samples">Both channels, raw.</param>
/// <param name="Memory">For the frames that follow.</param>
/// <param name="SecondsOfWork">What it took, without loading the model.</param>
/// <param name="GpuFault">Null: it is done. Else the same on the processor may do.</param>
public sealed record SoundPart(BlobRef Samples, BlobRef? Memory, int From, int To, double SecondsOfWork, string? GpuFault);

/// <summary>Has the codec make sound of codes. Its samples are those of the whole, bit for bit.</summary>
public sealed class DecodeCodes(IBlobStore store, ModelPool pool, TuningStore tuning, JobMonitor monitor, JobLedger ledger, TimeProvider clock) : IActivity<SoundRequest, SoundPart>
{
    public static readonly Activity<SoundRequest, SoundPart> Definition =
        Activity<SoundRequest, SoundPart>.Of<DecodeCodes>(version: 1, Lane.Gpu, JobStep.Generating, Retry.Outage);

    public static readonly Activity<SoundRequest, SoundPart> OnCpu = Definition.Twin(nameof(DecodeCodes) + nameof(OnCpu), Lane.Cpu);

    /// <summary>All that the samples depend on.</summary>
    /// <param name="Numerics">Of an engine that is not ours.</param>
    sealed record Identity(BlobRef Codes, EngineFacts Engine, string? Numerics, bool OnCpu, int From, int To, BlobRef? Memory);

    /// <summary>Under which name the speed of a generator's codec is kept.</summary>
    internal static EngineFacts CodecOf(EngineFacts generator) => generator with { Name = $"{generator.Name}.codec" };

    public async Task<SoundPart> RunAsync(SoundRequest request, ActivityContext context)
    {
        PreparedGenerator model = request.Model;
        await monitor.EnterPartAsync(
            request.JobId, JobStep.Generating, PartOf(request, 0), model.Units, "The codec makes it sound.", model.SecondsPerFrame * model.Units, context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, new Identity(request.Codes, model.Engine, model.Numerics.Engine, model.OnCpu, request.From, request.To, request.Memory));
        if (await store.FindRecordAsync<SoundPart>(output.With(".json"), context.Stopping) is { } done) return done;
        return await GeneratorRun.RunAsync(
            pool, ledger, request.JobId, model, async lease =>
            {
                SoundPart part = await store.SaveRecordAsync(output.With(".json"), await DecodeAsync(request, lease.Model, output, context.Stopping), context.Stopping);
                await tuning.LearnAsync(CodecOf(lease.Facts), model.OnCpu, $"{request.JobId}/{request.From}", part.SecondsOfWork / (request.To - request.From), context.Stopping);
                return part;
            },
            fault => new(output, null, request.From, request.To, 0, fault), context.Stopping);
    }

    async Task<SoundPart> DecodeAsync(SoundRequest request, MusicGenModel model, BlobRef output, CancellationToken stopping)
    {
        Codes codes = Codes.From(await store.ReadBytesAsync(request.Codes, stopping), model.Codebooks);
        byte[]? before = request.Memory is null ? null : await store.ReadBytesAsync(request.Memory, stopping);
        long began = clock.GetTimestamp();
        var report = new UnitReport(request.JobId, request.Model, monitor, clock, stopping);
        await using var files = new RawFiles(store);
        BlobRef samples = output.With(".f32");
        await files.OpenAsync(samples, (long)(request.To - request.From) * model.SamplesPerFrame, stopping);
        CodeReader reader = model.Read(codes, request.From, before);
        while (reader.Frame < request.To)
        {
            files.Write(0, Stereo(reader.Decode(request.To), request.Model));
            report.Tell(PartOf(request, (double)(reader.Frame - request.From) / (request.To - request.From)), reader.Frame, $"{reader.Frame - request.Model.ContextFrames} of {request.Model.Frames} frames made sound.");
        }

        await files.CommitAsync(stopping);
        BlobRef? memory = request.To == codes.Frames ? null : output.With(".memory");
        if (memory is not null) await store.WriteBytesAsync(memory, reader.Memory, stopping);
        return new(samples, memory, request.From, request.To, clock.GetElapsedTime(began).TotalSeconds, null);
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidOutput"/>: the weights led to numbers that are none.</exception>
    static AudioBuffer Stereo(float[][] channels, PreparedGenerator model)
    {
        if (channels.Any(channel => !System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(channel)))
            throw new PipelineException(Problem.InvalidOutput, $"{model.Engine.Name} made samples that are no numbers; its weights lead to values that float32 cannot hold.");
        return new(model.SampleRateHz, [channels[0], channels.Length > 1 ? channels[1] : channels[0]]);
    }

    static WorkPart PartOf(SoundRequest request, double done)
    {
        long codes = request.Model.UnitsOfSteps - request.Model.ContextFrames;
        return new(codes + request.From, codes + request.To, done);
    }
}
