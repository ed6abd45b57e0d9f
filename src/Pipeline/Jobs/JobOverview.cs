using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <param name="Jobs">Newest first.</param>
/// <param name="IsWhole">False where there are more open jobs than <see cref="JobOverview.MostJobs"/>.</param>
public sealed record OverviewOfJobs(IReadOnlyList<Job> Jobs, bool IsWhole);

/// <summary>Where an owner's jobs stand: those that are open, and those that ended in the last ten minutes as far back as the last thousand events tell.</summary>
public sealed class JobOverview(OpenJobs open, IEventLog events, JobLedger ledger)
{
    public const int MostJobs = 1000;

    const int EventsLookedThrough = 1000;
    static readonly TimeSpan recently = TimeSpan.FromMinutes(10), settled = TimeSpan.FromMinutes(1);

    /// <param name="owner">Null: everybody's.</param>
    public async Task<OverviewOfJobs> ReadAsync(string? owner, CancellationToken cancel = default)
    {
        var jobs = new Dictionary<string, Job>();
        bool whole = true;
        await foreach (string of in owner is null ? open.OwnersAsync(cancel) : OnlyAsync(owner))
            whole &= await AddOpenAsync(of, jobs, cancel);
        await AddEndedAsync(owner is null ? JobStreams.All : JobStreams.Of(owner), jobs, cancel);
        return new([.. jobs.Values.OrderByDescending(job => job.CreatedAt).ThenBy(job => job.JobId, StringComparer.Ordinal)], whole);
    }

    async Task<bool> AddOpenAsync(string owner, Dictionary<string, Job> jobs, CancellationToken cancel)
    {
        await foreach (OpenJob entry in open.ListAsync(owner, cancel))
        {
            if (jobs.Count == MostJobs) return false;
            Job? job = await ledger.FindAsync(entry.JobId, cancel);
            if (job is { IsTerminal: false } && job.Owner == owner) jobs[job.JobId] = job;
            // What a crash left: the job never came into being, or nobody said that it ended.
            else if (entry.Since < ledger.UtcNow - settled) await open.RemoveAsync(owner, entry.JobId, cancel);
        }

        return true;
    }

    async Task AddEndedAsync(string stream, Dictionary<string, Job> jobs, CancellationToken cancel)
    {
        long last = (await events.RangeAsync(stream, cancel)).Last;
        DateTime since = ledger.UtcNow - recently;
        foreach (LoggedEvent logged in await events.ReadAsync(stream, Math.Max(0, last - EventsLookedThrough), EventsLookedThrough, cancel))
        {
            if (!JobEvents.IsLast(logged.Type) || Payload.Read<JobUpdate>(logged.Data) is not { } update || update.At < since || jobs.Count == MostJobs) continue;
            if (await ledger.FindAsync(update.JobId, cancel) is { } job) jobs[job.JobId] = job;
        }
    }

    static async IAsyncEnumerable<string> OnlyAsync(string owner)
    {
        await Task.CompletedTask;
        yield return owner;
    }
}
