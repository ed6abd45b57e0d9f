using System.Text.Json;
using System.Text.Json.Serialization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Definitions;

/// <summary>The one wire format of steps: every host carries these elements untouched, whatever its own serializer would do.</summary>
public static class Payload
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static JsonElement Write<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    public static T Read<T>(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? default! : element.Deserialize<T>(Options)!;
}

/// <summary>How a step ended, as a value: a problem, a cancellation or a want of a place is a result like any other, only a fault is an exception.</summary>
public static class Outcome
{
    sealed record Envelope(JsonElement? Value, Refusal? Problem, bool Cancelled, bool NoPlace = false);

    sealed record Refusal(string Slug, string Detail, IReadOnlyDictionary<string, string>? Details);

    /// <summary>Runs a step and records how it ended. Faults pass through, and a store that is away is one.</summary>
    public static async Task<JsonElement> RecordAsync<T>(Func<Task<T>> step)
    {
        try
        {
            return Payload.Write(new Envelope(Payload.Write(await step()), null, false));
        }
        catch (PipelineException refusal) when (refusal is not StoreAwayException)
        {
            return Payload.Write(new Envelope(null, new(refusal.Problem.Slug, refusal.Message, refusal.Details), false));
        }
        catch (JobCancelledException)
        {
            return Payload.Write(new Envelope(null, null, true));
        }
        catch (NoPlaceException)
        {
            return Payload.Write(new Envelope(null, null, false, NoPlace: true));
        }
    }

    /// <summary><c>completed</c>, <c>problem</c> or <c>cancelled</c>.</summary>
    public static string NameOf(JsonElement outcome) =>
        outcome.GetProperty("cancelled").GetBoolean() ? "cancelled" : outcome.GetProperty("problem").ValueKind == JsonValueKind.Null ? "completed" : "problem";

    /// <summary>The value a step ended with.</summary>
    /// <exception cref="PipelineException">It ended with that problem.</exception>
    /// <exception cref="JobCancelledException">It was cancelled.</exception>
    /// <exception cref="NoPlaceException">Its job has no place.</exception>
    public static T Unwrap<T>(JsonElement outcome)
    {
        Envelope envelope = Payload.Read<Envelope>(outcome);
        if (envelope.Cancelled) throw new JobCancelledException();
        if (envelope.NoPlace) throw new NoPlaceException();
        if (envelope.Problem is { } problem) throw new PipelineException(Problem.BySlug[problem.Slug], problem.Detail, problem.Details);
        return envelope.Value is { } value ? Payload.Read<T>(value) : default!;
    }
}

/// <summary>The caller took the job back. Not an error: no retry sees it.</summary>
public sealed class JobCancelledException() : Exception("The job was cancelled.");

/// <summary>The job has given up its place: the step has done nothing and is called again once there is one. Not an error.</summary>
public sealed class NoPlaceException() : Exception("The job has no place.");

/// <summary>A bug or an outage in an activity or a child orchestration, after its retries. Named once, never wrapped again.</summary>
public sealed class StepFailedException(string step, string errorType, string errorMessage) : Exception($"{step}: {errorMessage}")
{
    public string Step => step;

    public string ErrorType => errorType;

    public string ErrorMessage => errorMessage;

    /// <summary>What a caller reads whose job ended by it.</summary>
    public Problem Problem => errorType == typeof(StoreAwayException).FullName ? Problem.StorageWriteFailed : Problem.Internal;
}
