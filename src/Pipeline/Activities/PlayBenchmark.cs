using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <summary>What was measured of an engine on this machine.</summary>
public sealed record BenchmarkResult(BenchmarkFigures Figures, IReadOnlyList<string> Warnings) : IJobResult;

/// <summary>Plays the fixed piece and takes the time.</summary>
public sealed class PlayBenchmark(IBlobStore store, EngineRegistry engines, JobMonitor monitor, TimeProvider clock) : IActivity<BenchmarkInput, BenchmarkResult>
{
    public static readonly Activity<BenchmarkInput, BenchmarkResult> Definition =
        Activity<BenchmarkInput, BenchmarkResult>.Of<PlayBenchmark>(version: 1, Lane.Cpu, JobStep.Generating, Retry.Outage);

    public async Task<BenchmarkResult> RunAsync(BenchmarkInput input, ActivityContext context)
    {
        await monitor.EnterAsync(input.JobId, JobStep.Generating, $"{input.Engine} plays the benchmark.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, input.Folder, input.Engine).With(".json");
        if (await store.FindRecordAsync<BenchmarkResult>(output, context.Stopping) is { } done) return done;
        IMusicGenerator engine = engines.FindPlayer(input.Engine);
        BenchmarkFigures figures = EngineBenchmark.Run(engine, clock, fraction => Report(input.JobId, fraction, context), context.Stopping);
        string[] warnings = engine.Facts.IsMock ? [$"A mock stood in for {input.Engine}: this says nothing about the model."] : [];
        return await store.SaveRecordAsync(output, new BenchmarkResult(figures, warnings), context.Stopping);
    }

    // The engine plays on a thread of its own, which may wait for its own report.
    void Report(string jobId, double fraction, ActivityContext context) => monitor
        .AdvanceAsync(jobId, JobStep.Generating, fraction, "Playing the benchmark.", (long)(fraction * 1000), context.Stopping).GetAwaiter().GetResult();
}
