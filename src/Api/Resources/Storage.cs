using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>A file of the store.</summary>
public sealed record StoredFile(string Path, long SizeBytes, double SizeMb, DateTime ModifiedAt)
{
    const double BytesPerMebibyte = 1 << 20;

    public static StoredFile Of(BlobInfo blob) => new(blob.Ref.ToString(), blob.Bytes, blob.Bytes / BytesPerMebibyte, blob.LastModifiedUtc);
}

public sealed record StoredFiles(IReadOnlyList<StoredFile> Files, string? Continuation);

public sealed record StoredPath(string Path, bool Exists);

public sealed record Deletion(bool Deleted);

public sealed record EmptyFolders(int Removed);

/// <summary>Files of the store: find, move, copy, remove, list, count, clean up.</summary>
public sealed class Storage(StoreFiles files, Retention retention, JobLedger ledger)
{
    const int MostFiles = 1000, MostDays = 36_500, UsualDays = 30;

    /// <summary>Where a job's output lies, today's unless a date is given.</summary>
    public async Task<IResult> ReadPathAsync(HttpRequest request)
    {
        string name = Required(request, "job_id"), extension = request.Query["extension"].ToString();
        DateTime date = StorePaths.ParseDate("date", request.Query["date"].ToString()) ?? ledger.UtcNow;
        return await DescribeAsync(StorePaths.Output(name, extension, date), request);
    }

    public Task<IResult> ReadExistsAsync(HttpRequest request) => DescribeAsync(PathOf(request), request);

    public async Task<IResult> ReadSizeAsync(HttpRequest request) =>
        Results.Json(StoredFile.Of(await files.GetAsync(PathOf(request), request.HttpContext.RequestAborted)), ApiJson.Options);

    public async Task<IResult> ListAsync(HttpRequest request)
    {
        DateTime? from = StorePaths.ParseDate("start_date", request.Query["start_date"].ToString()), to = StorePaths.ParseDate("end_date", request.Query["end_date"].ToString());
        if (from > to) throw new PipelineException(Problem.MalformedRequest, "'start_date' is after 'end_date'.");
        string extension = request.Query["extension"].ToString().ToLowerInvariant(), after = request.Query["continuation"].ToString();
        var filter = new StoreFilter(
            ContainerOf(request), from, to, extension.Length == 0 ? null : extension[0] == '.' ? extension : "." + extension,
            Query.Whole(request, "limit", MostFiles, 0, MostFiles), after.Length == 0 ? null : after);
        StorePage page = await files.ListAsync(filter, request.HttpContext.RequestAborted);
        return Results.Json(new StoredFiles([.. page.Files.Select(StoredFile.Of)], page.Continuation), ApiJson.Options);
    }

    public async Task<IResult> CountAsync(HttpRequest request) =>
        Results.Json(await files.CountAsync(ContainerOf(request), request.HttpContext.RequestAborted), ApiJson.Options);

    public async Task<IResult> DeleteAsync(HttpRequest request) =>
        Results.Json(new Deletion(await files.DeleteAsync(PathOf(request), request.HttpContext.RequestAborted)), ApiJson.Options);

    public Task<IResult> MoveAsync(HttpRequest request) => TransferAsync(request, files.MoveAsync);

    public Task<IResult> CopyAsync(HttpRequest request) => TransferAsync(request, files.CopyAsync);

    public async Task<IResult> CleanAsync(HttpRequest request)
    {
        int days = Query.Whole(request, "days_old", UsualDays, 0, MostDays);
        return Results.Json(await retention.CleanAsync(days, Query.Flag(request, "dry_run", usual: true), request.HttpContext.RequestAborted), ApiJson.Options);
    }

    public async Task<IResult> RemoveEmptyFoldersAsync(HttpRequest request)
    {
        int removed = 0;
        foreach (string container in StorePaths.Containers) removed += await files.RemoveEmptyFoldersAsync(container, request.HttpContext.RequestAborted);
        return Results.Json(new EmptyFolders(removed), ApiJson.Options);
    }

    static async Task<IResult> TransferAsync(HttpRequest request, Func<BlobRef, BlobRef, bool, CancellationToken, Task<BlobInfo>> transfer)
    {
        var fields = new JsonFields(await RequestBody.ReadObjectAsync(request));
        string? source = fields.Text("source"), destination = fields.Text("destination");
        bool overwrite = fields.Flag("overwrite") ?? false;
        fields.RefuseUnknown();
        if (source is null) fields.Faults.TryAdd("source", "'source' is missing.");
        if (destination is null) fields.Faults.TryAdd("destination", "'destination' is missing.");
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
        return Results.Json(StoredFile.Of(await transfer(StorePaths.Parse(source!), StorePaths.Parse(destination!), overwrite, request.HttpContext.RequestAborted)), ApiJson.Options);
    }

    async Task<IResult> DescribeAsync(BlobRef blob, HttpRequest request) =>
        Results.Json(new StoredPath(blob.ToString(), await files.FindAsync(blob, request.HttpContext.RequestAborted) is not null), ApiJson.Options);

    static BlobRef PathOf(HttpRequest request) => StorePaths.Parse(Required(request, "path"));

    static string ContainerOf(HttpRequest request)
    {
        string container = request.Query["container"].ToString();
        return container.Length == 0 ? Containers.Outputs
            : StorePaths.Containers.Contains(container) ? container
            : throw new PipelineException(Problem.MalformedRequest, $"'container' is one of {string.Join(", ", StorePaths.Containers)}.");
    }

    static string Required(HttpRequest request, string name) =>
        request.Query[name].ToString() is { Length: > 0 } text ? text : throw new PipelineException(Problem.MalformedRequest, $"'{name}' is missing from the query.");
}

/// <summary>The JSON schema of a move or a copy.</summary>
static class TransferSchema
{
    public static System.Text.Json.Nodes.JsonNode Node { get; } = JsonSerializer.SerializeToNode(new
    {
        type = "object",
        required = new[] { "source", "destination" },
        additionalProperties = false,
        properties = new
        {
            source = new { type = "string", description = "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav." },
            destination = new { type = "string", description = "Where to; folders come into being." },
            overwrite = new { type = "boolean", description = "Replace what is there.", @default = false },
        },
    })!;
}
