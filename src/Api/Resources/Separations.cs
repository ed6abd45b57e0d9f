using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Uploads;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>What a caller gets for a separation that was accepted.</summary>
/// <param name="UploadId">Null where the file came by no upload.</param>
/// <param name="EstimatedTimeSeconds">Of work, without the time in the queue.</param>
public sealed record SeparationAcceptance(string JobId, string SongId, string? UploadId, JobStatus Status, int? QueuePosition, double EstimatedTimeSeconds, string Model, DateTime CreatedAt, string StatusUrl, string EventsUrl);

/// <summary>Tracks that callers want taken apart.</summary>
public sealed class Separations(SeparationDesk desk, UploadDesk uploads, UploadReceiver receiver, JobQueue queue, Estimates estimates, TermsBody terms)
{
    /// <summary>Takes a posted file, or one of the store.</summary>
    public Task<IResult> CreateAsync(HttpRequest request) => Multipart.Is(request) ? PostedAsync(request) : StoredAsync(request);

    async Task<IResult> PostedAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        UploadRow? row = null;
        try
        {
            Multipart form = await Multipart.ReadAsync(request, async (field, fileName, content) =>
            {
                if (field != "file" || row is not null) throw Wrong(field, row is null ? "Not a field; the file's is 'file'." : "One file at a time; POST /api/v1/separations/batch takes several.");
                row = await receiver.ReceiveAsync(Callers.Of(request).Id, fileName.Length == 0 ? null : fileName, target => content.CopyToAsync(target, cancel), cancel, Callers.TermsOf(request).Ticket);
            });
            (JsonElement body, JobTerms asked) = await terms.TakeAsync(form.ToJson(SeparationBody.Texts), Callers.TermsOf(request), Callers.Of(request), cancel);
            var fields = new JsonFields(body);
            SeparationRequest separation = SeparationBody.Read(fields);
            if (row is null) fields.Faults["file"] = "'file' is missing.";
            Check(fields);
            return await SubmitAsync(request, await uploads.FindAsync(JobKind.Separation, row!.UploadId, Callers.Of(request), cancel), separation, asked);
        }
        catch when (row is not null)
        {
            await receiver.DropAsync(row.UploadId);
            throw;
        }
    }

    async Task<IResult> StoredAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        (JsonElement body, JobTerms asked) = await terms.TakeAsync(await RequestBody.ReadObjectAsync(request), Callers.TermsOf(request), Callers.Of(request), cancel);
        var fields = new JsonFields(body);
        SeparationRequest separation = SeparationBody.Read(fields);
        bool isRemote = fields.Text("source_url") is not null;
        StoredSource source = StoredSource.Read(fields);
        if (isRemote) fields.Faults["source_url"] = "POST /api/v1/uploads fetches a file from 'source_url'; give its 'upload_id' here once it is ready.";
        Check(fields);
        separation = await ReferenceFiles.FindAsync(separation, uploads, Callers.Of(request), cancel);
        return await SubmitAsync(request, await source.FindAsync(uploads, JobKind.Separation, Callers.Of(request), cancel), separation, asked);
    }

    async Task<IResult> SubmitAsync(HttpRequest request, Upload upload, SeparationRequest separation, JobTerms asked)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Job job = await desk.SubmitAsync(upload, separation, asked, cancel);
        var acceptance = new SeparationAcceptance(
            job.JobId, job.ReadInput<SeparationInput>().SongId, upload.UploadId, JobStatus.Pending, await queue.PositionAsync(job, cancel), await estimates.SecondsAsync(job, cancel),
            job.Model, job.CreatedAt, Links.Job(job.JobId), Links.Events(job.JobId));
        request.HttpContext.Response.Headers.Location = acceptance.StatusUrl;
        return Results.Json(acceptance, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    internal static void Check(JsonFields fields)
    {
        fields.RefuseUnknown();
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }

    static PipelineException Wrong(string field, string fault) => new(Problem.InvalidRequest, $"'{field}': {fault}", new Dictionary<string, string> { [field] = fault });
}
