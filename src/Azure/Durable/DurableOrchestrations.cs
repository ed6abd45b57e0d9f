using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using Microsoft.DurableTask;

namespace DgxMusic.Azure.Durable;

/// <summary>Runs our orchestrations as Durable Task's, whoever hosts them.</summary>
/// <param name="all">All that this program knows: their versions are its edition.</param>
public sealed class DurableOrchestrations(IReadOnlyList<OrchestrationDefinition> all)
{
    public IReadOnlyList<OrchestrationDefinition> All => all;

    internal string Edition { get; } = Origin.EditionOf(all);

    /// <summary>One turn.</summary>
    /// <param name="input">As <see cref="DurableClient"/> or a parent wrote it.</param>
    public async Task<JsonElement> RunAsync(OrchestrationDefinition orchestration, TaskOrchestrationContext context, JsonElement input)
    {
        Origin origin = Payload.Read<Origin>(input);
        if (origin.Edition != Edition) throw new OutdatedInstanceException($"It began in edition {origin.Edition} of the orchestrations; this is {Edition}.");
        try
        {
            return await orchestration.InvokeAsync(new DurableContext(context, origin), origin.Input);
        }
        catch (Exception fault) when (fault is not OutdatedInstanceException)
        {
            throw StepFaults.Write(orchestration.Name, fault);
        }
    }
}
