using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Storage;

namespace DgxMusic.Api.Routes;

/// <summary>Files of the store.</summary>
static class StorageRoutes
{
    static readonly RouteParameter path = new("path", "string", "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav.", Required: true);
    static readonly RouteParameter container = new("container", "string", "outputs, stems, chains or uploads; outputs unless given.");

    static readonly Route[] routes =
    [
        new("GET", "/api/v1/storage/path", "storage", "Where a job's output lies.", request => Handlers.Of<Storage>(request).ReadPathAsync(request))
        {
            Query = [new("job_id", "string", "A job's id or another name.", Required: true), new("extension", "string", "With or without its dot; .wav unless given."), new("date", "string", "Such as 2026-11-20; today, UTC, unless given.")],
            Answers = [new(200, "The path, and whether something is there.", typeof(StoredPath))],
        },
        new("GET", "/api/v1/storage/exists", "storage", "Whether there is a file.", request => Handlers.Of<Storage>(request).ReadExistsAsync(request))
        {
            Query = [path], Answers = [new(200, "Whether it is there.", typeof(StoredPath))],
        },
        new("GET", "/api/v1/storage/size", "storage", "How large a file is.", request => Handlers.Of<Storage>(request).ReadSizeAsync(request))
        {
            Query = [path], Answers = [new(200, "Its size; MB are 1,048,576 bytes.", typeof(StoredFile))],
        },
        new("GET", "/api/v1/storage/files", "storage", "Files, newest first; equal times by name.", request => Handlers.Of<Storage>(request).ListAsync(request))
        {
            Query =
            [
                container, new("start_date", "string", "First day of modification, such as 2026-11-20, UTC."), new("end_date", "string", "Last day, all of it."),
                new("extension", "string", "Only these, in either case."), new("limit", "integer", "0 to 1000; 1000 unless given."), new("continuation", "string", "From the page before."),
            ],
            Answers = [new(200, "One page.", typeof(StoredFiles))],
        },
        new("DELETE", "/api/v1/storage/files", "storage", "Removes a file.", request => Handlers.Of<Storage>(request).DeleteAsync(request))
        {
            Query = [path], Answers = [new(200, "Whether there was one.", typeof(Deletion))],
        },
        new("POST", "/api/v1/storage/move", "storage", "Moves a file; the source goes once the copy was looked at.", request => Handlers.Of<Storage>(request).MoveAsync(request))
        {
            Body = TransferSchema.Node, Answers = [new(200, "The file where it lies now.", typeof(StoredFile))],
        },
        new("POST", "/api/v1/storage/copy", "storage", "Copies a file.", request => Handlers.Of<Storage>(request).CopyAsync(request))
        {
            Body = TransferSchema.Node, Answers = [new(200, "The copy.", typeof(StoredFile))],
        },
        new("GET", "/api/v1/storage/stats", "storage", "What a container holds.", request => Handlers.Of<Storage>(request).CountAsync(request))
        {
            Query = [container], Answers = [new(200, "The totals.", typeof(StoreTotals))],
        },
        new("POST", "/api/v1/storage/cleanup", "storage", "Removes old files, or says which it would remove.", request => Handlers.Of<Storage>(request).CleanAsync(request))
        {
            Query = [new("days_old", "integer", "Age in days of 24 hours from which a file goes; 30 unless given."), new("dry_run", "boolean", "Remove nothing; true unless given.")],
            Answers = [new(200, "What went, or would go.", typeof(CleanupReport))],
        },
        new("POST", "/api/v1/storage/cleanup/empty-folders", "storage", "Removes folders that hold nothing.", request => Handlers.Of<Storage>(request).RemoveEmptyFoldersAsync(request))
        {
            Answers = [new(200, "How many; 0 where folders are only names.", typeof(EmptyFolders))],
        },
    ];

    /// <summary>A path leads to anybody's files, so these are the owner's; others reach their files through their jobs.</summary>
    public static IReadOnlyList<Route> All { get; } = [.. routes.Select(route => route with { ForAdmins = true })];
}
