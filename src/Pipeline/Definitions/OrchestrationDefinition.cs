using System.Text.Json;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Definitions;

/// <summary>An orchestration's name and how to run it. Hosts loop over one list of these.</summary>
public abstract class OrchestrationDefinition(string name, int version)
{
    public string Name => name;

    /// <summary>Raised when the order or the inputs of steps change: instances of another version start again from their input.</summary>
    public int Version => version;

    /// <returns>An <see cref="Outcome"/>.</returns>
    public abstract Task<JsonElement> InvokeAsync(IOrchestrationContext context, JsonElement input);
}

/// <inheritdoc/>
public sealed class Orchestration<TIn, TOut>(string name, int version, Func<IOrchestrationContext, TIn, Task<TOut>> run)
    : OrchestrationDefinition(name, version)
{
    public override Task<JsonElement> InvokeAsync(IOrchestrationContext context, JsonElement input) =>
        Outcome.RecordAsync(() => run(context, Payload.Read<TIn>(input)));
}
