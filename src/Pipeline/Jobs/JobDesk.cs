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
        while (true)
        {
            Job job = Draft(JobKind.Generation, engine.Facts.Name, engine.Facts.Device, (id, folder) => new GenerationInput(id, folder, accepted, seed, engine.Facts.Name));
            if (await TryEnterAsync(job, cancel)) return await ledger.GetAsync(job.JobId, cancel);
        }
    }

    /// <summary>A job that could be: its id is drawn, nothing is written.</summary>
    /// <param name="input">From the job's id and its dated folder.</param>
    /// <param name="id">Drawn unless given.</param>
    public Job Draft<TInput>(JobKind kind, string model, string device, Func<string, string, TInput> input, string? id = null)
    {
        DateTime now = ledger.UtcNow;
        id ??= JobIds.Draw(kind);
        return new()
        {
            JobId = id,
            Kind = kind,
            CreatedAt = now,
            QueueKey = JobQueue.KeyFor(now, id),
            Model = model,
            DeviceUsed = device,
            Input = Payload.Write(input(id, $"{JobIds.DateFolder(now)}/{id}")),
        };
    }

    /// <summary>Accepts a drafted job.</summary>
    /// <returns>False if its id is taken: draft another.</returns>
    public async Task<bool> TryEnterAsync(Job job, CancellationToken cancel = default)
    {
        await queue.EnterAsync(job.QueueKey, job.JobId, cancel);
        if (!await ledger.TryAddAsync(job, cancel)) return false;
        await index.AddAsync(job, cancel);
        await queue.AdmitAsync(cancel);
        return true;
    }

    /// <summary>Enters a job that was done while its caller waited, so that its files can be found as any other job's.</summary>
    /// <returns>False if its id is taken.</returns>
    public async Task<bool> TryRecordAsync(Job done, CancellationToken cancel = default)
    {
        if (!await ledger.TryAddAsync(done, cancel)) return false;
        await ledger.AnnounceEndAsync(done, cancel);
        await index.AddAsync(done, cancel);
        return true;
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
