using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <summary>
/// Accepts several separations as one job with a job for each. One row with all of them is what accepts: before it there is nothing, after it they come into being, through
/// the caller's request or, where that died, through the next sweep. Each then waits its turn and runs as any other job does; the batch itself takes no place.
/// </summary>
public sealed class SeparationBatches(ICatalog catalog, JobDesk desk, JobLedger ledger, SeparationDesk separations, SongRegister songs, UploadRegister uploads, Quotas quotas) : ISweep
{
    public const int MostItems = 50;

    const string Table = "separation-batches", Accepted = "accepted";
    const int PageRows = 100;

    sealed record Batch(Job Parent, IReadOnlyList<Job> Parts);

    /// <returns>The batch's job.</returns>
    /// <exception cref="PipelineException">None of them can be served, or together they are more than the day's quota; nothing was written.</exception>
    public async Task<Job> SubmitAsync(IReadOnlyList<SeparationWish> wishes, JobTerms terms, CancellationToken cancel = default)
    {
        if (await desk.FindEnteredAsync(JobKind.SeparationBatch, terms, cancel) is { } entered)
        {
            await CompleteAsync(KeyOf(entered), CancellationToken.None);
            return entered;
        }

        Batch batch = await DraftAsync(wishes, terms, cancel);
        RowKey key = KeyOf(batch.Parent);
        if (await catalog.FindAsync(key, cancel) is null)
        {
            try
            {
                await quotas.ClaimAsync(batch.Parts, cancel);
            }
            catch (PipelineException)
            {
                foreach (Job part in batch.Parts) await ForgetAsync(part);
                throw;
            }

            await catalog.TryInsertAsync(key, Payload.Write(batch), cancel);
        }

        // Accepted: from here on it is done whether or not the caller stays.
        return await ledger.GetAsync(await CompleteAsync(key, CancellationToken.None) ?? batch.Parent.JobId, CancellationToken.None);
    }

