using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Uploads;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Pipeline;

/// <summary>Every step there is: hosts loop over these lists, so that no name is served by nobody.</summary>
public static class PipelineDefinitions
{
    public static IReadOnlyList<OrchestrationDefinition> Orchestrations { get; } =
    [
        DeliverWebhook.Definition, FetchRemote.Definition,
        RunJob.Generation, GenerateMusic.Definition, RunJob.Export, ExportUpload.Definition, RunJob.Analysis, AnalyzeUpload.Definition,
        RunJob.Benchmark, MeasureMachine.Definition,
        RunJob.Reproduction, ReproduceMusic.Definition,
        RunJob.Separation, SeparateTrack.Definition,
        RunJob.Live, SeparateLive.Definition,
    ];

    public static IReadOnlyList<ActivityDefinition> Activities { get; } =
    [
        PostWebhook.Definition, FetchUpload.Definition, RefuseUpload.Definition,
        PlanGeneration.Definition, PrepareGenerator.Definition, PrepareGenerator.OnCpu, EncodeContext.Definition, EncodeContext.OnCpu, WriteCodes.Definition, WriteCodes.OnCpu, DecodeCodes.Definition, DecodeCodes.OnCpu, JoinSound.Definition,
        GenerateAudio.Definition, ExportAudio.Definition, ExtractMetadata.Definition, PublishGeneration.Definition, PublishExport.Definition, CloseJob.Definition, RecordRetry.Definition, AskForPlace.Definition,
        PlayBenchmark.Definition,
        CompareReproduction.Definition,
        PlanSeparation.Definition, PrepareSeparator.Definition, PrepareSeparator.OnCpu, DecodeTrack.Definition, SeparateSegments.Definition, SeparateSegments.OnCpu,
        MeasureStems.Definition, CompareWithReference.Definition, EncodeTrack.Definition, PublishSeparation.Definition,
        HearSession.Definition, SeparateSteps.Definition, SeparateSteps.OnCpu,
    ];
}
