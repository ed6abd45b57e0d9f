using System.Text.Json;
using System.Text.Json.Serialization;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Contracts;
using Microsoft.DurableTask.Converters;

namespace DgxMusic.Azure.Tests.Durable;

public sealed class DurableOrchestrationTests : OrchestrationContract, IAsyncLifetime
{
    SidecarHost host = null!;

    protected override IOrchestrationClient Client => host.Client;

    protected override Task RestartAsync(IReadOnlyList<OrchestrationDefinition> orchestrations) => host.RestartWorkerAsync(orchestrations, Probes.Activities);

    public async Task InitializeAsync() => host = await SidecarHost.StartAsync(Probes.Orchestrations, Probes.Activities);

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Payload_HostWritesAsItLikes_IsOursAllTheSame()
    {
        var strange = new JsonSerializerOptions
        {
            WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper, NumberHandling = JsonNumberHandling.WriteAsString, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        };
        await using SidecarHost other = await SidecarHost.StartAsync(Probes.Orchestrations, Probes.Activities, new JsonDataConverter(strange));
        await other.Client.StartAsync(Probes.Shapes, "strange", "strange");
        InstanceState? ended = null;
        for (int n = 0; n < 1000 && ended is not { Status: InstanceStatus.Completed }; n++, await Task.Delay(10)) ended = await other.Client.FindAsync("strange");
        Assert.Equal(Payload.Write<AnyShape?[]>([AnyShape.Sample, null]).GetRawText(), Outcome.Unwrap<string>(ended!.Output!.Value));
    }
}
