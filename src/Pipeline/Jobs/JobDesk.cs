using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Orchestrations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Where callers hand jobs in and take them back.</summary>
public sealed class JobDesk(JobLedger ledger, JobIndex index, JobQueue queue, JobFiles files, EngineRegistry engines)
{
    /// <summary>Seeds drawn for a caller stay below 2⁵³, so that every JSON reader returns them unharmed.</summary>
    const ulong DrawnSeedMask = (1UL << 53) - 1;

    /// <summary>Accepts a generation: when this returns, the job survives anything short of losing the disk.</summary>
    /// <exception cref="PipelineException">The request is not one we serve; nothing was written.</exception>
    public async Task<Job> SubmitAsync(GenerationRequest request, CancellationToken cancel = default)
    {
        GenerationRequest accepted = GenerationRules.Check(request);
        IMusicGenerator engine = engines.Find(accepted.Model);
        ulong seed = accepted.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) & DrawnSeedMask;
        DateTime now = ledger.UtcNow;
        while (true)
        {
            string id = JobIds.Draw(JobKind.Generation), queueKey = JobQueue.KeyFor(now, id);
            var job = new Job
            {
                JobId = id,
                Kind = JobKind.Generation,
                CreatedAt = now,
                QueueKey = queueKey,
                Model = engine.Facts.Name,
                DeviceUsed = engine.Facts.Device,
                Input = Payload.Write(new GenerationInput(id, $"{JobIds.DateFolder(now)}/{id}", accepted, seed, engine.Facts.Name)),
            };
            await queue.EnterAsync(queueKey, id, cancel);
            if (!await ledger.TryAddAsync(job, cancel)) continue;
            await index.AddAsync(job, cancel);
            await queue.AdmitAsync(cancel);
            return await ledger.GetAsync(id, cancel);
        }
    }

    /// <summary>Takes a job back. One that waits is cancelled at once; one that runs only with <paramref name="force"/>, and then within one block of its work.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>; <see cref="Problem.JobState"/>: it runs and force was not given, or it is over.</exception>
    public async Task<Job> CancelAsync(string jobId, bool force, CancellationToken cancel = default)
    {
        Job before = await ledger.GetAsync(jobId, cancel);
        if (before.IsTerminal) throw new PipelineException(Problem.JobState, $"Job {jobId} is {before.Status.ToString().ToLowerInvariant()} already.");
        Job after = await ledger.UpdateAsync(jobId, "cancel", job => Cancel(job, force), cancel);
        if (after.Status == JobStatus.Cancelled)
        {
            await queue.LeaveAsync(after, cancel);
            await files.TidyAsync(after, cancel);
            await queue.AdmitAsync(cancel);
            return after;
        }

        if (after.IsTerminal) throw new PipelineException(Problem.JobState, $"Job {jobId} is {after.Status.ToString().ToLowerInvariant()} already.");
        return after.CancelRequested ? after : throw new PipelineException(Problem.JobState, $"Job {jobId} is currently processing; force=true cancels it all the same.");
    }

    Job Cancel(Job job, bool force)
    {
        if (job.Status == JobStatus.Pending) return CloseJob.Cancel(job) with { CompletedAt = ledger.UtcNow };
        return force ? job with { CancelRequested = true, StatusMessage = "Cancelling." } : job;
    }
}
