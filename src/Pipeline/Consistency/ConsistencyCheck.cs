using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Consistency;

/// <summary>
/// Holds rows and files against each other. What belongs to a job that has not ended, or ended in the last minutes, is left alone, and uploads are not looked at.
/// </summary>
public sealed class ConsistencyCheck(JobIndex index, JobSummaries summaries, JobTallies tallies, JobLedger ledger, JobFiles files, JobBatches batches, SongCheck songs, IBlobStore store)
{
    /// <summary>Younger than this, a disagreement may be somebody's work under way.</summary>
    static readonly TimeSpan settling = TimeSpan.FromMinutes(5);

    /// <summary>Files may be copied here before their catalog is.</summary>
    static readonly TimeSpan orphanAge = TimeSpan.FromHours(1);

    public async Task<ConsistencyReport> RunAsync(RepairOrder order, CancellationToken cancel = default)
    {
        var findings = new Findings(order);
        DateTime now = ledger.UtcNow;
        await CheckBatchesAsync(findings, now - settling, cancel);
        await CheckJobsAsync(findings, now - settling, cancel);
        foreach (string container in (string[])[Containers.Outputs, Containers.Stems, Containers.Work]) await CheckFilesAsync(findings, container, now, cancel);
        return findings.Close(now);
    }

    async Task CheckBatchesAsync(Findings findings, DateTime before, CancellationToken cancel)
    {
        await foreach (RowKey key in batches.InterruptedAsync(cancel))
        {
            if (JobBatches.TimeOf(key) >= before) continue;
            await findings.AddAsync(
                InconsistencyKind.BatchInterrupted, key.Key, "A batch was accepted and interrupted; its missing jobs are made.", () => batches.CompleteAsync(key, cancel));
        }
    }

    async Task CheckJobsAsync(Findings findings, DateTime before, CancellationToken cancel)
    {
        var owners = new HashSet<string>();
        await foreach (JobSummary row in index.SummariesAsync(cancel))
        {
            findings.Jobs++;
            owners.Add(row.Owner);
            if (await ledger.FindAsync(row.JobId, cancel) is { } job) await CheckJobAsync(findings, row, job, before, cancel);
            else if (row.CreatedAt < before)
            {
                await findings.AddAsync(
                    InconsistencyKind.ListedWithoutJob, row.JobId, $"{row.JobId} is listed and does not exist; it leaves the lists.", () => summaries.RemoveAsync(row, cancel));
            }
        }

        await songs.RunAsync(findings, before, cancel);
        foreach (string scope in owners.SelectMany(JobSummaries.ScopesOf).Distinct())
        {
            await foreach (string end in tallies.OutdatedAsync(scope, cancel))
            {
                await findings.AddAsync(
                    InconsistencyKind.CountOutdated, scope, $"A count of the list '{scope}' is not that of its rows; it is counted anew.", () => tallies.ForgetStretchAsync(scope, end, cancel));
            }
        }
    }

    async Task CheckJobAsync(Findings findings, JobSummary row, Job job, DateTime before, CancellationToken cancel)
    {
        if (!Settled(job, before)) return;
        string id = job.JobId;
        if (!row.Agrees(JobSummary.Of(job)))
            await findings.AddAsync(InconsistencyKind.ListedOtherwise, id, $"{id} is listed as it was before; the lists are brought up to its row.", () => summaries.SyncAsync(job, cancel));
        if (!await summaries.HasAsync(job, cancel)) await NotListedAsync(findings, job, cancel);
        if (job.Status == JobStatus.Failed && string.IsNullOrEmpty(job.ErrorMessage))
        {
            await findings.AddAsync(
                InconsistencyKind.FailedWithoutMessage, id, $"{id} failed and does not say why; it says that now.",
                () => ledger.AmendAsync(id, failed => failed with { ErrorMessage = "The job failed; why was not recorded." }, cancel));
        }

        await songs.CheckAsync(findings, job, cancel);
        if (job.CompletedAt < job.CreatedAt)
        {
            await findings.AddAsync(
                InconsistencyKind.CompletedBeforeCreated, id, $"{id} ended before it was created; its end is moved to its creation.",
                () => ledger.AmendAsync(id, early => early with { CompletedAt = early.CreatedAt }, cancel));
        }

        if (!job.Purged && await FirstMissingAsync(job, cancel) is { } missing)
        {
            await findings.AddAsync(
                InconsistencyKind.FileMissing, id, $"{id} names {missing}, which is not there; its row says so from now on.", () => ledger.MarkPurgedAsync(id, cancel));
        }
    }

    async Task CheckFilesAsync(Findings findings, string container, DateTime now, CancellationToken cancel)
    {
        (string? lastId, Job? job) = (null, null);
        await foreach (BlobInfo blob in store.ListAsync(container, "", cancel))
        {
            findings.Files++;
            if (JobFiles.JobOf(blob.Ref) is not { } id) continue;
            bool first = id != lastId;
            if (first) (lastId, job) = (id, await ledger.FindAsync(id, cancel));
            if (job is null)
            {
                if (blob.LastModifiedUtc < now - orphanAge) await CheckOrphanAsync(findings, blob.Ref, cancel);
            }
            else if (first)
            {
                await CheckLeftoversAsync(findings, container, job, now - settling, cancel);
            }
        }
    }

    Task CheckOrphanAsync(Findings findings, BlobRef blob, CancellationToken cancel) => blob.Container == Containers.Work
        ? findings.AddAsync(InconsistencyKind.ScratchLeft, blob.ToString(), $"{blob} is scratch of no job; it is removed.", () => store.DeleteAsync(blob, cancel))
        : findings.AddAsync(
            InconsistencyKind.FileWithoutJob, blob.ToString(), $"{blob} is named after a job that does not exist; it is removed where deleting files is asked for.",
            () => store.DeleteAsync(blob, cancel), deletes: true);

    async Task CheckLeftoversAsync(Findings findings, string container, Job job, DateTime before, CancellationToken cancel)
    {
        if (!Settled(job, before)) return;
        if (!await summaries.HasAsync(job, cancel)) await NotListedAsync(findings, job, cancel);
        if (container == Containers.Work && !JobFiles.KeepsScratch(job))
            await findings.AddAsync(InconsistencyKind.ScratchLeft, job.JobId, $"{job.JobId} is over and has scratch; it is removed.", () => files.TidyAsync(job, cancel));
        if (container != Containers.Work && job.Status != JobStatus.Completed)
            await findings.AddAsync(InconsistencyKind.FileOfUnfinishedJob, job.JobId, $"{job.JobId} did not complete and has outputs; they are removed.", () => files.DeleteOutputsAsync(job, cancel));
    }

    Task NotListedAsync(Findings findings, Job job, CancellationToken cancel) => findings.AddAsync(
        InconsistencyKind.JobNotListed, job.JobId, $"{job.JobId} is missing from a list; it is entered.",
        async () =>
        {
            await summaries.EnterAsync(job, cancel);
            await summaries.SyncAsync(job, cancel);
        });

    async Task<BlobRef?> FirstMissingAsync(Job job, CancellationToken cancel)
    {
        foreach (BlobRef file in JobOutputs.Of(job).Values)
        {
            if (await store.FindAsync(file, cancel) is null) return file;
        }

        return null;
    }

    static bool Settled(Job job, DateTime before) => job.IsTerminal && (job.CompletedAt ?? job.CreatedAt) < before;
}
