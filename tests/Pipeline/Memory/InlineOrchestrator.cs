using System.Collections.Concurrent;
using System.Text.Json;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>The process is gone: nothing after this is recorded.</summary>
public sealed class CrashException() : Exception("The process died here.");

/// <summary>What an instance asked for, and what it got; no output where it faulted.</summary>
public sealed record RecordedCall(string Instance, string Name, string Input, JsonElement? Output, StepFailedException? Fault);

/// <summary>Runs orchestrations when told to, one after the other, without a history; timers take no time. One that waits for an event stands aside until it comes.</summary>
public sealed class InlineOrchestrator(IServiceProvider services) : IOrchestrationClient
{
    readonly IServiceProvider services = services;
    readonly ConcurrentDictionary<string, InstanceState> instances = new();
    readonly ConcurrentDictionary<string, (OrchestrationDefinition Definition, JsonElement Input)> origins = new();
    readonly ConcurrentDictionary<string, Task> runs = new();
    readonly ConcurrentDictionary<(string Instance, string Event), TaskCompletionSource<JsonElement>> events = new();
    readonly ConcurrentDictionary<(string Instance, string Event), bool> waiting = new();
    readonly ConcurrentDictionary<string, ConcurrentQueue<Exception>> faults = new();
    readonly ConcurrentQueue<Func<Task>> started = new();
    TaskCompletionSource standsAside = new();

    /// <summary>Activities whose first result gets lost on the way: they run, and run again.</summary>
    public ConcurrentDictionary<string, bool> LoseResultOnce { get; } = new();

    /// <summary>What the orchestrations' timers were set to.</summary>
    public ConcurrentQueue<TimeSpan> Waited { get; } = new();

    public Func<string, Task> BeforeActivity { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called while a timer runs.</summary>
    public Func<TimeSpan, Task> DuringTimer { get; set; } = _ => Task.CompletedTask;

    /// <summary>The next so many events find no orchestrator.</summary>
    public int RefuseEvents { get; set; }

    /// <summary>Names of activities in the order they ran.</summary>
    public ConcurrentQueue<string> Ran { get; } = new();

    /// <summary>Every activity as its orchestration called it.</summary>
    public ConcurrentQueue<RecordedCall> Calls { get; } = new();

    /// <summary>What an instance began from.</summary>
    public JsonElement InputOf(string instanceId) => origins[instanceId].Input;

    /// <summary>Says that the process has died: what fails then is not heard of.</summary>
    public Func<bool> IsGone { get; set; } = () => false;

    /// <summary>Has the next run of an activity end with this instead.</summary>
    public void FailNext(string activity, Exception fault) => faults.GetOrAdd(activity, _ => new()).Enqueue(fault);

    public Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default)
    {
        if (!instances.TryAdd(instanceId, new(instanceId, orchestration.Name, InstanceStatus.Running, null, null))) return Task.CompletedTask;
        origins[instanceId] = (orchestration, Payload.Write(input));
        Enqueue(instanceId);
        return Task.CompletedTask;
    }

    /// <summary>Takes up what another left when its process died: everything that runs begins again from its input.</summary>
    public void TakeUp(InlineOrchestrator dead)
    {
        foreach (InstanceState state in dead.instances.Values)
        {
            instances[state.InstanceId] = state;
            if (!dead.origins.TryGetValue(state.InstanceId, out var origin)) continue;
            origins[state.InstanceId] = origin;
            if (state.Status == InstanceStatus.Running) Enqueue(state.InstanceId);
        }
    }

    /// <summary>Runs what was started, and what that starts in turn, until all have ended or wait for an event.</summary>
    public async Task RunAllAsync()
    {
        while (started.TryDequeue(out Func<Task>? step))
        {
            standsAside = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task run = step();
            await await Task.WhenAny(run, standsAside.Task);
        }
    }

