namespace DgxMusic.Pipeline.Jobs;

/// <summary>What lists and counts need of a job, so that they leave its row alone.</summary>
/// <param name="Revision">The row's when this was taken; an older one never replaces a newer.</param>
public sealed record JobSummary(string JobId, JobKind Kind, string Owner, string Model, JobStatus Status, bool Dismissed, DateTime CreatedAt, long Revision)
{
    public static JobSummary Of(Job job) => new(job.JobId, job.Kind, job.Owner, job.Model, job.Status, job.Dismissed, job.CreatedAt, job.Revision);

    /// <summary>Whether both say the same, whenever they were taken.</summary>
    public bool Agrees(JobSummary other) => this == other with { Revision = Revision };
}

/// <summary>How many jobs are alike in all that lists can be filtered by.</summary>
public sealed record JobCount(JobKind Kind, JobStatus Status, string Model, bool Dismissed, int Count);

/// <summary>Which jobs a list is of; null lets everything through.</summary>
public sealed record JobFilter(JobKind? Kind = null, JobStatus? Status = null, string? Model = null, bool? Dismissed = null)
{
    public bool Takes(JobSummary job) => Takes(job.Kind, job.Status, job.Model, job.Dismissed);

    public int CountIn(IEnumerable<JobCount> counts) => counts.Where(count => Takes(count.Kind, count.Status, count.Model, count.Dismissed)).Sum(count => count.Count);

    bool Takes(JobKind kind, JobStatus status, string model, bool dismissed) =>
        (Kind is null || Kind == kind) && (Status is null || Status == status) && (Model is null || Model == model) && (Dismissed is null || Dismissed == dismissed);
}
