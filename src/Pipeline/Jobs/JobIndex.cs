using System.Globalization;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>All jobs, newest first: one partition a month, keys that fall with time, and a partition that lists the months.</summary>
public sealed class JobIndex(ICatalog catalog, JobLedger ledger)
{
    const string Table = "index", Months = "months";
    const int PageRows = 500;

    public async Task AddAsync(Job job, CancellationToken cancel = default)
    {
        string month = job.CreatedAt.ToString("yyyyMM", CultureInfo.InvariantCulture);
        await catalog.TryInsertAsync(new(Table, Months, Falling(int.Parse(month, CultureInfo.InvariantCulture))), Payload.Write(month), cancel);
        await catalog.TryInsertAsync(new(Table, month, $"{Falling(job.CreatedAt.Ticks)}-{job.JobId}"), Payload.Write(job.JobId), cancel);
    }

    /// <summary>Jobs, newest first. A row whose job is gone is passed over.</summary>
    public async IAsyncEnumerable<Job> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (string month in ValuesAsync(Months, cancel))
        {
            await foreach (string id in ValuesAsync(month, cancel))
            {
                if (await ledger.FindAsync(id, cancel) is { } job) yield return job;
            }
        }
    }

    async IAsyncEnumerable<string> ValuesAsync(string partition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string? after = null;
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, partition, after, PageRows, cancel);
            foreach (CatalogRow row in rows) yield return row.Read<string>();
            if (rows.Count < PageRows) yield break;
            after = rows[^1].Key.Key;
        }
    }

    static string Falling(long value) => (long.MaxValue - value).ToString("D19", CultureInfo.InvariantCulture);
}
