using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Pipeline.Jobs;

public enum JobKind
{
    Generation,

    /// <summary>Mastering of an uploaded file.</summary>
    Export,

    /// <summary>Measuring of a file.</summary>
    Analysis,

    /// <summary>Music taken apart while it is played.</summary>
    LiveSeparation,

    /// <summary>Measuring of the machine.</summary>
    Benchmark,

    /// <summary>A generation run again from its manifest, to see whether the bytes are the same.</summary>
    Reproduction,

    /// <summary>A track taken apart.</summary>
    Separation,

    /// <summary>Several tracks taken apart, each by a job of its own.</summary>
    SeparationBatch,
}

public enum JobStatus
{
    Pending,
    Processing,
    Finalizing,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>
/// Which of two waiting jobs goes first; among equals, the one accepted first. It is strict: while jobs of a higher class keep coming, one of a lower class waits.
/// Nothing that runs is interrupted.
/// </summary>
public enum JobPriority
{
    Low,
    Normal,
    High,
}

/// <summary>What a job is accepted with besides its work.</summary>
/// <param name="Owner">Id of the <see cref="Caller"/> it belongs to.</param>
public sealed record JobTerms(string Owner)
{
    /// <summary>Of who works on the machine itself.</summary>
    public static readonly JobTerms Local = new(Caller.OwnerId);

    public JobPriority Priority { get; init; } = JobPriority.Normal;

    public const int MostAfter = 10;

    /// <summary>Jobs that have to complete before it may begin.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>The job that this one is a part of; null for most.</summary>
    public string? ParentId { get; init; }

    /// <summary>The id it has to have; drawn unless given.</summary>
    public string? JobId { get; init; }

    /// <summary>Its name and moment, of a request that may come again; it wins over <see cref="JobId"/>.</summary>
    public WorkTicket? Ticket { get; init; }

    /// <summary>Those of one of several jobs of the same request.</summary>
    public JobTerms Part(int index) => this with { Ticket = Ticket?.Part(index) };

    /// <summary>Who is told of its end; checked already.</summary>
    public string? WebhookUrl { get; init; }
}

/// <summary>Where in its pipeline a job is, in this order.</summary>
public enum JobStep
{
    Queued,
    LoadingModel,
    EncodingPrompt,
    Generating,
    Decoding,
    Separating,

    /// <summary>Separating on the processor; the status message says why.</summary>
    RunningOnCpu,
    Saving,
    Measuring,
    Encoding,
    Publishing,
    Comparing,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>A job as the catalog keeps it: the only status a caller sees.</summary>
public sealed record Job
{
    public required string JobId { get; init; }

    public required JobKind Kind { get; init; }

    /// <summary>What the orchestration starts from; never changes.</summary>
    public required JsonElement Input { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Place in the order of acceptance; sorts as text.</summary>
    public required string QueueKey { get; init; }

    public required string Model { get; init; }

    /// <summary>Counts the changes of this row.</summary>
    public long Revision { get; init; }

    /// <summary>Id of the <see cref="Caller"/> it belongs to.</summary>
    public string Owner { get; init; } = Caller.OwnerId;

    public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>Jobs that have to complete before it may begin.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>The job that this one is a part of; null for most.</summary>
    public string? ParentId { get; init; }

    /// <summary>Its owner has put it out of sight.</summary>
    public bool Dismissed { get; init; }

    public JobStatus Status { get; init; } = JobStatus.Pending;

    public JobStep CurrentStep { get; init; } = JobStep.Queued;

    /// <summary>0 to 100, never falls; 100 only when completed.</summary>
    public int Progress { get; init; }

    public string StatusMessage { get; init; } = "Waiting for a free place.";

    public string? ErrorMessage { get; init; }

    public string? ErrorCode { get; init; }

    public string? DeviceUsed { get; init; }

    /// <summary>Its work was given to GPU workers, which may end at any moment.</summary>
    public bool OnGpuWorker { get; init; }

    /// <summary>Its orchestration is ended to begin again from its input.</summary>
    public bool IsRestarting { get; init; }

    /// <summary>How far the parts of its work have come; null where it is not done in parts.</summary>
    public WorkTally? Work { get; init; }

    /// <summary>When it will be done, as fast as its parts go; null while nothing is known.</summary>
    public DateTime? ExpectedCompletion { get; init; }

    /// <summary>The machine that plays; null before it does.</summary>
    public string? Machine { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Every retry so far by a name of its own: a set, so that a second delivery adds nothing.</summary>
    public IReadOnlyList<string> Retries { get; init; } = [];

    /// <summary>How often it has given up its place to wait for a retry.</summary>
    public int Turn { get; init; }

    /// <summary>Steps that go on once it has a place again.</summary>
    public IReadOnlyList<PlaceTicket> Waiting { get; init; } = [];

    public bool CancelRequested { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? CompletedAt { get; init; }

    /// <summary>When this row last changed; null in one that never did.</summary>
    public DateTime? UpdatedAt { get; init; }

    /// <summary>Retention has removed files of it.</summary>
    public bool Purged { get; init; }

    /// <summary>Who is told of its end; null for most.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>W3C trace context of the request that submitted it: what its spans hang from. No part of its work.</summary>
    public string? TraceParent { get; init; }

    /// <summary>By kind; null until completed.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>True for one that may have a place: it was never started, or steps of it wait to go on. Between a failure and its retry it may not.</summary>
    public bool WantsPlace => Status == JobStatus.Pending && (StartedAt is null || Waiting.Count > 0);

    public bool IsTerminal => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary><c>YYYY/MM/DD</c> of its creation, UTC: the folder of everything it makes.</summary>
    public string DateFolder => JobIds.DateFolder(CreatedAt);

    public T ReadInput<T>() => Payload.Read<T>(Input);
}

/// <summary>Whom to tell that a job has its place again.</summary>
/// <param name="Event">Its name is never used twice, so that one told twice or too late harms nobody.</param>
public sealed record PlaceTicket(string InstanceId, string Event);

/// <summary>What a caller hears of a job while it runs.</summary>
public sealed record JobUpdate(
    JobStatus Status, JobStep CurrentStep, int Progress, string StatusMessage, int RetryCount, string? ErrorMessage, string? ErrorCode, DateTime At)
{
    public required string JobId { get; init; }

    public required JobKind Kind { get; init; }

    public static JobUpdate Of(Job job, DateTime at) =>
        new(job.Status, job.CurrentStep, job.Progress, job.StatusMessage, job.Retries.Count, job.ErrorMessage, job.ErrorCode, at) { JobId = job.JobId, Kind = job.Kind };
}

public static class JobEvents
{
    public const string Created = "job_created", Updated = "job_updated", Completed = "job_completed", Failed = "job_failed", Cancelled = "job_cancelled";

    public static string TypeFor(JobStatus status) => status switch
    {
        JobStatus.Completed => Completed,
        JobStatus.Failed => Failed,
        JobStatus.Cancelled => Cancelled,
        _ => Updated,
    };

    public static bool IsLast(string type) => type is Completed or Failed or Cancelled;
}
