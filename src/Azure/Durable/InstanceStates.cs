using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Azure.Durable;

/// <summary>Durable Task's word for the state of an instance, in ours.</summary>
static class InstanceStates
{
    public static InstanceState Of(OrchestrationMetadata found) => found.RuntimeStatus switch
    {
        OrchestrationRuntimeStatus.Completed => State(found, InstanceStatus.Completed, Element(found), null),
        OrchestrationRuntimeStatus.Failed => State(
            found, InstanceStatus.Failed, null, found.FailureDetails is { } failure ? StepFaults.MessageOf(failure) : found.SerializedOutput ?? "It failed without a word."),
        OrchestrationRuntimeStatus.Terminated => State(found, InstanceStatus.Terminated, null, ReasonOf(found)),
        _ => State(found, InstanceStatus.Running, null, null),
    };

    /// <summary>Why it was terminated.</summary>
    public static string ReasonOf(OrchestrationMetadata terminated) =>
        Element(terminated) is { ValueKind: JsonValueKind.String } reason ? reason.GetString()! : "It was terminated.";

    static InstanceState State(OrchestrationMetadata found, InstanceStatus status, JsonElement? output, string? error) =>
        new(found.InstanceId, found.Name, status, output, error);

    static JsonElement? Element(OrchestrationMetadata found) =>
        found.SerializedOutput is { } output ? JsonSerializer.Deserialize<JsonElement>(output, Payload.Options) : null;
}