    public Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default)
    {
        string root = instanceId.Split('.')[0];
        if (RefuseEvents-- > 0) return Task.FromException(new IOException("the orchestrator is away"));
        if (!instances.TryGetValue(root, out InstanceState? state) || state.Status != InstanceStatus.Running) return Task.CompletedTask;
        started.Enqueue(() =>
        {
            bool isAwaited = waiting.TryRemove((instanceId, name), out _);
            EventOf(instanceId, name).TrySetResult(payload);
            return isAwaited ? runs[root] : Task.CompletedTask;
        });
        return Task.CompletedTask;
    }

    public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default) => Task.FromResult(instances.GetValueOrDefault(instanceId));

    public Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default)
    {
        foreach (InstanceState state in instances.Values)
        {
            bool isIt = state.InstanceId == instanceId || state.InstanceId.StartsWith(instanceId + ".", StringComparison.Ordinal);
            if (isIt && state.Status == InstanceStatus.Running) instances[state.InstanceId] = state with { Status = InstanceStatus.Terminated, Error = reason };
        }

        return Task.CompletedTask;
    }

    public Task PurgeAsync(string instanceId, CancellationToken cancel = default)
    {
        foreach (string id in instances.Keys.Where(id => id == instanceId || id.StartsWith(instanceId + ".", StringComparison.Ordinal))) instances.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    /// <summary>Jobs' instances in the order they were run.</summary>
    public ConcurrentQueue<string> Roots { get; } = new();

    void Enqueue(string instanceId) => started.Enqueue(() =>
    {
        Roots.Enqueue(instanceId);
        (OrchestrationDefinition definition, JsonElement input) = origins[instanceId];
        Task run = RunRootAsync(definition, instanceId, input);
        return runs[instanceId] = run;
    });

    TaskCompletionSource<JsonElement> EventOf(string instanceId, string name) => events.GetOrAdd((instanceId, name), _ => new());

    async Task RunRootAsync(OrchestrationDefinition orchestration, string id, JsonElement input)
    {
        try
        {
            await RunAsync(orchestration, id, input);
        }
        catch (StepFailedException fault)
        {
            instances[id] = new(id, orchestration.Name, InstanceStatus.Failed, null, fault.Message);
        }
    }

    async Task<JsonElement> RunAsync(OrchestrationDefinition orchestration, string id, JsonElement input)
    {
        instances[id] = new(id, orchestration.Name, InstanceStatus.Running, null, null);
        JsonElement output = await orchestration.InvokeAsync(new Context(this, id), input);
        if (instances[id].Status == InstanceStatus.Running) instances[id] = new(id, orchestration.Name, InstanceStatus.Completed, output, null);
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
            if (IsGone()) throw new CrashException();
            throw new StepFailedException(name, fault.GetType().FullName!, fault.Message);
        }
    }

    sealed class Context(InlineOrchestrator host, string id) : OrchestrationContext
    {
        public override DateTime CurrentUtcDateTime => ((TimeProvider)host.services.GetService(typeof(TimeProvider))!).GetUtcNow().UtcDateTime;

        protected override string InstanceId => id;

        public override Guid NewGuid() => Guid.Empty;

        public override Task CreateTimer(TimeSpan delay, CancellationToken cancel = default)
        {
            host.Waited.Enqueue(delay);
            return host.DuringTimer(delay);
        }

        protected override async Task<JsonElement> RunActivityAsync(string name, JsonElement input)
        {
            try
            {
                JsonElement output = await host.RunActivityAsync(name, input);
                host.Calls.Enqueue(new(id, name, input.GetRawText(), output, null));
                return output;
            }
            catch (StepFailedException fault)
            {
                host.Calls.Enqueue(new(id, name, input.GetRawText(), null, fault));
                throw;
            }
        }

        protected override Task<JsonElement> RunChildAsync(string name, string instanceId, JsonElement input) =>
            host.RunAsync(PipelineDefinitions.Orchestrations.Single(definition => definition.Name == name), instanceId, input);

        protected override Task<JsonElement> NextEventAsync(string name)
        {
            Task<JsonElement> next = host.EventOf(id, name).Task;
            if (next.IsCompleted) return next;
            host.waiting[(id, name)] = true;
            host.standsAside.TrySetResult();
            return next;
        }
    }
}
