using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DgxMusic.Api.Resources;

/// <summary>Files that callers hand in before they say what is to be done with them.</summary>
public sealed class Uploads(UploadReceiver receiver, UploadRegister register, SignedAddresses addresses, RemoteUploads remote)
{
    const int MostListed = 1000, UsuallyListed = 100, LongestContentType = 255;

    /// <summary>Takes a file, gives an address that takes a larger one, or fetches one from an address.</summary>
    public async Task<IResult> CreateAsync(HttpRequest request) => Multipart.Is(request) ? await ReceiveAsync(request) : await AnnounceAsync(request);

    /// <summary>Takes the file that an address was given for.</summary>
    public async Task<IResult> FillAsync(HttpRequest request, string id)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        await addresses.CheckAsync(id, Required(request, "expires"), Required(request, "signature"), cancel);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Intake.MostBytes;
        UploadRow row = await receiver.FillAsync(id, request.ContentLength, target => CopyAsync(request, target), cancel);
        return Created(request, row);
    }

    public async Task<IResult> ListAsync(HttpRequest request)
    {
        string after = request.Query["continuation"].ToString();
        if (after.Length > 0 && !after.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            throw new PipelineException(Problem.MalformedRequest, "'continuation' is not what an earlier page gave.");
        int limit = Query.Whole(request, "limit", UsuallyListed, 1, MostListed);
        UploadPage page = await register.ListAsync(Callers.Of(request).Id, after.Length == 0 ? null : after, limit, request.HttpContext.RequestAborted);
        return Results.Json(new UploadList([.. page.Uploads.Select(row => UploadResource.Of(row, register.UtcNow))], page.Continuation), ApiJson.Options);
    }

    public async Task<IResult> ReadAsync(HttpRequest request, string id) =>
        Results.Json(UploadResource.Of(await receiver.ReadAsync(id, Callers.Of(request), request.HttpContext.RequestAborted), register.UtcNow), ApiJson.Options);

    public async Task<IResult> DeleteAsync(HttpRequest request, string id)
    {
        await receiver.DeleteAsync(id, Callers.Of(request), request.HttpContext.RequestAborted);
        return Results.NoContent();
    }

    async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        UploadRow? row = null;
        try
        {
            Multipart form = await Multipart.ReadAsync(request, async (field, fileName, content) =>
            {
                if (field != "file" || row is not null) throw Wrong(field, row is null ? "Not a field; the file's is 'file'." : "One file at a time.");
                row = await receiver.ReceiveAsync(Callers.Of(request).Id, fileName.Length == 0 ? null : fileName, target => content.CopyToAsync(target, cancel), cancel);
            });
            var fields = new JsonFields(form.ToJson([]));
            fields.RefuseUnknown();
            if (row is null) fields.Faults["file"] = "'file' is missing.";
            Check(fields);
            return Created(request, row!);
        }
        catch when (row is not null)
        {
            await receiver.DeleteAsync(row.UploadId, Callers.Of(request), CancellationToken.None);
            throw;
        }
    }

    async Task<IResult> AnnounceAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        var fields = new JsonFields(await RequestBody.ReadObjectAsync(request));
        string? fileName = fields.Text("file_name"), type = fields.Text("content_type"), url = fields.Text("source_url");
        double? bytes = fields.Number("bytes");
        if (bytes is { } count && (count < 0 || count != Math.Truncate(count))) fields.Faults.TryAdd("bytes", "'bytes' is not a whole number.");
        if (type?.Length > LongestContentType) fields.Faults["content_type"] = $"'content_type' has more than {LongestContentType} characters.";
        if (url is not null && bytes is not null) fields.Faults["bytes"] = "'bytes' is for a file that is sent to us; what 'source_url' gives has the length it has.";
        if (url is not null && type is not null) fields.Faults["content_type"] = "'content_type' is for a file that is sent to us.";
        fields.RefuseUnknown();
        Check(fields);
        if (url is not null) return Accepted(request, await remote.AcceptAsync(Callers.Of(request).Id, url, fileName, Callers.TermsOf(request).Ticket, cancel));
        if (bytes > Intake.MostBytes) throw Intake.TooLarge();
        UploadRow row = await receiver.AnnounceAsync(Callers.Of(request).Id, fileName, (long?)bytes, cancel);
        string address = $"{Links.Root}/uploads/{row.UploadId}";
        request.HttpContext.Response.Headers.Location = address;
        DirectAddress? direct = await receiver.OfferAsync(row, cancel);
        string target = direct?.Url.AbsoluteUri ?? $"{address}/content?{await addresses.SignAsync(row.UploadId, row.ExpiresAt!.Value, cancel)}";
        return Results.Json(
            new UploadAddress(row.UploadId, target, "PUT", direct?.Headers ?? new Dictionary<string, string>(), row.Blob.ToString(), row.ExpiresAt!.Value, Intake.MostBytes),
            ApiJson.Options, statusCode: StatusCodes.Status201Created);
    }

    IResult Created(HttpRequest request, UploadRow row) => Answer(request, row, StatusCodes.Status201Created);

    IResult Accepted(HttpRequest request, UploadRow row) => Answer(request, row, StatusCodes.Status202Accepted);

    IResult Answer(HttpRequest request, UploadRow row, int status)
    {
        request.HttpContext.Response.Headers.Location = $"{Links.Root}/uploads/{row.UploadId}";
        return Results.Json(UploadResource.Of(row, register.UtcNow), ApiJson.Options, statusCode: status);
    }

    /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/>: the body breaks off.</exception>
    static async Task CopyAsync(HttpRequest request, Stream target)
    {
        try
        {
            await request.Body.CopyToAsync(target, request.HttpContext.RequestAborted);
        }
        catch (IOException fault) when (fault is not BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            throw new PipelineException(Problem.MalformedRequest, "The file breaks off before its announced end; nothing of it was kept.");
        }
    }

    static string Required(HttpRequest request, string name) =>
        request.Query[name].ToString() is { Length: > 0 } value ? value : throw new PipelineException(Problem.SignatureInvalid, $"'{name}' is missing: an upload address is as POST /api/v1/uploads gives it.");

    static void Check(JsonFields fields)
    {
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }

    static PipelineException Wrong(string field, string fault) => new(Problem.InvalidRequest, $"'{field}': {fault}", new Dictionary<string, string> { [field] = fault });
}
