using System.Diagnostics;
using System.Text.Json;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Definitions;

/// <summary>What a step needs to run; hosts bound each lane.</summary>
public enum Lane
{
    Io,
    Cpu,
    Gpu,
}

/// <summary>How often a step that faulted is tried again. Problems and cancellation are never tried again.</summary>
/// <param name="Attempts">The first one included.</param>
/// <param name="FirstDelay">Wait before the second attempt.</param>
/// <param name="Backoff">Each later wait is this many times the one before.</param>
public sealed record Retry(int Attempts, TimeSpan FirstDelay, double Backoff)
{
    /// <summary>Survives a store or a device that is away for seconds: waits 1, 2 and 4 s, unless the settings say otherwise. The job waits as if it were queued, and others run meanwhile.</summary>
    public static readonly Retry Outage = new(4, TimeSpan.FromSeconds(1), 2) { IsTheJobs = true };

    /// <summary>For the books about jobs, which have to be kept: survives two minutes without the catalog, and the job knows nothing of it.</summary>
    public static readonly Retry Bookkeeping = new(8, TimeSpan.FromSeconds(1), 2);

    /// <summary>For work of a job that has no place to give up: waits 1, 2 and 4 s, and the job knows nothing of it.</summary>
    public static readonly Retry WithoutPlace = new(4, TimeSpan.FromSeconds(1), 2);

    public static readonly Retry None = new(1, TimeSpan.Zero, 1);

    /// <summary>The job gives up its place while it waits, and counts the retry.</summary>
    public bool IsTheJobs { get; init; }

    /// <param name="attempt">The attempt that failed, counted from 1.</param>
    public TimeSpan DelayAfter(int attempt) => FirstDelay * Math.Pow(Backoff, attempt - 1);
}

/// <summary>What the host tells a running activity.</summary>
/// <param name="Stopping">The host shuts down: leave, the activity is delivered again. This is not the job's cancellation.</param>
public sealed record ActivityContext(CancellationToken Stopping);

/// <summary>One step: delivered at least once, so it first looks for its output, then computes, then saves atomically.</summary>
public interface IActivity<TIn, TOut>
{
    Task<TOut> RunAsync(TIn input, ActivityContext context);
}

/// <summary>An activity's name, place and manners, and how to run it. Hosts loop over one list of these.</summary>
public abstract class ActivityDefinition(string name, int version, Lane lane, JobStep step, Retry retry)
{
    public string Name => name;

    /// <summary>Part of the name of everything the activity saves; raised when the same input gives another output.</summary>
    public int Version => version;

    public Lane Lane => lane;

    /// <summary>What callers read while it runs.</summary>
    public JobStep Step => step;

    public Retry Retry => retry;

    /// <returns>An <see cref="Outcome"/>.</returns>
    public abstract Task<JsonElement> InvokeAsync(IServiceProvider services, JsonElement input, ActivityContext context);
}

/// <inheritdoc/>
public sealed class Activity<TIn, TOut> : ActivityDefinition
{
    readonly Func<IServiceProvider, IActivity<TIn, TOut>> create;

    Activity(string name, int version, Lane lane, JobStep step, Retry retry, Func<IServiceProvider, IActivity<TIn, TOut>> create)
        : base(name, version, lane, step, retry) => this.create = create;

    /// <summary>The definition of <typeparamref name="TActivity"/>, named after it.</summary>
    public static Activity<TIn, TOut> Of<TActivity>(int version, Lane lane, JobStep step, Retry retry)
        where TActivity : class, IActivity<TIn, TOut>
    {
        ObjectFactory<TActivity> factory = ActivatorUtilities.CreateFactory<TActivity>([]);
        return new(typeof(TActivity).Name, version, lane, step, retry, services => factory(services, null));
    }

    /// <summary>The same work in another lane, under a name of its own: what it saves, it saves under the first name.</summary>
    public Activity<TIn, TOut> Twin(string name, Lane lane) => new(name, Version, lane, Step, Retry, create);

    public override async Task<JsonElement> InvokeAsync(IServiceProvider services, JsonElement input, ActivityContext context)
    {
        long started = Stopwatch.GetTimestamp();
        TIn work = default!;
        JsonElement outcome = await Spans.RunAsync(
            this, services, input, () => Outcome.RecordAsync(() => create(services).RunAsync(work = Payload.Read<TIn>(input), context)));
        if (Lane != Lane.Io && work is IJobInput { JobId: { } job } && services.GetService<ComputeMeter>() is { } meter)
            await meter.NoteAsync(job, Name, input, Stopwatch.GetElapsedTime(started), context.Stopping);
        return outcome;
    }
}
