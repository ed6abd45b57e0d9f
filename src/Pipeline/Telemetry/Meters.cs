using System.Diagnostics.Metrics;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Telemetry;

/// <summary>Figures of the pipeline. Instruments that nobody listens to cost a test.</summary>
static class Meters
{
    static readonly Meter meter = new(Spans.Name);
    static readonly Counter<long> accepted = meter.CreateCounter<long>("dgx.jobs.accepted", "{job}", "Jobs accepted, by kind.");
    static readonly Counter<long> ended = meter.CreateCounter<long>("dgx.jobs.ended", "{job}", "Jobs that ended, by kind and status.");
    static readonly Histogram<double> waits = meter.CreateHistogram<double>("dgx.queue.wait", "s", "From acceptance to start, by kind.");
    static readonly Histogram<double> steps = meter.CreateHistogram<double>("dgx.activity.duration", "s", "One run of a step, by name, lane and outcome.");
    static readonly Histogram<double> pace = meter.CreateHistogram<double>("dgx.generation.realtime_factor", "1", "Seconds of music a second of work, from start to end of its job, by model.");
    static readonly Histogram<double> separationPace = meter.CreateHistogram<double>("dgx.separation.realtime_factor", "1", "Seconds of music a second of work, from start to end of its job, by model.");

    public static bool ListensToSteps => steps.Enabled;

    public static void JobAccepted(Job job) => accepted.Add(1, KindOf(job));

    public static void JobEnded(Job job)
    {
        ended.Add(1, KindOf(job), new("status", Spans.NameOf(job.Status)));
        if (job.StartedAt is not { } started) return;
        waits.Record((started - job.CreatedAt).TotalSeconds, KindOf(job));
        if (job is not { Result: { } result, CompletedAt: { } end } || end <= started) return;
        var model = new KeyValuePair<string, object?>("model", job.Model);
        double seconds = (end - started).TotalSeconds;
        if (job.Kind == JobKind.Generation && pace.Enabled) pace.Record(Payload.Read<GenerationResult>(result).DurationSeconds / seconds, model);
        if (job.Kind == JobKind.Separation && separationPace.Enabled) separationPace.Record(Payload.Read<SeparationResult>(result).DurationSeconds / seconds, model);
    }

    public static void StepEnded(ActivityDefinition step, string outcome, TimeSpan duration) => steps.Record(
        duration.TotalSeconds, new("activity", step.Name), new("lane", Spans.NameOf(step.Lane)), new("outcome", outcome));

    static KeyValuePair<string, object?> KindOf(Job job) => new("kind", Spans.NameOf(job.Kind));
}
