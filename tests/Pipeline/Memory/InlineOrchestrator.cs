using System.Collections.Concurrent;
using System.Text.Json;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>Runs orchestrations when told to, one after the other, without a history; timers take no time.</summary>
public sealed class InlineOrchestrator(IServiceProvider services) : IOrchestrationClient
{
    readonly ConcurrentDictionary<string, InstanceState> instances = new();

    /// <summary>Activities to refuse: name to exception, thrown once each time it is listed.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<Exception>> Faults { get; } = new();

    /// <summary>Names of activities in the order they ran.</summary>
    public ConcurrentQueue<string> Ran { get; } = new();

    readonly ConcurrentQueue<Func<Task>> started = new();

    public Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default)
    {
        if (instances.TryAdd(instanceId, new(instanceId, orchestration.Name, InstanceStatus.Running, null, null)))
            started.Enqueue(() => RunAsync(orchestration, instanceId, Payload.Write(input)));
        return Task.CompletedTask;
    }

    /// <summary>Runs what was started, and what that starts in turn.</summary>
    public async Task RunAllAsync()
    {
        while (started.TryDequeue(out Func<Task>? run)) await run();
    }

    public Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default) => Task.CompletedTask;

    public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default) => Task.FromResult(instances.GetValueOrDefault(instanceId));

    public Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default)
    {
        instances[instanceId] = instances[instanceId] with { Status = InstanceStatus.Terminated, Error = reason };
        return Task.CompletedTask;
    }

    public Task PurgeAsync(string instanceId, CancellationToken cancel = default)
    {
        instances.TryRemove(instanceId, out _);
        return Task.CompletedTask;
    }

    async Task<JsonElement> RunAsync(OrchestrationDefinition orchestration, string id, JsonElement input)
    {
        JsonElement output = await orchestration.InvokeAsync(new Context(this, id), input);
        instances[id] = new(id, orchestration.Name, InstanceStatus.Completed, output, null);
        return output;
    }

    async Task<JsonElement> RunActivityAsync(string name, JsonElement input)
    {
        Ran.Enqueue(name);
        try
        {
            if (Faults.TryGetValue(name, out ConcurrentQueue<Exception>? faults) && faults.TryDequeue(out Exception? fault))
                return await Outcome.RecordAsync<Done>(() => throw fault);
            ActivityDefinition activity = PipelineDefinitions.Activities.Single(definition => definition.Name == name);
            return await activity.InvokeAsync(services, input, new(CancellationToken.None));
        }
        catch (Exception fault)
        {
            throw new StepFailedException(name, fault.GetType().Name, fault.Message);
        }
    }

    sealed class Context(InlineOrchestrator host, string id) : OrchestrationContext
    {
        public override DateTime CurrentUtcDateTime => DateTime.UnixEpoch;

        protected override string InstanceId => id;

        public override Guid NewGuid() => Guid.Empty;

        public override Task CreateTimer(TimeSpan delay, CancellationToken cancel = default) => Task.CompletedTask;

        protected override Task<JsonElement> RunActivityAsync(string name, JsonElement input) => host.RunActivityAsync(name, input);

        protected override Task<JsonElement> RunChildAsync(string name, string instanceId, JsonElement input) =>
            host.RunAsync(PipelineDefinitions.Orchestrations.Single(definition => definition.Name == name), instanceId, input);

        protected override Task<JsonElement> NextEventAsync(string name) => Task.FromException<JsonElement>(new NotSupportedException(name));
    }
}
