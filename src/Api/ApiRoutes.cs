using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Api;

/// <summary>Every route there is. A handler is taken from the request's services, so that the list needs none.</summary>
public static class ApiRoutes
{
    static readonly RouteParameter status = new("status", "string", "Only jobs of this status: " + string.Join(", ", Enum.GetNames<JobStatus>().Select(name => name.ToLowerInvariant())) + ".");

    static readonly RouteParameter path = new("path", "string", "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav.", Required: true);

    static readonly RouteParameter container = new("container", "string", "outputs, stems, chains or uploads; outputs unless given.");

    // Lazy, because it is written from the list below.
    static readonly Lazy<string> document = new(() => OpenApiDocument.Write(All!).ToJsonString(new JsonSerializerOptions(ApiJson.Options) { WriteIndented = true }));

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/", "about", "Name, version and where to go on.", request => Task.FromResult(Root(request)))
        {
            Answers = [new(200, "Where to go on.", ContentType: "application/json")],
        },
        new("POST", "/api/v1/generate", "generation", "Turns a prompt into music.", request => Of<Generations>(request).CreateAsync(request))
        {
            Body = GenerationSchema.Node,
            Answers = [new(202, "Accepted: the job survives restarts from here on.", typeof(Acceptance))],
        },
        new("GET", "/api/v1/jobs", "jobs", "Jobs, newest first.", request => Of<Jobs>(request).ListAsync(request))
        {
            Query = [status, new("limit", "integer", "At most so many, 0 to 1000; 100 unless given.")],
            Answers = [new(200, "The jobs.", typeof(JobList))],
        },
        new("GET", "/api/v1/jobs/{id}", "jobs", "All about a job.", request => Of<Jobs>(request).ReadAsync(request, Part(request, "id")))
        {
            Answers = [new(200, "The job.", typeof(JobResource))],
        },
        new("DELETE", "/api/v1/jobs/{id}", "jobs", "Cancels a job that waits; with force one that runs.", request => Of<Jobs>(request).DeleteAsync(request, Part(request, "id")))
        {
            Query = [new("force", "boolean", "Cancel it although it runs; it stops within one block of its work.")],
            Answers = [new(200, "Cancelled.", typeof(Cancellation)), new(202, "It will stop.", typeof(Cancellation))],
        },
        new("POST", "/api/v1/jobs/{id}/cancel", "jobs", "Cancels a job, also one that runs.", request => Of<Jobs>(request).CancelAsync(request, Part(request, "id")))
        {
            Answers = [new(200, "Cancelled.", typeof(Cancellation)), new(202, "It will stop.", typeof(Cancellation))],
        },
        new("GET", "/api/v1/jobs/{id}/events", "jobs", "Where the job stands, then every change as it happens; resume with Last-Event-ID.", request => Of<JobEventStream>(request).ReadAsync(request, Part(request, "id")))
        {
            Answers = [new(200, "Server-sent events until the job has ended.", ContentType: "text/event-stream")],
        },
        new("GET", "/api/v1/jobs/{id}/files/{name}", "files", "A file of a completed job: file, mix, midi, manifest or a stem. Ranges are served.", request => Of<Files>(request).ReadOfJobAsync(request, Part(request, "id"), Part(request, "name")))
        {
            Answers = [new(200, "The file.", ContentType: "application/octet-stream"), new(206, "The range.", ContentType: "application/octet-stream"), new(416, "The file has no such range.")],
        },
        new("GET", "/api/v1/files/{name}", "files", "A published file by its name. Ranges are served.", request => Of<Files>(request).ReadAsync(request, Part(request, "name")))
        {
            Answers = [new(200, "The file.", ContentType: "application/octet-stream"), new(206, "The range.", ContentType: "application/octet-stream"), new(416, "The file has no such range.")],
        },
        new("GET", "/api/v1/history", "jobs", "Generations page by page, newest first.", request => Of<Jobs>(request).HistoryAsync(request))
        {
            Query = [new("page", "integer", "From 1."), new("page_size", "integer", "1 to 100; 20 unless given."), status, new("model", "string", "Only this engine's.")],
            Answers = [new(200, "One page.", typeof(HistoryPage))],
        },
        new("GET", "/api/v1/queue/stats", "jobs", "Counts of the queue.", request => Of<Jobs>(request).StatisticsAsync(request))
        {
            Answers = [new(200, "The counts.", typeof(QueueReport))],
        },
        new("POST", "/api/v1/audio/export", "audio", "Masters a file: at once up to a minute of it, else as a job.", request => Of<AudioUploads>(request).ExportAsync(request))
        {
            Form = UploadSchemas.Export,
            Answers = [new(201, "The mastered file.", typeof(ExportedFile)), new(202, "A job: it lasts longer than a minute.", typeof(AcceptedWork))],
        },
        new("POST", "/api/v1/audio/export/batch", "audio", "Masters several files, in order.", request => Of<AudioUploads>(request).ExportManyAsync(request))
        {
            Form = UploadSchemas.ExportMany,
            Answers = [new(201, "The files, in the order given.", typeof(BatchAnswer)), new(202, "Some became jobs.", typeof(BatchAnswer))],
        },
        new("POST", "/api/v1/audio/metadata", "audio", "Measures a file, posted or of the store.", request => Of<AudioUploads>(request).AnalyzeAsync(request))
        {
            Query =
            [
                new("stats", "boolean", "Levels and loudness; true unless given."), new("bpm", "boolean", "Tempo; true unless given."),
                new("key", "boolean", "Key, experimental; false unless given."), new("beats", "boolean", "With the tempo, the time of every beat; false unless given."),
            ],
            Form = UploadSchemas.File,
            Body = UploadSchemas.Path,
            Answers = [new(200, "What was measured.", typeof(TrackMetadata)), new(202, "A job: tempo or key of more than a minute.", typeof(AcceptedWork))],
        },
        new("GET", "/api/v1/audio/info", "audio", "What the exporter, the analyser and the store can do.", request => Task.FromResult(Of<AudioUploads>(request).ReadInfo()))
        {
            Answers = [new(200, "Their abilities.", typeof(AudioInfo))],
        },
        new("GET", "/api/v1/storage/path", "storage", "Where a job's output lies.", request => Of<Storage>(request).ReadPathAsync(request))
        {
            Query = [new("job_id", "string", "A job's id or another name.", Required: true), new("extension", "string", "With or without its dot; .wav unless given."), new("date", "string", "Such as 2026-11-20; today, UTC, unless given.")],
            Answers = [new(200, "The path, and whether something is there.", typeof(StoredPath))],
        },
        new("GET", "/api/v1/storage/exists", "storage", "Whether there is a file.", request => Of<Storage>(request).ReadExistsAsync(request))
        {
            Query = [path], Answers = [new(200, "Whether it is there.", typeof(StoredPath))],
        },
        new("GET", "/api/v1/storage/size", "storage", "How large a file is.", request => Of<Storage>(request).ReadSizeAsync(request))
        {
            Query = [path], Answers = [new(200, "Its size; MB are 1,048,576 bytes.", typeof(StoredFile))],
        },
        new("GET", "/api/v1/storage/files", "storage", "Files, newest first; equal times by name.", request => Of<Storage>(request).ListAsync(request))
        {
            Query =
            [
                container, new("start_date", "string", "First day of modification, such as 2026-11-20, UTC."), new("end_date", "string", "Last day, all of it."),
                new("extension", "string", "Only these, in either case."), new("limit", "integer", "0 to 1000; 1000 unless given."), new("continuation", "string", "From the page before."),
            ],
            Answers = [new(200, "One page.", typeof(StoredFiles))],
        },
        new("DELETE", "/api/v1/storage/files", "storage", "Removes a file.", request => Of<Storage>(request).DeleteAsync(request))
        {
            Query = [path], Answers = [new(200, "Whether there was one.", typeof(Deletion))],
        },
        new("POST", "/api/v1/storage/move", "storage", "Moves a file; the source goes once the copy was looked at.", request => Of<Storage>(request).MoveAsync(request))
        {
            Body = TransferSchema.Node, Answers = [new(200, "The file where it lies now.", typeof(StoredFile))],
        },
        new("POST", "/api/v1/storage/copy", "storage", "Copies a file.", request => Of<Storage>(request).CopyAsync(request))
        {
            Body = TransferSchema.Node, Answers = [new(200, "The copy.", typeof(StoredFile))],
        },
        new("GET", "/api/v1/storage/stats", "storage", "What a container holds.", request => Of<Storage>(request).CountAsync(request))
        {
            Query = [container], Answers = [new(200, "The totals.", typeof(StoreTotals))],
        },
        new("POST", "/api/v1/storage/cleanup", "storage", "Removes old files, or says which it would remove.", request => Of<Storage>(request).CleanAsync(request))
        {
            Query = [new("days_old", "integer", "Age in days of 24 hours from which a file goes; 30 unless given."), new("dry_run", "boolean", "Remove nothing; true unless given.")],
            Answers = [new(200, "What went, or would go.", typeof(CleanupReport))],
        },
        new("POST", "/api/v1/storage/cleanup/empty-folders", "storage", "Removes folders that hold nothing.", request => Of<Storage>(request).RemoveEmptyFoldersAsync(request))
        {
            Answers = [new(200, "How many; 0 where folders are only names.", typeof(EmptyFolders))],
        },
        new("GET", "/api/v1/health", "health", "How the parts are; always 200.", request => Of<Health>(request).ReadAsync(request))
        {
            Answers = [new(200, "The worst of the checks, and each.", typeof(HealthReport))],
        },
        new("GET", "/api/v1/health/live", "health", "Whether the process answers.", request => Of<Health>(request).ReadLiveAsync(request))
        {
            Answers = [new(200, "It does.", ContentType: "application/json")],
        },
        new("GET", "/api/v1/health/ready", "health", "Whether it can work.", request => Of<Health>(request).ReadReadyAsync(request))
        {
            Answers = [new(200, "It can.", ContentType: "application/json"), new(503, "Not yet.", typeof(ErrorBody))],
        },
        new("GET", "/api/v1/openapi.json", "about", "This document.", _ => Task.FromResult(Results.Text(document.Value, "application/json")))
        {
            Answers = [new(200, "OpenAPI 3.1.", ContentType: "application/json")],
        },
    ];

    static IResult Root(HttpRequest request) => Results.Json(
        new
        {
            name = "DgxMusic",
            version = ProductVersion.Text,
            links = new { openapi = $"{Links.Root}/openapi.json", health = $"{Links.Root}/health", generate = $"{Links.Root}/generate", jobs = $"{Links.Root}/jobs" },
        },
        ApiJson.Options);

    static T Of<T>(HttpRequest request)
        where T : notnull => request.HttpContext.RequestServices.GetRequiredService<T>();

    static string Part(HttpRequest request, string name) => request.RouteValues[name]!.ToString()!;
}
