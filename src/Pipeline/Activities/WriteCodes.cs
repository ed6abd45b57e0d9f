using DgxMusic.Models.MusicGen;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <summary>What a model writes codes by.</summary>
/// <param name="Guidance">1: the prompt alone counts; more: its distance from no prompt is stretched by that.</param>
/// <param name="Context">Codes that stand before; null: none.</param>
public sealed record CodeScore(ulong Seed, int Frames, double Temperature, int TopK, double TopP, double Guidance, BlobRef? Context = null);

/// <summary>A block of steps.</summary>
/// <param name="From">Steps done before.</param>
/// <param name="To">Steps done after.</param>
/// <param name="State">What was written so far; null at the beginning.</param>
/// <param name="Reason">Why it runs where it does.</param>
public sealed record CodesRequest(string JobId, string Folder, PreparedGenerator Model, CodeScore Score, int From, int To, BlobRef? State, string Reason) : IJobInput;

/// <summary>What was written so far, or the reason why the GPU could not go on.</summary>
/// <param name="State">From which whoever comes next goes on.</param>
/// <param name="Codes">All of them, once they are complete.</param>
/// <param name="SecondsOfWork">What it took, without loading the model.</param>
/// <param name="GpuFault">Null: it is done. Else the same on the processor may do.</param>
public sealed record CodesPart(BlobRef State, BlobRef? Codes, int Steps, double SecondsOfWork, string? GpuFault);

/// <summary>Writes the next codes, step by step. What was written before is all it needs: the model's memory of it is made again.</summary>
public sealed class WriteCodes(IBlobStore store, ModelPool pool, TuningStore tuning, JobMonitor monitor, JobLedger ledger, TimeProvider clock) : IActivity<CodesRequest, CodesPart>
{
    public static readonly Activity<CodesRequest, CodesPart> Definition =
        Activity<CodesRequest, CodesPart>.Of<WriteCodes>(version: 1, Lane.Gpu, JobStep.Generating, Retry.Outage);

    public static readonly Activity<CodesRequest, CodesPart> OnCpu = Definition.Twin(nameof(WriteCodes) + nameof(OnCpu), Lane.Cpu);

    /// <summary>All that the codes depend on.</summary>
    /// <param name="Numerics">Of an engine that is not ours.</param>
    sealed record Identity(IReadOnlyList<int> Prompt, CodeScore Score, EngineFacts Engine, string? Numerics, bool OnCpu, int From, int To, BlobRef? State);

    public async Task<CodesPart> RunAsync(CodesRequest request, ActivityContext context)
    {
        PreparedGenerator model = request.Model;
        await monitor.EnterPartAsync(
            request.JobId, JobStep.Generating, PartOf(request, model.UnitsOfFirst()), model.Units, $"{model.Engine.Name} begins. {request.Reason}", model.SecondsPerFrame * model.Units, context.Stopping);
        BlobRef output = BlobRef.ForWork(
            Definition, request.Folder, new Identity(model.Prompt, request.Score, model.Engine, model.Numerics.Engine, model.OnCpu, request.From, request.To, request.State));
        if (await store.FindRecordAsync<CodesPart>(output.With(".json"), context.Stopping) is { } done) return done;
        return await GeneratorRun.RunAsync(
            pool, ledger, request.JobId, model, async lease =>
            {
                CodesPart part = await store.SaveRecordAsync(output.With(".json"), await WriteAsync(request, lease.Model, output, context.Stopping), context.Stopping);
                await tuning.LearnAsync(lease.Facts, model.OnCpu, $"{request.JobId}/{request.From}", part.SecondsOfWork / (request.To - request.From), context.Stopping);
                return part;
            },
            fault => new(output, null, request.From, 0, fault), context.Stopping);
    }

    async Task<CodesPart> WriteAsync(CodesRequest request, MusicGenModel model, BlobRef output, CancellationToken stopping)
    {
        byte[]? before = request.State is null ? null : await store.ReadBytesAsync(request.State, stopping);
        Codes? context = request.Score.Context is { } blob ? Codes.From(await store.ReadBytesAsync(blob, stopping), model.Codebooks) : null;
        long began = clock.GetTimestamp();
        using CodeWriter writer = model.Write(TaskOf(request, context), before);
        var report = new UnitReport(request.JobId, request.Model, monitor, clock, stopping);
        double[] units = request.Model.UnitsOfFirst();
        WorkPart part = PartOf(request, units);
        // Tensors belong to the thread that made them: no step waits for another thread.
        while (writer.StepsDone < request.To)
        {
            writer.Step(stopping);
            report.Tell(part with { Done = DoneOf(request, units, writer.StepsDone) }, writer.StepsDone, $"{writer.StepsDone} of {request.Model.Steps} steps written. {request.Reason}");
        }

        BlobRef state = output.With(".state");
        await store.WriteBytesAsync(state, writer.State, stopping);
        BlobRef? codes = writer.StepsDone < writer.Steps ? null : output.With(".codes");
        if (codes is not null) await store.WriteBytesAsync(codes, writer.Finished.ToBytes(), stopping);
        int steps = writer.StepsDone;
        // What a model remembers of its own steps and what it makes again of the codes are the same bits on our own engine only: elsewhere a block would be another after a loss.
        if (codes is null && request.Model.Numerics.Engine is null) writer.Rest();
        return new(state, codes, steps, clock.GetElapsedTime(began).TotalSeconds, null);
    }

    static CodeTask TaskOf(CodesRequest request, Codes? context)
    {
        CodeScore score = request.Score;
        return new([.. request.Model.Prompt], score.Frames, score.Seed, new(score.Temperature, score.TopK, score.TopP, score.Guidance), context);
    }

    static WorkPart PartOf(CodesRequest request, double[] units) => new((long)units[request.From], (long)units[request.To], 0);

    static double DoneOf(CodesRequest request, double[] units, int steps) =>
        steps == request.To ? 1 : (units[steps] - units[request.From]) / (units[request.To] - units[request.From]);
}
