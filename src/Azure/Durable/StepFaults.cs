using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;

namespace DgxMusic.Azure.Durable;

/// <summary>A fault on its way up. Durable Task carries an exception's type, message and inner exceptions, and nothing else of it.</summary>
sealed class OrchestrationFaultException(StepFailedException fault) : Exception(fault.Message, new FaultRecordException(fault));

/// <summary>The step, type and message of a fault, as JSON in the message.</summary>
sealed class FaultRecordException(StepFailedException fault)
    : Exception(JsonSerializer.Serialize(new FaultRecord(fault.Step, fault.ErrorType, fault.ErrorMessage), Payload.Options));

sealed record FaultRecord(string Step, string Type, string Message);

/// <summary>An instance, or a child of it, was to be taken up by a worker of another edition. No orchestration catches it; the root begins again.</summary>
sealed class OutdatedInstanceException(string message) : Exception(message);

/// <summary>Names a fault where it began, however many orchestrations it passes through.</summary>
static class StepFaults
{
    /// <summary>How Durable Task says that a history is not that of the code, or that there is no code for it.</summary>
    static readonly string[] outdated = [typeof(OutdatedInstanceException).FullName!, typeof(NonDeterministicOrchestrationException).FullName!, "OrchestratorTaskNotFound"];

    public static OrchestrationFaultException Write(string orchestration, Exception fault) =>
        new(fault as StepFailedException ?? new StepFailedException(orchestration, fault.GetType().FullName!, fault.Message));

    /// <param name="step">Who failed, where the failure itself does not say.</param>
    /// <returns>A <see cref="StepFailedException"/>, or an <see cref="OutdatedInstanceException"/>.</returns>
    public static Exception Read(string step, TaskFailureDetails failure) =>
        IsOutdated(failure) ? new OutdatedInstanceException(failure.ErrorMessage)
        : RecordOf(failure) is { } record ? new StepFailedException(record.Step, record.Type, record.Message)
        : new StepFailedException(step, failure.ErrorType, failure.ErrorMessage);

    public static bool IsOutdated(TaskFailureDetails? failure) => outdated.Contains(failure?.ErrorType);

    /// <summary>What went wrong, without the name of the step.</summary>
    public static string MessageOf(TaskFailureDetails failure) => RecordOf(failure)?.Message ?? failure.ErrorMessage;

    static FaultRecord? RecordOf(TaskFailureDetails failure) =>
        failure is { InnerFailure: { } inner } && failure.ErrorType == typeof(OrchestrationFaultException).FullName
            ? JsonSerializer.Deserialize<FaultRecord>(inner.ErrorMessage, Payload.Options)
            : null;
}
