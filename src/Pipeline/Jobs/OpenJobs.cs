using System.Collections.Concurrent;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <param name="Since">When it was accepted.</param>
public sealed record OpenJob(string JobId, string Owner, DateTime Since);

/// <summary>Which jobs have not ended: a partition an owner, and one that lists the owners. May name a job that has ended, or that never came into being.</summary>
public sealed class OpenJobs(ICatalog catalog)
{
    const string Table = "open", Owners = "owners";
    const int PageRows = 500;

    /// <summary>Owners that are listed for certain.</summary>
    readonly ConcurrentDictionary<string, bool> known = new();

    public async Task AddAsync(Job job, CancellationToken cancel = default)
    {
        if (!known.ContainsKey(job.Owner))
        {
            await catalog.TryInsertAsync(new(Table, Owners, job.Owner), Payload.Write(job.Owner), cancel);
            known[job.Owner] = true;
        }

        await catalog.TryInsertAsync(KeyOf(job.Owner, job.JobId), Payload.Write(new OpenJob(job.JobId, job.Owner, job.CreatedAt)), cancel);
    }

    public Task RemoveAsync(string owner, string jobId, CancellationToken cancel = default) => catalog.DeleteAsync(KeyOf(owner, jobId), cancel);

    /// <summary>Everybody who ever had a job.</summary>
    public IAsyncEnumerable<string> OwnersAsync(CancellationToken cancel = default) => ValuesAsync<string>(Owners, cancel);

    /// <summary>An owner's open jobs, in no order that means something.</summary>
    public IAsyncEnumerable<OpenJob> ListAsync(string owner, CancellationToken cancel = default) => ValuesAsync<OpenJob>(PartitionOf(owner), cancel);

    static RowKey KeyOf(string owner, string jobId) => new(Table, PartitionOf(owner), jobId);

    static string PartitionOf(string owner) => $"of:{owner}";

    async IAsyncEnumerable<T> ValuesAsync<T>(string partition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        for (string? after = null; ;)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, partition, after, PageRows, cancel);
            foreach (CatalogRow row in rows) yield return row.Read<T>();
            if (rows.Count < PageRows) yield break;
            after = rows[^1].Key.Key;
        }
    }
}
