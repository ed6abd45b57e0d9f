using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Contracts;

namespace DgxMusic.Azure.Tests.Durable;

public sealed class DurableOrchestrationTests : OrchestrationContract, IAsyncLifetime
{
    SidecarHost host = null!;

    protected override IOrchestrationClient Client => host.Client;

    protected override Task RestartAsync(IReadOnlyList<OrchestrationDefinition> orchestrations) => host.RestartWorkerAsync(orchestrations, Probes.Activities);

    public async Task InitializeAsync() => host = await SidecarHost.StartAsync(Probes.Orchestrations, Probes.Activities);

    public async Task DisposeAsync() => await host.DisposeAsync();
}
