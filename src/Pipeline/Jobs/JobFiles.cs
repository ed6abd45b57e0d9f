using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Where a job's files lie, and which of them outlive it.</summary>
public sealed class JobFiles(IBlobStore store)
{
    /// <summary>So many names are in memory at a time.</summary>
    const int DeletedAtOnce = 500;

    /// <summary>Removes the scratch of an ended job that is of no more use, and the outputs of one that did not complete. What callers uploaded stays.</summary>
    public async Task TidyAsync(Job job, CancellationToken cancel = default)
    {
        if (!job.IsTerminal) return;
        if (!KeepsScratch(job)) await DeleteScratchAsync(job, cancel);
        if (job.Status != JobStatus.Completed) await DeleteOutputsAsync(job, cancel);
    }

    /// <summary>Whether an ended job's scratch is of use: a failed one may be taken up again, and of a live session callers still pull, until it is purged.</summary>
    internal static bool KeepsScratch(Job job) => job.Status == JobStatus.Failed || job is { Kind: JobKind.LiveSeparation, Status: JobStatus.Completed, Purged: false };

    public Task DeleteScratchAsync(Job job, CancellationToken cancel = default) => DeleteAllAsync(Containers.Work, $"{job.DateFolder}/{job.JobId}/", cancel);

    /// <summary>Removes all that a job made, published or not. What callers uploaded stays.</summary>
    public async Task RemoveAsync(Job job, CancellationToken cancel = default)
    {
        await store.DeleteAllAsync(JobOutputs.Of(job).Values, cancel);
        await DeleteScratchAsync(job, cancel);
        await DeleteOutputsAsync(job, cancel);
    }

    /// <summary>What was published under the job's own name.</summary>
    internal async Task DeleteOutputsAsync(Job job, CancellationToken cancel)
    {
        await DeleteAllAsync(Containers.Outputs, $"{job.DateFolder}/{job.JobId}.", cancel);
        await DeleteAllAsync(Containers.Stems, $"{job.DateFolder}/{job.JobId}/", cancel);
    }

    /// <summary>Fourth part of <c>YYYY/MM/DD/{job}…</c>, up to its first dot; null where that is no job's id.</summary>
    internal static string? JobOf(BlobRef blob)
    {
        string[] parts = blob.Path.Split('/');
        string id = parts.Length < 4 ? "" : parts[3].Split('.')[0];
        return JobIds.IsOne(id) ? id : null;
    }

    async Task DeleteAllAsync(string container, string prefix, CancellationToken cancel)
    {
        await foreach (BlobInfo[] blobs in store.ListAsync(container, prefix, cancel).Chunk(DeletedAtOnce).WithCancellation(cancel)) await store.DeleteAllAsync(blobs.Select(blob => blob.Ref), cancel);
    }
}
