using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.DurableTask;

namespace DgxMusic.Azure.Durable;

/// <summary>The port's primitives on Durable Task.</summary>
sealed class DurableContext(TaskOrchestrationContext durable, Origin origin) : OrchestrationContext
{
    public override DateTime CurrentUtcDateTime => durable.CurrentUtcDateTime;

    protected override string InstanceId => durable.InstanceId;

    public override Guid NewGuid() => durable.NewGuid();

    public override Task CreateTimer(TimeSpan delay, CancellationToken cancel = default) => durable.CreateTimer(delay, cancel);

    protected override Task<JsonElement> RunActivityAsync(string name, JsonElement input) => EndOf(name, durable.CallActivityAsync<JsonElement>(name, input));

    protected override Task<JsonElement> RunChildAsync(string name, string instanceId, JsonElement input) =>
        EndOf(name, durable.CallSubOrchestratorAsync<JsonElement>(
            name, Payload.Write(origin with { IsChild = true, Input = input }), new SubOrchestrationOptions(instanceId: instanceId)));

    protected override Task<JsonElement> NextEventAsync(string name) => durable.WaitForExternalEvent<JsonElement>(name);

    static async Task<JsonElement> EndOf(string step, Task<JsonElement> call)
    {
        try
        {
            return await call;
        }
        catch (TaskFailedException failed)
        {
            throw StepFaults.Read(step, failed.FailureDetails);
        }
    }
}
