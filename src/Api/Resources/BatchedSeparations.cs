using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Uploads;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>Several tracks that callers want taken apart at once. What cannot be is reported, the others run.</summary>
public sealed class BatchedSeparations(SeparationBatches batches, BatchParents parents, JobLedger ledger, UploadDesk uploads, UploadReceiver receiver, Estimates estimates, TermsBody terms)
{
    const int MostItemBytes = 8 << 10, MostBytes = (SeparationBatches.MostItems * MostItemBytes) + MostItemBytes;

    /// <summary>Takes posted files, or a list of those of the store.</summary>
    public Task<IResult> CreateAsync(HttpRequest request) => Multipart.Is(request) ? PostedAsync(request) : StoredAsync(request);

    public async Task<IResult> ReadAsync(HttpRequest request, string id)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Job batch = await ledger.GetAsync(id, Callers.Of(request), cancel);
        if (batch.Kind != JobKind.SeparationBatch) throw new PipelineException(Problem.JobNotFound, $"There is no batch {id}.");
        return Results.Json(SeparationBatchResource.Of(batch, await parents.ReadAsync(batch, cancel), null), ApiJson.Options);
    }

    async Task<IResult> PostedAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        List<(string Name, UploadRow? Row, PipelineException? Refusal)> files = [];
        try
        {
            Multipart form = await Multipart.ReadAsync(request, async (field, fileName, content) =>
            {
                if (field != "file") throw Wrong(field, "Not a field; the files' is 'file'.");
                if (files.Count == SeparationBatches.MostItems) throw Wrong("file", $"At most {SeparationBatches.MostItems} files are accepted.");
                string name = fileName.Length == 0 ? $"file {files.Count + 1}" : fileName;
                try
                {
                    files.Add((name, await receiver.ReceiveAsync(
                        Callers.Of(request).Id, fileName.Length == 0 ? null : fileName, target => content.CopyToAsync(target, cancel), cancel, Callers.TermsOf(request).Ticket?.Part(files.Count)), null));
                }
                catch (PipelineException refusal) when (refusal.Problem.Status < 500)
                {
                    files.Add((name, null, refusal));
                }
            });
            (JsonElement body, JobTerms asked) = await terms.TakeAsync(form.ToJson(SeparationBody.Texts), Callers.TermsOf(request), Callers.Of(request), cancel);
            var fields = new JsonFields(body);
            SeparationRequest separation = SeparationBody.Read(fields);
            if (separation.Title is not null) fields.Faults["title"] = "Each file has its own title; a JSON list of uploads can say them.";
            if (files.Count == 0) fields.Faults["file"] = "'file' is missing.";
            Separations.Check(fields);
            List<SeparationWish> wishes = [];
            foreach ((string name, UploadRow? row, PipelineException? refusal) in files)
                wishes.Add(new(name, row is null ? null : await uploads.FindAsync(JobKind.Separation, row.UploadId, Callers.Of(request), cancel), separation, refusal));
            return await SubmitAsync(request, wishes, asked, ownsUploads: true);
        }
        catch
        {
            foreach ((_, UploadRow? row, _) in files)
            {
                if (row is not null) await receiver.DropAsync(row.UploadId);
            }

            throw;
        }
    }

    async Task<IResult> StoredAsync(HttpRequest request)
    {
        (JsonElement body, JobTerms asked) = await terms.TakeAsync(await RequestBody.ReadObjectAsync(request, MostBytes), Callers.TermsOf(request), Callers.Of(request), request.HttpContext.RequestAborted);
        List<SeparationWish> wishes = [];
        foreach (JsonElement item in SeparationBatchBody.Read(body)) wishes.Add(await ReadAsync(request, item, wishes.Count));
        return await SubmitAsync(request, wishes, asked, ownsUploads: false);
    }

    async Task<SeparationWish> ReadAsync(HttpRequest request, JsonElement item, int index)
    {
        string name = $"item {index + 1}";
        try
        {
            var fields = new JsonFields(item.ValueKind == JsonValueKind.Object ? item : throw Wrong($"items[{index}]", "An item is an object with 'upload_id' or 'blob'."));
            SeparationRequest separation = SeparationBody.Read(fields);
            StoredSource source = StoredSource.Read(fields);
            name = source.UploadId ?? source.Path ?? name;
            Separations.Check(fields);
            Upload upload = await source.FindAsync(uploads, JobKind.Separation, Callers.Of(request), request.HttpContext.RequestAborted);
            return new(upload.FileName ?? name, upload, await ReferenceFiles.FindAsync(separation, uploads, Callers.Of(request), request.HttpContext.RequestAborted), null);
        }
        catch (PipelineException refusal) when (refusal.Problem.Status < 500)
        {
            return new(name, null, null, refusal);
        }
    }

    /// <param name="ownsUploads">They came with the request, and go where nothing comes of them.</param>
    async Task<IResult> SubmitAsync(HttpRequest request, List<SeparationWish> wishes, JobTerms asked, bool ownsUploads)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Job batch = await batches.SubmitAsync(wishes, asked, cancel);
        IReadOnlyList<BatchedSeparation> items = await parents.ReadAsync(batch, cancel);
        foreach (BatchedSeparation refused in items.Where(item => ownsUploads && item is { JobId: null, UploadId: not null })) await receiver.DropAsync(refused.UploadId!);
        double seconds = 0;
        foreach (string? id in items.Select(item => item.JobId))
        {
            if (id is not null && await ledger.FindAsync(id, cancel) is { } job) seconds += await estimates.SecondsAsync(job, cancel);
        }

        request.HttpContext.Response.Headers.Location = Links.Job(batch.JobId);
        return Results.Json(SeparationBatchResource.Of(batch, items, seconds), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    static PipelineException Wrong(string field, string fault) => new(Problem.InvalidRequest, $"'{field}': {fault}", new Dictionary<string, string> { [field] = fault });
}
