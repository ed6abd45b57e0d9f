using System.Text.Json;

namespace DgxMusic.LocalHost.Runner;

/// <summary>One turn of an orchestration: what it heard, and what it then asked for. An instance is the list of these.</summary>
/// <param name="At">The clock of the whole turn, UTC.</param>
sealed record Episode(DateTime At, IReadOnlyList<HistoryEvent> Events, IReadOnlyList<HistoryAction> Actions);

enum EventKind
{
    Started,
    Completed,
    Faulted,
    Raised,
}

/// <param name="Action">The action that ended; −1 where none did.</param>
/// <param name="Name">Of a raised event; empty otherwise.</param>
sealed record HistoryEvent(EventKind Kind, int Action, string Name, JsonElement? Data, Fault? Fault)
{
    public static readonly HistoryEvent Started = new(EventKind.Started, -1, "", null, null);

    public static HistoryEvent Completed(int action, JsonElement? data) => new(EventKind.Completed, action, "", data, null);

    public static HistoryEvent Faulted(int action, Fault fault) => new(EventKind.Faulted, action, "", null, fault);

    public static HistoryEvent Raised(string name, JsonElement data) => new(EventKind.Raised, -1, name, data, null);
}

enum ActionKind
{
    Activity,
    Child,
    Timer,
}

/// <param name="Id">Counts an instance's actions from 0.</param>
/// <param name="Name">Of the activity or orchestration; empty for a timer.</param>
/// <param name="InstanceId">Of the child; empty otherwise.</param>
/// <param name="Due">Of a timer, UTC.</param>
sealed record HistoryAction(ActionKind Kind, int Id, string Name, string InstanceId, JsonElement? Input, DateTime? Due)
{
    /// <summary>Whether a replay asked for the same.</summary>
    public bool IsSameAs(HistoryAction other) =>
        (Kind, Id, Name, InstanceId, Due) == (other.Kind, other.Id, other.Name, other.InstanceId, other.Due)
        && Input?.GetRawText() == other.Input?.GetRawText();

    public string Describe() => Kind switch
    {
        ActionKind.Timer => $"a timer until {Due:O}",
        ActionKind.Child => $"child '{Name}' as {InstanceId} with {Shorten(Input)}",
        _ => $"activity '{Name}' with {Shorten(Input)}",
    };

    static string Shorten(JsonElement? input) => input?.GetRawText() is { } text ? text.Length <= 200 ? text : text[..200] + "…" : "nothing";
}

/// <summary>A step's fault as it is recorded and told: where it began, which exception, what it said.</summary>
sealed record Fault(string Step, string Type, string Message);
