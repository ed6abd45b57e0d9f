using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>
/// Accepts several generations, all or none. One row with all of them is what accepts: before it there is nothing, after it they come into being, through the caller's
/// request or, where that died, through the next sweep. The row goes when they are all there.
/// </summary>
public sealed class JobBatches(ICatalog catalog, JobDesk desk, JobLedger ledger, Quotas quotas) : ISweep
{
    public const int MostRequests = 10;

    const string Table = "batches", Accepted = "accepted";
    const int PageRows = 100;

    sealed record Batch(IReadOnlyList<Job> Jobs);

    /// <param name="count">1 to <see cref="MostRequests"/>.</param>
    /// <param name="read">The request of an index and its own terms, besides which <paramref name="terms"/> hold for all; may refuse it.</param>
    /// <returns>The jobs in the order of the requests, which is that of the queue.</returns>
    /// <exception cref="PipelineException">One detail a fault, <c>requests[3].prompt</c>; nothing was written.</exception>
    public async Task<IReadOnlyList<Job>> SubmitAsync(int count, Func<int, Task<(GenerationRequest Request, JobTerms Own)>> read, JobTerms terms, CancellationToken cancel = default)
    {
        Func<JobTerms, DateTime, Job>[] plans = await PlanAllAsync(count, read);
        DateTime now = terms.Ticket?.At ?? ledger.UtcNow;
        var batch = new Batch(await DraftAsync(plans, terms, now, cancel));
        var key = new RowKey(Table, Accepted, string.Create(CultureInfo.InvariantCulture, $"{now.Ticks:D19}-{batch.Jobs[0].JobId}"));
        await quotas.ClaimAsync(batch.Jobs, cancel);
        await catalog.TryInsertAsync(key, Payload.Write(batch), cancel);
        // Accepted: from here on it is done whether or not the caller stays.
        IReadOnlyList<Job> entered = await CompleteAsync(key, CancellationToken.None) ?? batch.Jobs;
        List<Job> jobs = [];
        foreach (Job job in entered) jobs.Add(await ledger.GetAsync(job.JobId, CancellationToken.None));
        return jobs;
    }

    /// <summary>Completes what died on the way.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        await foreach (RowKey key in InterruptedAsync(cancel)) await CompleteAsync(key, cancel);
    }

    /// <summary>When a batch was accepted.</summary>
    internal static DateTime TimeOf(RowKey batch) => new(long.Parse(batch.Key.AsSpan(0, batch.Key.IndexOf('-')), CultureInfo.InvariantCulture), DateTimeKind.Utc);

    /// <summary>Batches of which some jobs may not be there yet.</summary>
    internal async IAsyncEnumerable<RowKey> InterruptedAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        foreach (CatalogRow row in await catalog.QueryAsync(Table, Accepted, null, PageRows, cancel)) yield return row.Key;
    }

    /// <returns>The jobs as they were entered; null if somebody else has entered them.</returns>
    internal async Task<IReadOnlyList<Job>?> CompleteAsync(RowKey key, CancellationToken cancel)
    {
        while (await catalog.FindAsync(key, cancel) is { } row)
        {
            List<Job> jobs = [.. row.Read<Batch>().Jobs];
            int taken = -1;
            for (int n = 0; n < jobs.Count && taken < 0; n++)
            {
                if (!await desk.TryEnterAsync(jobs[n], cancel)) taken = n;
            }

            if (taken < 0)
            {
                await catalog.DeleteAsync(key, cancel);
                return jobs;
            }

            // Somebody took the id since it was found free; nobody has been told of it.
            jobs[taken] = JobDesk.Rename(jobs[taken]);
            await catalog.TryReplaceAsync(row, Payload.Write(new Batch(jobs)), cancel);
        }

        return null;
    }

    async Task<Func<JobTerms, DateTime, Job>[]> PlanAllAsync(int count, Func<int, Task<(GenerationRequest Request, JobTerms Own)>> read)
    {
        var plans = new Func<JobTerms, DateTime, Job>[count];
        Dictionary<int, PipelineException> refusals = [];
        for (int index = 0; index < count; index++)
        {
            try
            {
                (GenerationRequest request, JobTerms own) = await read(index);
                Func<JobTerms, DateTime, Job> plan = desk.Plan(request);
                plans[index] = (asked, at) => plan(asked with { Priority = own.Priority, After = own.After, WebhookUrl = own.WebhookUrl }, at);
            }
            catch (PipelineException refusal)
            {
                refusals[index] = refusal;
            }
        }

        return refusals.Count == 0 ? plans : throw Join(refusals, count);
    }

    static PipelineException Join(Dictionary<int, PipelineException> refusals, int count)
    {
        Problem[] problems = [.. refusals.Values.Select(refusal => refusal.Problem).Distinct()];
        var details = new Dictionary<string, string>();
        foreach ((int index, PipelineException refusal) in refusals)
        {
            foreach ((string field, string fault) in refusal.Details) details[$"requests[{index}].{field}"] = fault;
            if (refusal.Details.Count == 0) details[$"requests[{index}]"] = refusal.Message;
        }

        string message = $"{refusals.Count} of {count} requests cannot be served, so none was accepted. {string.Join(" ", details.Select(detail => $"{detail.Key}: {detail.Value}"))}";
        return new(problems.Length == 1 ? problems[0] : Problem.InvalidRequest, message, details);
    }

    /// <summary>Jobs under ids that are free, a tick apart, so that every list and the queue have them in order.</summary>
    async Task<IReadOnlyList<Job>> DraftAsync(Func<JobTerms, DateTime, Job>[] plans, JobTerms terms, DateTime now, CancellationToken cancel)
    {
        var jobs = new List<Job>();
        while (jobs.Count < plans.Length)
        {
            JobTerms asked = (terms with { JobId = null }).Part(jobs.Count);
            Job job = plans[jobs.Count](asked, now.AddTicks(jobs.Count));
            Job? there = await ledger.FindAsync(job.JobId, cancel);
            // A request that comes again finds its own jobs.
            if (jobs.All(other => other.JobId != job.JobId) && (there is null || there.QueueKey == job.QueueKey)) jobs.Add(job);
            else terms = terms with { Ticket = null };
        }

        return jobs;
    }
}

/// <summary>Something a host looks after from time to time, at its start too: what a crash may have left half done.</summary>
public interface ISweep
{
    Task SweepAsync(CancellationToken cancel = default);
}
