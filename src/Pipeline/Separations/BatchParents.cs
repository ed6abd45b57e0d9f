using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Keeps a batch's row what its jobs are: as far as the mean of them, begun with the first, over with the last. Told twice is told once.</summary>
public sealed class BatchParents(JobLedger ledger, JobDesk desk)
{
    /// <summary>A job that was to be and is not there by then will not come.</summary>
    static readonly TimeSpan longestEntry = TimeSpan.FromMinutes(10);

    /// <summary>Tells the batch how far one of its jobs has come.</summary>
    internal static async Task TellAsync(JobLedger ledger, Job part, CancellationToken cancel)
    {
        if (part.ParentId is not { } id || await ledger.FindAsync(id, cancel) is not { Kind: JobKind.SeparationBatch, IsTerminal: false } before) return;
        Job after = Advance(before, part, ledger.UtcNow);
        // Its listeners hear of what they can see.
        bool isNews = after.Progress != before.Progress || after.Status != before.Status || after.StatusMessage != before.StatusMessage;
        await ledger.UpdateAsync(id, isNews ? $"{part.JobId}:{part.Status}:{part.Progress}" : null, row => Advance(row, part, ledger.UtcNow), cancel);
    }

    /// <summary>The jobs of a batch with their items.</summary>
    public async Task<IReadOnlyList<BatchedSeparation>> ReadAsync(Job batch, CancellationToken cancel = default)
    {
        List<BatchedSeparation> items = [];
        foreach (SeparationItem item in batch.ReadInput<SeparationBatchInput>().Items) items.Add(BatchedSeparation.Of(item, item.JobId is { } id ? await ledger.FindAsync(id, cancel) : null));
        return items;
    }

    /// <summary>Ends a batch whose last job has ended, and passes on to its jobs that it was taken back.</summary>
    /// <returns>The batch's row if it has ended, else null.</returns>
    public async Task<Job?> SettleAsync(string id, CancellationToken cancel = default)
    {
        if (await ledger.FindAsync(id, cancel) is not { Kind: JobKind.SeparationBatch } batch) return null;
        if (batch.CancelRequested) await CancelPartsAsync(batch, cancel);
        if (batch.IsTerminal) return batch;
        IReadOnlyList<BatchedSeparation> items = await ReadAsync(batch, cancel);
        bool isOld = batch.CreatedAt < ledger.UtcNow - longestEntry;
        if (!items.All(item => item.JobId is null || (item.Status is { } status ? status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled : isOld))) return null;
        return await ledger.UpdateAsync(id, "end", row => Close(row, items, ledger.UtcNow), cancel);
    }

    async Task CancelPartsAsync(Job batch, CancellationToken cancel)
    {
        foreach (string id in batch.ReadInput<SeparationBatchInput>().Parts)
        {
            if (await ledger.FindAsync(id, cancel) is not { IsTerminal: false, CancelRequested: false }) continue;
            try
            {
                await desk.CancelAsync(id, Caller.Owner, force: true, cancel);
            }
            catch (PipelineException over) when (over.Problem == Problem.JobState || over.Problem == Problem.JobNotFound)
            {
                // It has just ended by itself.
            }
        }
    }

    static Job Advance(Job row, Job part, DateTime now)
    {
        IReadOnlyList<string> parts = row.ReadInput<SeparationBatchInput>().Parts;
        int n = parts.ToList().IndexOf(part.JobId);
        if (n < 0) return row;
        WorkTally work = (row.Work ?? WorkTally.Begin(parts.Count)).With(new(n, n + 1, part.IsTerminal ? 1 : part.Progress / 100.0));
        long ended = work.Finished + work.Open.Count(open => open.Done >= 1);
        bool begins = row.Status != JobStatus.Pending || part.StartedAt is not null;
        return row with
        {
            Work = work,
            Progress = (int)(100 * work.Done),
            Status = begins ? JobStatus.Processing : JobStatus.Pending,
            CurrentStep = begins ? JobStep.Separating : row.CurrentStep,
            StartedAt = begins ? row.StartedAt ?? now : null,
            StatusMessage = row.CancelRequested ? row.StatusMessage : $"{ended} of {parts.Count} done.",
        };
    }

    static Job Close(Job row, IReadOnlyList<BatchedSeparation> items, DateTime now)
    {
        int completed = items.Count(item => item.Status == JobStatus.Completed);
        BatchedSeparation[] others = [.. items.Where(item => item.Status != JobStatus.Completed)];
        if (row.CancelRequested || (completed == 0 && others.All(item => item.Status is JobStatus.Cancelled))) return CloseJob.Cancel(row, now);
        IReadOnlyList<string> reasons = [.. others.Select(item => $"{item.Name}: {item.Error ?? (item.Status is null ? "it was removed." : "it was cancelled.")}")];
        if (completed == 0)
        {
            string?[] codes = [.. others.Select(item => item.Code).Distinct()];
            return CloseJob.Fail(row, now, codes is [{ } code] ? code : Problem.Internal.Code, $"None of the {items.Count} could be taken apart. {string.Join(" ", reasons.Take(3))}");
        }

        return row with
        {
            Status = JobStatus.Completed, CurrentStep = JobStep.Completed, CompletedAt = now, StatusMessage = $"{completed} of {items.Count} completed.", Warnings = reasons,
            Result = Payload.Write(new SeparationBatchResult(items, reasons)),
        };
    }
}
