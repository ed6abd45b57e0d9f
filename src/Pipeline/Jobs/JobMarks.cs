using System.Globalization;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Rows that say which jobs there is still something to do about, so that nobody has to look through all jobs there ever were.</summary>
static class JobMarks
{
    public const string Table = "queue";

    /// <summary>Jobs that end, or have ended and left something to do. Written before the end itself; one that does not come after all harms nothing.</summary>
    public const string Ended = "ended";

    /// <summary>Ended jobs by time, until their traces are removed.</summary>
    public const string Aging = "aging";

    public static RowKey EndedKey(string jobId) => new(Table, Ended, jobId);

    public static RowKey AgingKey(Job job) => new(Table, Aging, $"{Sortable(job.CompletedAt!.Value)}-{job.JobId}");

    /// <summary>Sorts as text as the time does; with 19 digits whatever the time.</summary>
    public static string Sortable(DateTime time) => time.Ticks.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>Rows of a partition, in order.</summary>
    /// <param name="page">Rows fetched at once, 1 to 1,000: few where the first will do.</param>
    /// <param name="after">Keys greater than this; null from the first.</param>
    public static async IAsyncEnumerable<CatalogRow> ListAsync(
        ICatalog catalog, string partition, int page, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel, string? after = null)
    {
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, partition, after, page, cancel);
            foreach (CatalogRow row in rows) yield return row;
            if (rows.Count < page) yield break;
            after = rows[^1].Key.Key;
        }
    }
}
