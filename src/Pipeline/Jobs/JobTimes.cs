using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>How long the last hundred completed jobs took, in one row.</summary>
public sealed class JobTimes(ICatalog catalog)
{
    const int KeptJobs = 100;
    static readonly RowKey key = new(JobMarks.Table, "times", "times");

    sealed record Entry(string JobId, double Seconds);

    /// <summary>Notes a job; one that has not completed, or is noted already, changes nothing.</summary>
    public async Task NoteAsync(Job job, CancellationToken cancel = default)
    {
        if (job is not { Status: JobStatus.Completed, Kind: not JobKind.SeparationBatch, StartedAt: { } from, CompletedAt: { } to }) return;
        while (true)
        {
            CatalogRow? row = await catalog.FindAsync(key, cancel);
            List<Entry> entries = row?.Read<List<Entry>>() ?? [];
            if (entries.Any(entry => entry.JobId == job.JobId)) return;
            entries.Add(new(job.JobId, (to - from).TotalSeconds));
            if (await catalog.TryPutAsync(row, key, Payload.Write(entries.TakeLast(KeptJobs)), cancel)) return;
        }
    }

    /// <returns>Seconds; null before the first.</returns>
    public async Task<double?> AverageAsync(CancellationToken cancel = default) =>
        (await catalog.FindAsync(key, cancel))?.Read<List<Entry>>() is { Count: > 0 } entries ? entries.Average(entry => entry.Seconds) : null;
}

static class CatalogExtensions
{
    /// <summary>Writes a row as it was read, or for the first time.</summary>
    /// <param name="read">Null if there was none.</param>
    /// <returns>False if somebody else was first.</returns>
    public static Task<bool> TryPutAsync(this ICatalog catalog, CatalogRow? read, RowKey key, System.Text.Json.JsonElement value, CancellationToken cancel) =>
        read is null ? catalog.TryInsertAsync(key, value, cancel) : catalog.TryReplaceAsync(read, value, cancel);
}
