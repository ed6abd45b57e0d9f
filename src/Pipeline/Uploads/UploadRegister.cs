using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <param name="Continuation">Null where nothing follows.</param>
public sealed record UploadPage(IReadOnlyList<UploadRow> Uploads, string? Continuation);

/// <summary>The rows of uploads, who has which, and which jobs work on them.</summary>
public sealed class UploadRegister(ICatalog catalog, JobLedger ledger, TimeProvider clock)
{
    const string Table = "uploads", RowName = "upload", Index = "uploads-index", Uses = "uploads-uses";
    const int PageRows = 100;

    /// <summary>Between the note that a job will work on an upload and the job's row.</summary>
    static readonly TimeSpan longestAcceptance = TimeSpan.FromMinutes(1);

    sealed record Use(DateTime Since);

    public DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <returns>False if the id is taken.</returns>
    public async Task<bool> TryAddAsync(UploadRow row, CancellationToken cancel = default)
    {
        // An entry without a row is passed over; a row without an entry would never be listed.
        await catalog.TryInsertAsync(IndexKey(row), Payload.Write(row.UploadId), cancel);
        return await catalog.TryInsertAsync(KeyOf(row.UploadId), Payload.Write(row), cancel);
    }

    public async Task<UploadRow?> FindAsync(string id, CancellationToken cancel = default) =>
        UploadIds.IsOne(id) ? (await catalog.FindAsync(KeyOf(id), cancel))?.Read<UploadRow>() : null;

    /// <exception cref="PipelineException"><see cref="Problem.UploadNotFound"/>: also for an upload of somebody else.</exception>
    public async Task<UploadRow> GetAsync(string id, Caller caller, CancellationToken cancel = default) =>
        await FindAsync(id, cancel) is { Status: not UploadStatus.Deleting } row && (caller.IsAdmin || row.Owner == caller.Id) ? row : throw Missing(id);

    /// <summary>Changes a row, unless the change gives null.</summary>
    /// <returns>The changed row; null if it was left alone.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.UploadNotFound"/></exception>
    public async Task<UploadRow?> TryChangeAsync(string id, Func<UploadRow, UploadRow?> change, CancellationToken cancel = default)
    {
        while (true)
        {
            CatalogRow read = await catalog.FindAsync(KeyOf(id), cancel) ?? throw Missing(id);
            if (change(read.Read<UploadRow>()) is not { } changed) return null;
            if (await catalog.TryReplaceAsync(read, Payload.Write(changed), cancel)) return changed;
        }
    }

    public async Task RemoveAsync(UploadRow row, CancellationToken cancel = default)
    {
        await catalog.DeleteAsync(KeyOf(row.UploadId), cancel);
        await catalog.DeleteAsync(IndexKey(row), cancel);
    }

    /// <summary>Uploads of one owner, newest first.</summary>
    /// <param name="after">The continuation of an earlier page.</param>
    /// <param name="limit">1 to 1,000.</param>
    public async Task<UploadPage> ListAsync(string owner, string? after, int limit, CancellationToken cancel = default)
    {
        List<UploadRow> page = [];
        while (true)
        {
            IReadOnlyList<CatalogRow> entries = await catalog.QueryAsync(Index, owner, after, PageRows, cancel);
            foreach (CatalogRow entry in entries)
            {
                if (page.Count == limit) return new(page, after);
                after = entry.Key.Key;
                if (await FindAsync(entry.Read<string>(), cancel) is { Status: not UploadStatus.Deleting } row) page.Add(row);
            }

            if (entries.Count < PageRows) return new(page, null);
        }
    }

    /// <summary>Notes that a job works on an upload, before it is accepted: from then on the upload stays.</summary>
    public Task AddUseAsync(string id, string jobId, CancellationToken cancel = default) =>
        catalog.TryInsertAsync(UseKey(id, jobId), Payload.Write(new Use(UtcNow)), cancel);

    public Task RemoveUseAsync(string id, string jobId, CancellationToken cancel = default) => catalog.DeleteAsync(UseKey(id, jobId), cancel);

    /// <summary>A job that works on an upload and has not ended; null if none does. Notes of ended jobs are cleared away.</summary>
    public async Task<string?> FindUserAsync(string id, CancellationToken cancel = default)
    {
        string? after = null;
        while (true)
        {
            IReadOnlyList<CatalogRow> uses = await catalog.QueryAsync(Uses, id, after, PageRows, cancel);
            foreach (CatalogRow use in uses)
            {
                after = use.Key.Key;
                Job? job = await ledger.FindAsync(after, cancel);
                bool isLive = job is { IsTerminal: false } || (job is null && UtcNow - use.Read<Use>().Since < longestAcceptance);
                if (isLive) return after;
                await catalog.DeleteAsync(use.Key, cancel);
            }

            if (uses.Count < PageRows) return null;
        }
    }

    /// <summary>Notes that the file of an upload goes.</summary>
    /// <param name="dryRun">Only looks whether it may.</param>
    /// <returns>False if a job works on it: it stays.</returns>
    public async Task<bool> TryPurgeAsync(string id, bool dryRun, CancellationToken cancel = default)
    {
        if (await FindUserAsync(id, cancel) is not null) return false;
        if (dryRun || await FindAsync(id, cancel) is null) return true;
        if (await TryChangeAsync(id, row => row.Status == UploadStatus.Ready ? row with { Status = UploadStatus.Purged } : null, cancel) is null) return true;
        // Again, because a job that saw the upload ready has noted its use before: one of both sees the other.
        if (await FindUserAsync(id, cancel) is null) return true;
        await TryChangeAsync(id, row => row with { Status = UploadStatus.Ready }, CancellationToken.None);
        return false;
    }

    public static PipelineException Missing(string id) =>
        new(Problem.UploadNotFound, UploadIds.IsOne(id) ? $"There is no upload {id}." : "An upload's id is 'upl_' and eight hexadecimal digits, such as upl_ab12cd34.");

    static RowKey KeyOf(string id) => new(Table, id, RowName);

    static RowKey UseKey(string id, string jobId) => new(Uses, id, jobId);

    static RowKey IndexKey(UploadRow row) =>
        new(Index, row.Owner, $"{(DateTime.MaxValue.Ticks - row.CreatedAt.Ticks).ToString("D19", CultureInfo.InvariantCulture)}-{row.UploadId}");
}
