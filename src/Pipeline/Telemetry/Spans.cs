using System.Diagnostics;
using ActivityContext = System.Diagnostics.ActivityContext;
using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Telemetry;

/// <summary>
/// Spans of the pipeline, all of a job's in the trace of the request that submitted it, whatever process makes them. Two names:
/// <c>activity {name}</c> (internal; one run of a step) and <c>job {kind}</c> (internal; from acceptance to end, told when it has ended).
/// They hold ids, names and numbers; never what a caller wrote.
/// </summary>
public static class Spans
{
    /// <summary>Of the source and of the meter.</summary>
    public const string Name = "DgxMusic";

    static readonly ActivitySource source = new(Name);

    /// <summary>What the spans of a job that is accepted now hang from: the span of the request, or a trace of their own.</summary>
    public static string ParentForNewJob() => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id }
        ? id
        : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    /// <summary>Runs a step inside its span, where anybody listens, and times it.</summary>
    internal static async Task<JsonElement> RunAsync(ActivityDefinition step, IServiceProvider services, JsonElement input, Func<Task<JsonElement>> run)
    {
        if (!source.HasListeners() && !Meters.ListensToSteps) return await run();
        long began = Stopwatch.GetTimestamp();
        using Activity? span = await StartAsync(step, services, input);
        string outcome = "fault";
        try
        {
            JsonElement output = await run();
            outcome = Outcome.NameOf(output);
            if (outcome == "problem") span?.SetStatus(ActivityStatusCode.Error, "problem");
            return output;
        }
        catch (OperationCanceledException)
        {
            outcome = "abandoned";
            throw;
        }
        catch (Exception fault)
        {
            span?.SetStatus(ActivityStatusCode.Error, fault.GetType().Name);
            throw;
        }
        finally
        {
            span?.SetTag("dgx.activity.outcome", outcome);
            Meters.StepEnded(step, outcome, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>Tells of a whole job, once it is over.</summary>
    internal static void JobEnded(Job job)
    {
        if (!source.HasListeners() || job.CompletedAt is not { } end) return;
        using Activity? span = source.StartActivity($"job {NameOf(job.Kind)}", ActivityKind.Internal, ParentOf(job), startTime: job.CreatedAt);
        if (span is null) return;
        AddJob(span, job);
        span.SetTag("dgx.job.status", NameOf(job.Status)).SetTag("dgx.job.model", job.Model).SetTag("dgx.job.retries", job.Retries.Count);
        if (job.ErrorCode is { } code) span.SetTag("error.type", code);
        if (job.Status == JobStatus.Failed) span.SetStatus(ActivityStatusCode.Error, job.ErrorCode);
        span.SetEndTime(end < job.CreatedAt ? job.CreatedAt : end);
    }

    internal static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    static async Task<Activity?> StartAsync(ActivityDefinition step, IServiceProvider services, JsonElement input)
    {
        if (!source.HasListeners()) return null;
        Job? job = input.ValueKind == JsonValueKind.Object && input.TryGetProperty("jobId", out JsonElement id) && id.ValueKind == JsonValueKind.String && services.GetService<JobLedger>() is { } ledger
            ? await ledger.FindAsync(id.GetString()!)
            : null;
        Activity? span = source.StartActivity($"activity {step.Name}", ActivityKind.Internal, job is null ? default : ParentOf(job));
        if (span is null) return null;
        span.SetTag("dgx.activity.name", step.Name).SetTag("dgx.activity.lane", NameOf(step.Lane));
        if (job is null) return span;
        AddJob(span, job);
        span.SetTag("dgx.activity.attempt", 1 + job.Retries.Count(retry => retry.StartsWith($"{step.Name}/", StringComparison.Ordinal)));
        return span;
    }

    static void AddJob(Activity span, Job job) => span.SetTag("dgx.job.id", job.JobId).SetTag("dgx.job.kind", NameOf(job.Kind));

    static ActivityContext ParentOf(Job job) => ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out ActivityContext parent) ? parent : default;
}
