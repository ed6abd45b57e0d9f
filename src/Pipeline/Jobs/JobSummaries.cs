using System.Globalization;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>
/// The rows that lists are made of: one a job in the partition of all, and one more in its owner's; keys fall with time, so that a query from the start gives the newest.
/// A row stands before its job does, so that no crash leaves a job that no list knows.
/// </summary>
public sealed class JobSummaries(ICatalog catalog, JobTallies tallies)
{
    public const string Table = "index";

    /// <summary>The partition of everybody's jobs.</summary>
    public const string Everybody = "all";

    /// <summary>The partition that a caller reads.</summary>
    public static string ScopeOf(Caller caller) => caller.IsAdmin ? Everybody : ScopeOf(caller.Id);

    /// <summary>Every partition that a job is in. Who owns the machine sees everybody's and needs none of their own.</summary>
    public static IReadOnlyList<string> ScopesOf(string owner) => owner == Caller.OwnerId ? [Everybody] : [Everybody, ScopeOf(owner)];

    public static string KeyOf(DateTime createdAt, string jobId) => $"{(long.MaxValue - createdAt.Ticks).ToString("D19", CultureInfo.InvariantCulture)}-{jobId}";

    /// <summary>Lists a job that is about to be; a second time changes nothing.</summary>
    public async Task EnterAsync(Job job, CancellationToken cancel = default)
    {
        string key = KeyOf(job.CreatedAt, job.JobId);
        foreach (string scope in ScopesOf(job.Owner))
        {
            if (JobTallies.Parts(job.JobId)) await tallies.PartAsync(scope, key, cancel);
            await catalog.TryInsertAsync(new(Table, scope, key), Payload.Write(JobSummary.Of(job)), cancel);
            await tallies.ForgetAsync(scope, key, cancel);
        }
    }

    /// <summary>Brings the lists up to a job's row; one that a newer row was written for stays.</summary>
    public async Task SyncAsync(Job job, CancellationToken cancel = default)
    {
        JobSummary summary = JobSummary.Of(job);
        string key = KeyOf(job.CreatedAt, job.JobId);
        foreach (string scope in ScopesOf(job.Owner))
        {
            while (await catalog.FindAsync(new(Table, scope, key), cancel) is { } row && row.Read<JobSummary>() is { } old && old.Revision < summary.Revision)
            {
                if (old.Agrees(summary) || await catalog.TryReplaceAsync(row, Payload.Write(summary), cancel)) break;
            }

            // Also where the row was right: whoever wrote it may have died before this.
            await tallies.ForgetAsync(scope, key, cancel);
        }
    }

    /// <summary>Takes out of every list a job that was to be and never came into being.</summary>
    public async Task RemoveAsync(DateTime createdAt, string jobId, CancellationToken cancel = default)
    {
        if (await catalog.FindAsync(new(Table, Everybody, KeyOf(createdAt, jobId)), cancel) is { } row) await RemoveAsync(row.Read<JobSummary>(), cancel);
    }

    /// <summary>Takes a job out of every list.</summary>
    public async Task RemoveAsync(JobSummary job, CancellationToken cancel = default)
    {
        string key = KeyOf(job.CreatedAt, job.JobId);
        foreach (string scope in ScopesOf(job.Owner))
        {
            await catalog.DeleteAsync(new(Table, scope, key), cancel);
            await tallies.ForgetAsync(scope, key, cancel);
        }
    }

    /// <summary>Whether a job is in every list that it belongs into.</summary>
    internal async Task<bool> HasAsync(Job job, CancellationToken cancel)
    {
        foreach (string scope in ScopesOf(job.Owner))
        {
            if (await catalog.FindAsync(new(Table, scope, KeyOf(job.CreatedAt, job.JobId)), cancel) is null) return false;
        }

        return true;
    }

    static string ScopeOf(string owner) => $"of:{owner}";
}
