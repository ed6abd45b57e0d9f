using System.Text.Json;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Uploads;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Triggers;

/// <summary>A trigger for every activity of the lanes that this host has, of its name. Those of the GPU lane are the GPU workers'.</summary>
public sealed class ActivityTriggers(Steps steps)
{
    [Function(nameof(PostWebhook))]
    public Task<JsonElement> PostWebhookAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PostWebhook.Definition, input, durable);

    [Function(nameof(FetchUpload))]
    public Task<JsonElement> FetchUploadAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(FetchUpload.Definition, input, durable);

    [Function(nameof(RefuseUpload))]
    public Task<JsonElement> RefuseUploadAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(RefuseUpload.Definition, input, durable);

    [Function(nameof(GenerateAudio))]
    public Task<JsonElement> GenerateAudioAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(GenerateAudio.Definition, input, durable);

    [Function(nameof(PlanGeneration))]
    public Task<JsonElement> PlanGenerationAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PlanGeneration.Definition, input, durable);

    [Function(nameof(PrepareGenerator) + nameof(PrepareGenerator.OnCpu))]
    public Task<JsonElement> PrepareGeneratorOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PrepareGenerator.OnCpu, input, durable);

    [Function(nameof(EncodeContext) + nameof(EncodeContext.OnCpu))]
    public Task<JsonElement> EncodeContextOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(EncodeContext.OnCpu, input, durable);

    [Function(nameof(WriteCodes) + nameof(WriteCodes.OnCpu))]
    public Task<JsonElement> WriteCodesOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(WriteCodes.OnCpu, input, durable);

    [Function(nameof(DecodeCodes) + nameof(DecodeCodes.OnCpu))]
    public Task<JsonElement> DecodeCodesOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(DecodeCodes.OnCpu, input, durable);

    [Function(nameof(JoinSound))]
    public Task<JsonElement> JoinSoundAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(JoinSound.Definition, input, durable);

    [Function(nameof(ExportAudio))]
    public Task<JsonElement> ExportAudioAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(ExportAudio.Definition, input, durable);

    [Function(nameof(ExtractMetadata))]
    public Task<JsonElement> ExtractMetadataAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(ExtractMetadata.Definition, input, durable);

    [Function(nameof(PublishGeneration))]
    public Task<JsonElement> PublishGenerationAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PublishGeneration.Definition, input, durable);

    [Function(nameof(PublishExport))]
    public Task<JsonElement> PublishExportAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PublishExport.Definition, input, durable);

    [Function(nameof(CloseJob))]
    public Task<JsonElement> CloseJobAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(CloseJob.Definition, input, durable);

    [Function(nameof(RecordRetry))]
    public Task<JsonElement> RecordRetryAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(RecordRetry.Definition, input, durable);

    [Function(nameof(AskForPlace))]
    public Task<JsonElement> AskForPlaceAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(AskForPlace.Definition, input, durable);

    [Function(nameof(PlayBenchmark))]
    public Task<JsonElement> PlayBenchmarkAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PlayBenchmark.Definition, input, durable);

    [Function(nameof(CompareReproduction))]
    public Task<JsonElement> CompareReproductionAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(CompareReproduction.Definition, input, durable);

    [Function(nameof(PlanSeparation))]
    public Task<JsonElement> PlanSeparationAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PlanSeparation.Definition, input, durable);

    [Function(nameof(PrepareSeparator) + nameof(PrepareSeparator.OnCpu))]
    public Task<JsonElement> PrepareSeparatorOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PrepareSeparator.OnCpu, input, durable);

    [Function(nameof(DecodeTrack))]
    public Task<JsonElement> DecodeTrackAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(DecodeTrack.Definition, input, durable);

    [Function(nameof(SeparateSegments) + nameof(SeparateSegments.OnCpu))]
    public Task<JsonElement> SeparateSegmentsOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(SeparateSegments.OnCpu, input, durable);

    [Function(nameof(MeasureStems))]
    public Task<JsonElement> MeasureStemsAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(MeasureStems.Definition, input, durable);

    [Function(nameof(CompareWithReference))]
    public Task<JsonElement> CompareWithReferenceAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(CompareWithReference.Definition, input, durable);

    [Function(nameof(EncodeTrack))]
    public Task<JsonElement> EncodeTrackAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(EncodeTrack.Definition, input, durable);

    [Function(nameof(PublishSeparation))]
    public Task<JsonElement> PublishSeparationAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(PublishSeparation.Definition, input, durable);

    [Function(nameof(HearSession))]
    public Task<JsonElement> HearSessionAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(HearSession.Definition, input, durable);

    [Function(nameof(SeparateSteps) + nameof(SeparateSteps.OnCpu))]
    public Task<JsonElement> SeparateStepsOnCpuAsync([ActivityTrigger] JsonElement input, [DurableClient] DurableTaskClient durable) => steps.RunAsync(SeparateSteps.OnCpu, input, durable);
}
