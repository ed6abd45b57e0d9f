using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>
/// Counts of jobs, kept for stretches of some 256 rows of a list. A stretch ends at a job whose id says so, whoever writes and in whatever order; a change forgets
/// the count of its stretch, and the next reader counts that stretch anew. So totals cost a row a stretch, and are what the rows say.
/// </summary>
public sealed class JobTallies(ICatalog catalog)
{
    const string Table = "tallies", PartingDigits = "00";

    /// <summary>Sorts behind every key of a list: the stretch that holds the oldest.</summary>
    public const string Oldest = "z";

    const int PageRows = 1000, StretchRows = 256;

    /// <param name="Counts">Null: to be counted.</param>
    /// <param name="After">Where the counted stretch began.</param>
    /// <param name="Changes">Makes every write another, so that a count made before a change is not kept after it.</param>
    sealed record Tally(IReadOnlyList<JobCount>? Counts, string? After, long Changes);

    /// <summary>Rows with keys greater than <paramref name="After"/> up to and with <paramref name="Until"/>.</summary>
    public sealed record Stretch(string? After, string Until, IReadOnlyList<JobCount> Counts);

    /// <summary>Whether a stretch ends at this job: at one of 256.</summary>
    public static bool Parts(string jobId) => jobId.EndsWith(PartingDigits, StringComparison.Ordinal);

    /// <summary>Ends a stretch at a row that is about to be.</summary>
    public async Task PartAsync(string scope, string key, CancellationToken cancel)
    {
        await catalog.TryInsertAsync(EndOf(scope, key), Payload.Write(new Tally(null, null, 0)), cancel);
        await ForgetAsync(scope, EndOf(scope, key).Key, cancel);
    }

    /// <summary>Forgets the count of the stretch that a changed row is in.</summary>
    /// <param name="key">The row's; the count is that of the first end greater than it.</param>
    public async Task ForgetAsync(string scope, string key, CancellationToken cancel)
    {
        while (await catalog.QueryAsync(Table, scope, key, 1, cancel) is [CatalogRow row])
        {
            if (await TryForgetAsync(row, cancel)) return;
        }
    }

    /// <summary>Forgets the count of a stretch by its end.</summary>
    internal async Task ForgetStretchAsync(string scope, string until, CancellationToken cancel)
    {
        while (await catalog.FindAsync(new(Table, scope, until), cancel) is { } row)
        {
            if (await TryForgetAsync(row, cancel)) return;
        }
    }

    /// <summary>Every stretch of a list, newest first, counted.</summary>
    public async IAsyncEnumerable<Stretch> ReadAsync(string scope, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await catalog.TryInsertAsync(new(Table, scope, Oldest), Payload.Write(new Tally(null, null, 0)), cancel);
        string? after = null, newer = null;
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, scope, after, PageRows, cancel);
            foreach (CatalogRow row in rows)
            {
                Tally tally = row.Read<Tally>();
                yield return new(newer, row.Key.Key, tally.After == newer && tally.Counts is { } known ? known : await CountAsync(row, newer, cancel));
                newer = row.Key.Key;
            }

            if (rows.Count < PageRows) yield break;
            after = rows[^1].Key.Key;
        }
    }

    /// <summary>Ends of stretches whose kept count is not that of their rows.</summary>
    internal async IAsyncEnumerable<string> OutdatedAsync(string scope, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (Stretch stretch in ReadAsync(scope, cancel))
        {
            CatalogRow? before = await catalog.FindAsync(new(Table, scope, stretch.Until), cancel);
            HashSet<JobCount> counted = [.. await CountAsync(scope, stretch.After, stretch.Until, cancel)];
            CatalogRow? after = await catalog.FindAsync(new(Table, scope, stretch.Until), cancel);
            // A tally that was written meanwhile speaks of other rows.
            if (before?.ETag == after?.ETag && after?.Read<Tally>().Counts is { } kept && !counted.SetEquals(kept)) yield return stretch.Until;
        }
    }

    /// <summary>Summaries of a stretch, newest first.</summary>
    /// <param name="fetch">How many to read at a time, 1 to 1,000.</param>
    public async IAsyncEnumerable<CatalogRow> RowsAsync(
        string scope, string? after, string until, int fetch, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(JobSummaries.Table, scope, after, fetch, cancel);
            foreach (CatalogRow row in rows)
            {
                if (string.CompareOrdinal(row.Key.Key, until) > 0) yield break;
                yield return row;
            }

            if (rows.Count < fetch) yield break;
            after = rows[^1].Key.Key;
        }
    }

    Task<bool> TryForgetAsync(CatalogRow tally, CancellationToken cancel) =>
        catalog.TryReplaceAsync(tally, Payload.Write(new Tally(null, null, tally.Read<Tally>().Changes + 1)), cancel);

    async Task<IReadOnlyList<JobCount>> CountAsync(CatalogRow tally, string? newer, CancellationToken cancel)
    {
        IReadOnlyList<JobCount> counted = await CountAsync(tally.Key.Partition, newer, tally.Key.Key, cancel);
        // Lost to a change meanwhile: then the count is as old as the question, and not kept.
        await catalog.TryReplaceAsync(tally, Payload.Write(tally.Read<Tally>() with { Counts = counted, After = newer }), cancel);
        return counted;
    }

    async Task<IReadOnlyList<JobCount>> CountAsync(string scope, string? after, string until, CancellationToken cancel)
    {
        var counts = new Dictionary<(JobKind, JobStatus, string, bool), int>();
        await foreach (CatalogRow row in RowsAsync(scope, after, until, StretchRows, cancel))
        {
            JobSummary job = row.Read<JobSummary>();
            var alike = (job.Kind, job.Status, job.Model, job.Dismissed);
            counts[alike] = counts.GetValueOrDefault(alike) + 1;
        }

        return [.. counts.Select(count => new JobCount(count.Key.Item1, count.Key.Item2, count.Key.Item3, count.Key.Item4, count.Value))];
    }

    // Behind the row's own key, so that the stretch of that row is found as that of any other: the first end greater than its key.
    static RowKey EndOf(string scope, string key) => new(Table, scope, $"{key}.");
}
