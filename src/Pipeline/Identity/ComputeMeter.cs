using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Identity;

/// <summary>
/// How long the steps of keyed callers' jobs have computed: one row a step and input, written when it is first done. A step that is delivered again adds nothing, nor does
/// the time a job waits or its host is down.
/// </summary>
public sealed class ComputeMeter(ICatalog catalog, JobLedger ledger)
{
    const string Table = "compute";
    const int PageRows = 1000;

    public async Task NoteAsync(string jobId, string step, JsonElement input, TimeSpan elapsed, CancellationToken cancel = default)
    {
        if (await ledger.FindAsync(jobId, cancel) is not { Owner: not Caller.OwnerId, IsTerminal: false }) return;
        string hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(input)).AsSpan(0, 12));
        await catalog.TryInsertAsync(new(Table, jobId, $"{step}-{hash}"), Payload.Write(elapsed.TotalSeconds), cancel);
    }

    public async Task<double> SumAsync(string jobId, CancellationToken cancel = default) => (await RowsAsync(jobId, cancel)).Sum(row => row.Read<double>());

    public async Task ForgetAsync(string jobId, CancellationToken cancel = default)
    {
        foreach (CatalogRow row in await RowsAsync(jobId, cancel)) await catalog.DeleteAsync(row.Key, cancel);
    }

    async Task<IReadOnlyList<CatalogRow>> RowsAsync(string jobId, CancellationToken cancel)
    {
        List<CatalogRow> rows = [];
        while (true)
        {
            IReadOnlyList<CatalogRow> page = await catalog.QueryAsync(Table, jobId, rows.Count == 0 ? null : rows[^1].Key.Key, PageRows, cancel);
            rows.AddRange(page);
            if (page.Count < PageRows) return rows;
        }
    }
}
