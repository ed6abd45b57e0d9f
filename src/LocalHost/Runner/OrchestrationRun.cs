using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Runner;

/// <summary>The orchestration did another thing than its history says, or waited for what no history can hold.</summary>
public sealed class NonDeterministicException(string message) : Exception(message);

/// <summary>
/// An orchestration at work: its code runs on one thread at a time, turn after turn, and stands still in between. The same events bring it to the same
/// place again, which is how it outlives its process.
/// </summary>
/// <param name="onStray">As <see cref="TurnThread"/>.</param>
sealed class OrchestrationRun(string instanceId, OrchestrationDefinition definition, JsonElement input, Action? onStray = null) : OrchestrationContext
{
    readonly TurnThread turns = new(onStray);
    readonly Dictionary<int, TaskCompletionSource<JsonElement?>> open = [];
    readonly Dictionary<int, string> names = [];
    readonly Dictionary<string, Queue<JsonElement>> early = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, Queue<TaskCompletionSource<JsonElement>>> waiters = new(StringComparer.OrdinalIgnoreCase);
    readonly List<HistoryAction> asked = [];
    readonly List<int> cancelled = [];
    Task<JsonElement>? main;
    DateTime now;
    int nextAction, drawnGuids;

    public override DateTime CurrentUtcDateTime => now;

    protected override string InstanceId => instanceId;

    /// <summary>Actions that have not ended.</summary>
    public bool IsOpen(int action) => open.ContainsKey(action);

    /// <summary>Timers whose tokens were cancelled in the last turn.</summary>
    public IReadOnlyList<int> CancelledTimers => cancelled;

    /// <summary>True once the code has returned and nothing it started is open.</summary>
    public bool IsOver => main is { IsCompleted: true } && open.Count == 0;

    public JsonElement? Output => IsOver && main!.IsCompletedSuccessfully ? main.Result : null;

    public Fault? Fault => !IsOver || main!.IsCompletedSuccessfully ? null : Describe(main.Exception?.InnerException ?? new TaskCanceledException(main));

    /// <summary>Lets the code hear some events and go on until it waits again.</summary>
    /// <returns>What it asked for.</returns>
    /// <exception cref="NonDeterministicException">It waits for something that no history holds.</exception>
    public IReadOnlyList<HistoryAction> Turn(DateTime at, IReadOnlyList<HistoryEvent> events)
    {
        now = at;
        asked.Clear();
        cancelled.Clear();
        turns.Run(instanceId, events, Hear);
        bool waits = open.Count > 0 || waiters.Values.Any(queue => queue.Count > 0);
        if (!main!.IsCompleted && !waits)
            throw new NonDeterministicException($"Instance {instanceId} waits for something that is not durable; only what the context gives may be awaited.");
        return [.. asked];
    }

    public override Guid NewGuid()
    {
        turns.CheckThread(instanceId);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{instanceId}/{drawnGuids++}"));
        return new Guid(hash.AsSpan(0, 16));
    }

    public override async Task CreateTimer(TimeSpan delay, CancellationToken cancel = default)
    {
        (int id, Task<JsonElement?> fired) = Ask(id => new(ActionKind.Timer, id, "", "", null, now + delay));
        using CancellationTokenRegistration registration = cancel.Register(() => Cancel(id, cancel));
        await fired;
    }

    protected override async Task<JsonElement> RunActivityAsync(string name, JsonElement payload) =>
        (await Ask(id => new(ActionKind.Activity, id, name, "", payload, null)).Ended)!.Value;

    protected override async Task<JsonElement> RunChildAsync(string name, string childId, JsonElement payload) =>
        (await Ask(id => new(ActionKind.Child, id, name, childId, payload, null)).Ended)!.Value;

    protected override Task<JsonElement> NextEventAsync(string name)
    {
        turns.CheckThread(instanceId);
        if (early.TryGetValue(name, out Queue<JsonElement>? buffered) && buffered.TryDequeue(out JsonElement payload)) return Task.FromResult(payload);
        var waiter = new TaskCompletionSource<JsonElement>();
        QueueOf(waiters, name).Enqueue(waiter);
        return waiter.Task;
    }

    (int Id, Task<JsonElement?> Ended) Ask(Func<int, HistoryAction> describe)
    {
        turns.CheckThread(instanceId);
        int id = nextAction++;
        HistoryAction action = describe(id);
        asked.Add(action);
        names[id] = action.Name;
        return (id, (open[id] = new()).Task);
    }

    void Cancel(int timer, CancellationToken cancel)
    {
        if (!open.Remove(timer, out TaskCompletionSource<JsonElement?>? source)) return;
        cancelled.Add(timer);
        source.TrySetCanceled(cancel);
    }

    void Hear(HistoryEvent heard)
    {
        switch (heard.Kind)
        {
            case EventKind.Started:
                main = definition.InvokeAsync(this, input);
                break;
            case EventKind.Raised when waiters.TryGetValue(heard.Name, out var waiting) && waiting.TryDequeue(out var waiter):
                waiter.SetResult(heard.Data!.Value);
                break;
            case EventKind.Raised:
                QueueOf(early, heard.Name).Enqueue(heard.Data!.Value);
                break;
            case EventKind.Completed when open.Remove(heard.Action, out var ended):
                ended.SetResult(heard.Data);
                break;
            case EventKind.Faulted when open.Remove(heard.Action, out var failed):
                failed.SetException(new StepFailedException(heard.Fault!.Step, heard.Fault.Type, heard.Fault.Message));
                break;
        }
    }

    // A fault is named where it began, however many orchestrations it passes through.
    Fault Describe(Exception fault) => fault is StepFailedException step
        ? new(step.Step, step.ErrorType, step.ErrorMessage)
        : new(definition.Name, fault.GetType().FullName!, fault.Message);

    static Queue<T> QueueOf<T>(Dictionary<string, Queue<T>> queues, string name) =>
        queues.TryGetValue(name, out Queue<T>? queue) ? queue : queues[name] = new();
}
