using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Telemetry;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Where callers hand jobs in and take them back.</summary>
public sealed class JobDesk(JobLedger ledger, JobSummaries summaries, JobQueue queue, JobFiles files, PromptStatistics prompts, EngineRegistry engines, Quotas quotas)
{
    /// <summary>Seeds drawn for a caller stay below 2⁵³, so that every JSON reader returns them unharmed.</summary>
    const ulong DrawnSeedMask = (1UL << 53) - 1;

    /// <summary>Accepts a generation: when this returns, the job survives anything short of losing the disk.</summary>
    /// <exception cref="PipelineException">The request is not one we serve; nothing was written.</exception>
    public async Task<Job> SubmitAsync(GenerationRequest request, JobTerms terms, CancellationToken cancel = default)
    {
        Func<JobTerms, DateTime, Job> plan = Plan(request);
        return await EnterAsync(terms, asked => plan(asked, asked.Ticket?.At ?? ledger.UtcNow), cancel);
    }

    /// <summary>Decides all that chance or the machine would decide for a generation.</summary>
    /// <returns>Drafts the job as of a time.</returns>
    /// <exception cref="PipelineException">The request is not one we serve.</exception>
    internal Func<JobTerms, DateTime, Job> Plan(GenerationRequest request)
    {
        GenerationRequest accepted = GenerationRules.Check(request);
        IGenerationEngine engine = engines.Find(accepted.Model);
        if (accepted.ContinueFrom is not null && engine is not MusicGenEngine && !engine.Facts.IsMock)
        {
            string fault = $"{engine.Facts.Name} cannot continue music; {string.Join(", ", EngineRegistry.MusicGens)} can.";
            throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["continue_from"] = fault });
        }

        ulong seed = accepted.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) & DrawnSeedMask;
        return (terms, at) => Draft(
            JobKind.Generation, engine.Facts.Name, engine.Facts.Device, terms, (id, folder) => new GenerationInput(id, folder, accepted, seed, engine.Facts.Name, engine is MusicGenEngine), at);
    }

    /// <summary>A drafted generation under another id.</summary>
    internal static Job Rename(Job draft)
    {
        string id = JobIds.Draw(draft.Kind);
        return Rename(draft, id, draft.ReadInput<GenerationInput>() with { JobId = id, Folder = $"{draft.DateFolder}/{id}" });
    }

    /// <summary>A draft under another id.</summary>
    /// <param name="input">With the same id in it.</param>
    internal static Job Rename<TInput>(Job draft, string id, TInput input) => draft with
    {
        JobId = id,
        Webhook = draft.Webhook is { } webhook ? webhook with { DeliveryId = JobWebhook.IdOf(id) } : null,
        QueueKey = JobQueue.KeyFor(draft.Priority, draft.CreatedAt, id),
        Input = Payload.Write(input),
    };

    /// <summary>A job that could be: its id is drawn, nothing is written.</summary>
    /// <param name="input">From the job's id and its dated folder.</param>
    /// <param name="at">When it is accepted; unless given, what the ticket says, or now.</param>
    public Job Draft<TInput>(JobKind kind, string model, string device, JobTerms terms, Func<string, string, TInput> input, DateTime? at = null)
    {
        DateTime now = at ?? terms.Ticket?.At ?? ledger.UtcNow;
        string id = JobIds.For(kind, terms);
        return new()
        {
            JobId = id,
            Kind = kind,
            CreatedAt = now,
            QueueKey = JobQueue.KeyFor(terms.Priority, now, id),
            Model = model,
            Owner = terms.Owner,
            Priority = terms.Priority,
            After = terms.After,
            ParentId = terms.ParentId,
            DeviceUsed = device,
            Webhook = terms.WebhookUrl is { } url ? new(url, JobWebhook.IdOf(id)) : null,
            TraceParent = Spans.ParentForNewJob(),
            Input = Payload.Write(input(id, $"{JobIds.DateFolder(now)}/{id}")),
        };
    }

    /// <summary>Accepts a job, under another id where the one it was drafted with is taken.</summary>
    public async Task<Job> EnterAsync(JobTerms terms, Func<JobTerms, Job> draft, CancellationToken cancel = default)
    {
        while (true)
        {
            Job job = draft(terms);
            await quotas.ClaimAsync([job], cancel);
            if (await TryEnterAsync(job, cancel)) return await ledger.GetAsync(job.JobId, cancel);
            await quotas.ReleaseAsync(job, cancel);
            terms = terms with { JobId = null, Ticket = null };
        }
    }

    /// <summary>The job that an earlier delivery of the same request has entered; null: none has.</summary>
    public async Task<Job?> FindEnteredAsync(JobKind kind, JobTerms terms, CancellationToken cancel = default) =>
        terms.Ticket is { } ticket && await ledger.FindAsync(JobIds.For(kind, terms), cancel) is { } job && job.CreatedAt == ticket.At && job.Owner == terms.Owner ? job : null;

    /// <summary>Accepts a job as drafted; once more changes nothing.</summary>
    /// <returns>False if its id is another job's.</returns>
    internal async Task<bool> TryEnterAsync(Job job, CancellationToken cancel = default)
    {
        await queue.EnterAsync(job.QueueKey, job.JobId, cancel);
        if (!await TryAddAsync(job, cancel))
        {
            await queue.LeaveAsync(job, cancel);
            return false;
        }

        await queue.AdmitAsync(cancel);
        return true;
    }

    /// <summary>Does a job while its caller waits, within their quota.</summary>
    /// <param name="work">Gives the job as it was recorded.</param>
    public async Task<Job> DoNowAsync(Job draft, Func<Task<Job>> work, CancellationToken cancel = default)
    {
        await quotas.ClaimAsync([draft], cancel);
        try
        {
            Job done = await work();
            await quotas.SettleAsync(draft, done, CancellationToken.None);
            return done;
        }
        catch
        {
            await quotas.ReleaseAsync(draft, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Enters a job that was done while its caller waited, so that its files can be found as any other job's.</summary>
    /// <returns>False if its id is taken.</returns>
    public async Task<bool> TryRecordAsync(Job done, CancellationToken cancel = default)
    {
        if (!await TryAddAsync(done, cancel)) return false;
        await ledger.AnnounceEndAsync(done, cancel);
        return true;
    }

    /// <summary>Writes a job as drafted, in all lists but the queue; once more changes nothing.</summary>
    /// <returns>False if its id is another job's.</returns>
    internal async Task<bool> TryAddAsync(Job job, CancellationToken cancel)
    {
        await summaries.EnterAsync(job, cancel);
        if (await ledger.TryAddAsync(job, cancel))
        {
            if (job.Kind == JobKind.Generation) await prompts.CountAsync(job.Owner, job.ReadInput<GenerationInput>().Request.Prompt, cancel);
            return true;
        }

        if (await ledger.FindAsync(job.JobId, cancel) is { } there && there.QueueKey == job.QueueKey) return true;
        await summaries.RemoveAsync(JobSummary.Of(job), cancel);
        return false;
    }

    /// <summary>Takes a job back. One that waits is cancelled at once; one that runs only with <paramref name="force"/>, and then within one block of its work.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>; <see cref="Problem.JobState"/>: it runs and force was not given, or it is over.</exception>
    public async Task<Job> CancelAsync(string jobId, Caller caller, bool force, CancellationToken cancel = default)
    {
        Job before = await ledger.GetAsync(jobId, caller, cancel);
        if (before.IsTerminal) throw new PipelineException(Problem.JobState, $"Job {jobId} is {before.Status.ToString().ToLowerInvariant()} already.");
        Job after = await ledger.UpdateAsync(jobId, "cancel", job => Cancel(job, force), cancel);
        if (after.Status == JobStatus.Cancelled)
        {
            await queue.LeaveAsync(after, cancel);
            await files.TidyAsync(after, cancel);
            await quotas.SettleAsync(after, cancel);
            await queue.AdmitAsync(cancel);
            return after;
        }

        if (after.IsTerminal) throw new PipelineException(Problem.JobState, $"Job {jobId} is {after.Status.ToString().ToLowerInvariant()} already.");
        return after.CancelRequested ? after : throw new PipelineException(Problem.JobState, $"Job {jobId} is currently processing; force=true cancels it all the same.");
    }

    Job Cancel(Job job, bool force)
    {
        if (job.Status == JobStatus.Pending) return CloseJob.Cancel(job, ledger.UtcNow);
        return force ? job with { CancelRequested = true, StatusMessage = "Cancelling." } : job;
    }
}
