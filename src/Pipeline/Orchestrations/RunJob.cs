using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>The wrapper of every job: whatever becomes of the story inside, the job's row is closed.</summary>
public static class RunJob
{
    public static readonly Orchestration<GenerationInput, JobClosing> Generation = Around(GenerateMusic.Definition);

    public static readonly Orchestration<UploadExport, JobClosing> Export = Around(ExportUpload.Definition);

    public static readonly Orchestration<UploadAnalysis, JobClosing> Analysis = Around(AnalyzeUpload.Definition);

    public static readonly Orchestration<LiveInput, JobClosing> Live = Around(SeparateLive.Definition);

    public static readonly Orchestration<BenchmarkInput, JobClosing> Benchmark = Around(MeasureMachine.Definition);

    public static readonly Orchestration<ReproductionInput, JobClosing> Reproduction = Around(ReproduceMusic.Definition);

    public static readonly Orchestration<SeparationInput, JobClosing> Separation = Around(SeparateTrack.Definition);

    static Orchestration<TIn, JobClosing> Around<TIn, TOut>(Orchestration<TIn, TOut> story)
        where TIn : IJobInput
        where TOut : IJobResult => new(nameof(RunJob) + story.Name, version: 2, (context, input) => RunAsync(context, story, input));

    static async Task<JobClosing> RunAsync<TIn, TOut>(IOrchestrationContext context, Orchestration<TIn, TOut> story, TIn input)
        where TIn : IJobInput
        where TOut : IJobResult
    {
        JobClosing closing;
        try
        {
            TOut result = await context.CallSubOrchestratorAsync(story, input);
            closing = JobClosing.Completed(input.JobId, result);
        }
        catch (PipelineException refusal)
        {
            closing = JobClosing.Failed(input.JobId, refusal.Problem, refusal.Message);
        }
        catch (StepFailedException fault)
        {
            closing = JobClosing.Failed(input.JobId, fault.Problem, fault.Message);
        }
        catch (JobCancelledException)
        {
            closing = JobClosing.CancelledByUser(input.JobId);
        }

        await context.CallActivityAsync(CloseJob.Definition, closing);
        return closing;
    }
}
