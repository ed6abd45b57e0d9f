using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>One page of a list.</summary>
/// <param name="Total">Of the whole list.</param>
/// <param name="Continuation">Where the next page begins, whatever is added in front of it; null at the end.</param>
public sealed record JobPage(IReadOnlyList<Job> Jobs, int Total, string? Continuation);

/// <summary>Jobs, newest first, as one caller sees them. A page costs its own rows and those of what changed since the last, not all there are.</summary>
public sealed class JobIndex(JobSummaries summaries, JobTallies tallies, JobLedger ledger)
{
    const int FetchedRows = 500, FewestRows = 32;

    /// <summary>Everybody's jobs. A row whose job is gone is passed over.</summary>
    public async IAsyncEnumerable<Job> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (JobSummary row in SummariesAsync(cancel))
        {
            if (await ledger.FindAsync(row.JobId, cancel) is { } job) yield return job;
        }
    }

    /// <summary>Everybody's jobs as the lists know them.</summary>
    public async IAsyncEnumerable<JobSummary> SummariesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (CatalogRow row in tallies.RowsAsync(JobSummaries.Everybody, null, JobTallies.Oldest, FetchedRows, cancel)) yield return row.Read<JobSummary>();
    }

    /// <summary>How many jobs of each sort this caller has.</summary>
    public async Task<IReadOnlyList<JobCount>> CountAsync(Caller caller, CancellationToken cancel = default)
    {
        List<JobCount> counts = [];
        await foreach (JobTallies.Stretch stretch in tallies.ReadAsync(JobSummaries.ScopeOf(caller), cancel)) counts.AddRange(stretch.Counts);
        return counts;
    }

    /// <summary>A page by its place from the newest.</summary>
    /// <param name="skip">Rows of the list before the page.</param>
    public Task<JobPage> PageAsync(Caller caller, JobFilter filter, long skip, int take, CancellationToken cancel = default) => ReadAsync(caller, filter, null, skip, take, cancel);

    /// <summary>The page that follows another.</summary>
    /// <param name="continuation">Of the page before; null for the first.</param>
    /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/>: no page gave that.</exception>
    public Task<JobPage> PageAsync(Caller caller, JobFilter filter, string? continuation, int take, CancellationToken cancel = default)
    {
        bool fits = continuation is null || (continuation.Length is > 20 and < 64 && continuation.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') && char.IsAsciiDigit(continuation[0]));
        if (!fits) throw new PipelineException(Problem.MalformedRequest, "'continuation' is not what an earlier page gave.");
        return ReadAsync(caller, filter, continuation, 0, take, cancel);
    }

    async Task<JobPage> ReadAsync(Caller caller, JobFilter filter, string? from, long skip, int take, CancellationToken cancel)
    {
        string scope = JobSummaries.ScopeOf(caller);
        List<CatalogRow> page = [];
        int total = 0;
        bool more = false;
        await foreach (JobTallies.Stretch stretch in tallies.ReadAsync(scope, cancel))
        {
            int there = filter.CountIn(stretch.Counts);
            total += there;
            if (there == 0 || more || string.CompareOrdinal(stretch.Until, from) <= 0) continue;
            if (skip >= there)
            {
                skip -= there;
                continue;
            }

            string? after = string.CompareOrdinal(from, stretch.After) > 0 ? from : stretch.After;
            int fetch = (int)Math.Clamp(skip + take - page.Count + 1, FewestRows, FetchedRows);
            await foreach (CatalogRow row in tallies.RowsAsync(scope, after, stretch.Until, fetch, cancel))
            {
                if (!filter.Takes(row.Read<JobSummary>()) || skip-- > 0) continue;
                skip = 0;
                more = page.Count == take;
                if (more) break;
                page.Add(row);
            }
        }

        return new(await JobsOfAsync(page, filter, cancel), total, more && page.Count > 0 ? page[^1].Key.Key : null);
    }

    /// <summary>The jobs of rows, which are mended where a crash left them behind.</summary>
    async Task<IReadOnlyList<Job>> JobsOfAsync(List<CatalogRow> rows, JobFilter filter, CancellationToken cancel)
    {
        List<Job> jobs = [];
        foreach (CatalogRow row in rows)
        {
            if (await ledger.FindAsync(row.Read<JobSummary>().JobId, cancel) is not { } job) continue;
            JobSummary now = JobSummary.Of(job);
            if (!now.Agrees(row.Read<JobSummary>())) await summaries.SyncAsync(job, cancel);
            if (filter.Takes(now)) jobs.Add(job);
        }

        return jobs;
    }
}
