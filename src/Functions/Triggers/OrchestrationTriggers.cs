using System.Text.Json;
using DgxMusic.Pipeline.Orchestrations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DgxMusic.Functions.Triggers;

/// <summary>A trigger for every orchestration there is, of its name.</summary>
public sealed class OrchestrationTriggers(Steps steps)
{
    [Function(nameof(DeliverWebhook))]
    public Task<JsonElement> DeliverWebhookAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(DeliverWebhook.Definition, context);

    [Function(nameof(FetchRemote))]
    public Task<JsonElement> FetchRemoteAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(FetchRemote.Definition, context);

    [Function(nameof(RunJob) + nameof(GenerateMusic))]
    public Task<JsonElement> RunGenerateMusicAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Generation, context);

    [Function(nameof(GenerateMusic))]
    public Task<JsonElement> GenerateMusicAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(GenerateMusic.Definition, context);

    [Function(nameof(RunJob) + nameof(ExportUpload))]
    public Task<JsonElement> RunExportUploadAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Export, context);

    [Function(nameof(ExportUpload))]
    public Task<JsonElement> ExportUploadAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(ExportUpload.Definition, context);

    [Function(nameof(RunJob) + nameof(AnalyzeUpload))]
    public Task<JsonElement> RunAnalyzeUploadAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Analysis, context);

    [Function(nameof(AnalyzeUpload))]
    public Task<JsonElement> AnalyzeUploadAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(AnalyzeUpload.Definition, context);

    [Function(nameof(RunJob) + nameof(MeasureMachine))]
    public Task<JsonElement> RunMeasureMachineAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Benchmark, context);

    [Function(nameof(MeasureMachine))]
    public Task<JsonElement> MeasureMachineAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(MeasureMachine.Definition, context);

    [Function(nameof(RunJob) + nameof(ReproduceMusic))]
    public Task<JsonElement> RunReproduceMusicAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Reproduction, context);

    [Function(nameof(ReproduceMusic))]
    public Task<JsonElement> ReproduceMusicAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(ReproduceMusic.Definition, context);

    [Function(nameof(RunJob) + nameof(SeparateTrack))]
    public Task<JsonElement> RunSeparateTrackAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Separation, context);

    [Function(nameof(SeparateTrack))]
    public Task<JsonElement> SeparateTrackAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(SeparateTrack.Definition, context);

    [Function(nameof(RunJob) + nameof(SeparateLive))]
    public Task<JsonElement> RunSeparateLiveAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(RunJob.Live, context);

    [Function(nameof(SeparateLive))]
    public Task<JsonElement> SeparateLiveAsync([OrchestrationTrigger] TaskOrchestrationContext context) => steps.RunAsync(SeparateLive.Definition, context);
}