    /// <summary>Completes what died on the way.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        foreach (CatalogRow row in await catalog.QueryAsync(Table, Accepted, null, PageRows, cancel)) await CompleteAsync(row.Key, cancel);
    }

    /// <returns>The id of the batch's job; null if somebody else has entered it.</returns>
    async Task<string?> CompleteAsync(RowKey key, CancellationToken cancel)
    {
        while (await catalog.FindAsync(key, cancel) is { } row)
        {
            Batch batch = row.Read<Batch>();
            if (await TryEnterAsync(batch, cancel) is not { } renamed)
            {
                await catalog.DeleteAsync(key, cancel);
                return batch.Parent.JobId;
            }

            // Somebody took an id since it was found free; nobody has been told of it.
            await catalog.TryReplaceAsync(row, Payload.Write(renamed), cancel);
        }

        return null;
    }

    /// <returns>Null once all are there; else the batch with another id in the place of one that is taken.</returns>
    async Task<Batch?> TryEnterAsync(Batch batch, CancellationToken cancel)
    {
        if (!await desk.TryAddAsync(batch.Parent, cancel))
        {
            string id = JobIds.Draw(JobKind.SeparationBatch);
            Job parent = JobDesk.Rename(batch.Parent, id, batch.Parent.ReadInput<SeparationBatchInput>() with { JobId = id });
            return new(parent, [.. batch.Parts.Select(part => part with { ParentId = id })]);
        }

        // After a rename the row of the batch may name the part as it was.
        await ledger.UpdateAsync(batch.Parent.JobId, null, row => row.ReadInput<SeparationBatchInput>().Parts.SequenceEqual(batch.Parts.Select(part => part.JobId)) ? row : row with { Input = batch.Parent.Input }, cancel);
        for (int n = 0; n < batch.Parts.Count; n++)
        {
            if (!await desk.TryEnterAsync(batch.Parts[n], cancel)) return await RenameAsync(batch, n, cancel);
        }

        return null;
    }

    async Task<Batch> RenameAsync(Batch batch, int n, CancellationToken cancel)
    {
        Job part = batch.Parts[n], renamed = SeparationDesk.Rename(part, JobIds.Draw(JobKind.Separation));
        SeparationInput input = part.ReadInput<SeparationInput>();
        if (await songs.FindAsync(input.SongId, cancel) is { } song) await songs.NoteAsync(song with { Title = null, Artist = null, Notes = null }, null, renamed.JobId, cancel);
        await songs.ForgetAsync(input.SongId, part.JobId, cancel);
        if (UploadIds.OfPath(input.Source) is { } upload) await uploads.AddUseAsync(upload, renamed.JobId, cancel);
        SeparationBatchInput all = batch.Parent.ReadInput<SeparationBatchInput>();
        all = all with { Items = [.. all.Items.Select(item => item.JobId == part.JobId ? item with { JobId = renamed.JobId } : item)] };
        return new(batch.Parent with { Input = Payload.Write(all) }, [.. batch.Parts.Select(one => one == part ? renamed : one)]);
    }

    /// <summary>Jobs under ids that are free, a tick apart, so that every list and the queue have them in order.</summary>
    async Task<Batch> DraftAsync(IReadOnlyList<SeparationWish> wishes, JobTerms terms, CancellationToken cancel)
    {
        DateTime now = terms.Ticket?.At ?? ledger.UtcNow;
        string id = JobIds.For(JobKind.SeparationBatch, terms);
        List<Job> parts = [];
        List<SeparationItem> items = [];
        List<PipelineException> refusals = [];
        for (int n = 0; n < wishes.Count; n++)
        {
            SeparationWish wish = wishes[n];
            try
            {
                if (wish.Refusal is { } refusal) throw refusal;
                // The webhook is the batch's.
                Job part = await DraftAsync(wish, terms.Part(n) with { ParentId = id, JobId = null, WebhookUrl = null }, now.AddTicks(n + 1), cancel);
                parts.Add(part);
                items.Add(new(wish.Name, wish.Upload!.UploadId, part.JobId, part.ReadInput<SeparationInput>().SongId, null, null));
            }
            catch (PipelineException refusal)
            {
                refusals.Add(refusal);
                items.Add(new(wish.Name, wish.Upload?.UploadId, null, null, refusal.Problem.Code, refusal.Message));
            }
        }

        if (parts.Count == 0) throw NoneOf(items, refusals);
        Job parent = desk.Draft(
            JobKind.SeparationBatch, parts[0].Model, parts[0].DeviceUsed ?? "cpu", terms with { JobId = id, Ticket = null, After = [] }, (batch, _) => new SeparationBatchInput(batch, items), now);
        return new(parent, parts);
    }

    async Task<Job> DraftAsync(SeparationWish wish, JobTerms terms, DateTime at, CancellationToken cancel)
    {
        separations.Check(wish.Request!);
        string id = JobIds.For(JobKind.Separation, terms);
        bool isTaken = await ledger.FindAsync(id, cancel) is { } there && there.CreatedAt != at;
        terms = terms with { JobId = isTaken ? JobIds.Draw(JobKind.Separation) : id, Ticket = null };
        if (wish.Upload!.UploadId is not { } upload) return await separations.DraftAsync(wish.Upload, wish.Request!, terms, at, cancel);
        await uploads.AddUseAsync(upload, terms.JobId, cancel);
        try
        {
            // Noted first: whoever removes the upload sees that, or this sees it going.
            if (await uploads.FindAsync(upload, cancel) is not { Status: UploadStatus.Ready }) throw UploadRegister.Missing(upload);
            return await separations.DraftAsync(wish.Upload, wish.Request!, terms, at, cancel);
        }
        catch (PipelineException)
        {
            await uploads.RemoveUseAsync(upload, terms.JobId, CancellationToken.None);
            throw;
        }
    }

    async Task ForgetAsync(Job part)
    {
        SeparationInput input = part.ReadInput<SeparationInput>();
        await songs.ForgetAsync(input.SongId, part.JobId, CancellationToken.None);
        if (UploadIds.OfPath(input.Source) is { } upload) await uploads.RemoveUseAsync(upload, part.JobId, CancellationToken.None);
    }

    static PipelineException NoneOf(List<SeparationItem> items, List<PipelineException> refusals)
    {
        var details = new Dictionary<string, string>();
        for (int n = 0; n < items.Count; n++)
        {
            foreach ((string field, string fault) in refusals[n].Details) details[$"items[{n}].{field}"] = fault;
            if (refusals[n].Details.Count == 0) details[$"items[{n}]"] = refusals[n].Message;
        }

        Problem[] problems = [.. refusals.Select(refusal => refusal.Problem).Distinct()];
        return new(problems.Length == 1 ? problems[0] : Problem.InvalidRequest, $"None of the {items.Count} can be taken apart. {string.Join(" ", details.Values.Distinct().Take(3))}", details);
    }

    static RowKey KeyOf(Job parent) => new(Table, Accepted, string.Create(CultureInfo.InvariantCulture, $"{parent.CreatedAt.Ticks:D19}-{parent.JobId}"));
}
