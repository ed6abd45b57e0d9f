using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>A benchmark somebody wants.</summary>
/// <param name="Engine">Exact name of the engine that plays.</param>
public sealed record BenchmarkInput(string JobId, string Folder, string Engine) : IJobInput;

/// <summary>Measures how fast an engine plays on this machine.</summary>
public static class MeasureMachine
{
    public static readonly Orchestration<BenchmarkInput, BenchmarkResult> Definition = new(nameof(MeasureMachine), version: 1, RunAsync);

    static Task<BenchmarkResult> RunAsync(IOrchestrationContext context, BenchmarkInput input) => context.CallActivityAsync(PlayBenchmark.Definition, input);
}
