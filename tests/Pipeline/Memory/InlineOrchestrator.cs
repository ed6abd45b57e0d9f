using System.Collections.Concurrent;
using System.Text.Json;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>Runs orchestrations when told to, one after the other, without a history; timers take no time.</summary>
public sealed class InlineOrchestrator(IServiceProvider services) : IOrchestrationClient
{
    readonly ConcurrentDictionary<string, InstanceState> instances = new();

    readonly ConcurrentDictionary<string, ConcurrentQueue<Exception>> faults = new();

    /// <summary>Activities whose first result gets lost on the way: they run, and run again.</summary>
    public ConcurrentDictionary<string, bool> LoseResultOnce { get; } = new();

    /// <summary>What the orchestrations' timers were set to.</summary>
    public ConcurrentQueue<TimeSpan> Waited { get; } = new();

    public Func<string, Task> BeforeActivity { get; set; } = _ => Task.CompletedTask;

    /// <summary>Has the next run of an activity end with this instead.</summary>
    public void FailNext(string activity, Exception fault) => faults.GetOrAdd(activity, _ => new()).Enqueue(fault);

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
        await BeforeActivity(name);
        try
        {
            if (faults.TryGetValue(name, out ConcurrentQueue<Exception>? listed) && listed.TryDequeue(out Exception? next))
                return await Outcome.RecordAsync<Done>(() => throw next);
            ActivityDefinition activity = PipelineDefinitions.Activities.Single(definition => definition.Name == name);
            JsonElement output = await activity.InvokeAsync(services, input, new(CancellationToken.None));
            return LoseResultOnce.TryRemove(name, out _) ? throw new IOException("the result got lost") : output;
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

        public override Task CreateTimer(TimeSpan delay, CancellationToken cancel = default)
        {
            host.Waited.Enqueue(delay);
            return Task.CompletedTask;
        }

        protected override Task<JsonElement> RunActivityAsync(string name, JsonElement input) => host.RunActivityAsync(name, input);

        protected override Task<JsonElement> RunChildAsync(string name, string instanceId, JsonElement input) =>
            host.RunAsync(PipelineDefinitions.Orchestrations.Single(definition => definition.Name == name), instanceId, input);

        protected override Task<JsonElement> NextEventAsync(string name) => Task.FromException<JsonElement>(new NotSupportedException(name));
    }
}
