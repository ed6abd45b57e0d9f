using System.ComponentModel.DataAnnotations;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Storage;

/// <summary>Settings of the daily clean-up, section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>Off: files are kept until somebody asks for a clean-up.</summary>
    public bool Enabled { get; set; }

    /// <summary>Days of 24 hours that a file is kept.</summary>
    [Range(0, 36_500)] public int DaysOld { get; set; } = 30;
}

/// <param name="Cutoff">Files last modified before this are candidates.</param>
/// <param name="Files">Store paths of the candidates, removed unless <paramref name="DryRun"/>.</param>
public sealed record CleanupReport(bool DryRun, int DaysOld, DateTime Cutoff, int Count, long Bytes, IReadOnlyList<string> Files);

/// <summary>Removes old files by date folder. Files of a job that has not ended, and uploads that one works on, stay, whatever their age; scratch and inboxes are not its affair.</summary>
public sealed class Retention(IBlobStore store, JobLedger ledger, UploadRegister uploads)
{
    /// <param name="daysOld">0 or more.</param>
    public async Task<CleanupReport> CleanAsync(int daysOld, bool dryRun, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(daysOld);
        DateTime cutoff = ledger.UtcNow.AddDays(-daysOld);
        List<string> files = [];
        long bytes = 0;
        var purged = new HashSet<string>();
        foreach (string container in StorePaths.Containers)
        {
            await foreach (BlobInfo blob in OldAsync(container, cutoff, cancel))
            {
                string? jobId = JobFiles.JobOf(blob.Ref);
                if (jobId is not null && await ledger.FindAsync(jobId, cancel) is { IsTerminal: false }) continue;
                if (UploadIds.OfPath(blob.Ref) is { } uploadId && !await uploads.TryPurgeAsync(uploadId, dryRun, cancel)) continue;
                (bytes, _) = (bytes + blob.Bytes, dryRun || await store.DeleteAsync(blob.Ref, cancel));
                files.Add(blob.Ref.ToString());
                if (jobId is not null) purged.Add(jobId);
            }
        }

        if (!dryRun)
        {
            foreach (string jobId in purged) await ledger.MarkPurgedAsync(jobId, cancel);
        }

        return new(dryRun, daysOld, cutoff, files.Count, bytes, files);
    }

    /// <summary>Walks the folders up to the cut-off's day: listings come by path, dates sort before everything else.</summary>
    async IAsyncEnumerable<BlobInfo> OldAsync(string container, DateTime cutoff, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string last = JobIds.DateFolder(cutoff) + "0";   // '0' follows '/', so the day itself is still before it
        await foreach (BlobInfo blob in store.ListAsync(container, "", cancel))
        {
            if (string.CompareOrdinal(blob.Ref.Path, last) > 0) yield break;
            if (blob.LastModifiedUtc < cutoff) yield return blob;
        }
    }
}
