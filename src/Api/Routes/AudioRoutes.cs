using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;

namespace DgxMusic.Api.Routes;

/// <summary>Files mastered and measured.</summary>
static class AudioRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", "/api/v1/audio/export", "audio", "Masters a file: at once up to a minute of it, else as a job.", request => Handlers.Of<AudioUploads>(request).ExportAsync(request))
        {
            StartsWork = true,
            Form = UploadSchemas.Export,
            Body = UploadSchemas.ExportStored,
            Answers = [new(201, "The mastered file.", typeof(ExportedFile)), new(202, "A job: it lasts longer than a minute.", typeof(AcceptedWork))],
        },
        new("POST", "/api/v1/audio/export/batch", "audio", "Masters several files, in order.", request => Handlers.Of<AudioUploads>(request).ExportManyAsync(request))
        {
            StartsWork = true,
            Form = UploadSchemas.ExportMany,
            Answers = [new(201, "The files, in the order given.", typeof(BatchAnswer)), new(202, "Some became jobs.", typeof(BatchAnswer))],
        },
        new("POST", "/api/v1/audio/metadata", "audio", "Measures a file, posted or of the store.", request => Handlers.Of<AudioUploads>(request).AnalyzeAsync(request))
        {
            Query =
            [
                new("stats", "boolean", "Levels and loudness; true unless given."), new("bpm", "boolean", "Tempo; true unless given."),
                new("key", "boolean", "Key, experimental; false unless given."), new("beats", "boolean", "With the tempo, the time of every beat; false unless given."),
            ],
            StartsWork = true,
            Form = UploadSchemas.File,
            Body = UploadSchemas.Path,
            Answers = [new(200, "What was measured.", typeof(TrackMetadata)), new(202, "A job: tempo or key of more than a minute.", typeof(AcceptedWork))],
        },
        new("GET", "/api/v1/audio/info", "audio", "What the exporter, the analyser and the store can do.", request => Task.FromResult(Handlers.Of<AudioUploads>(request).ReadInfo()))
        {
            Answers = [new(200, "Their abilities.", typeof(AudioInfo))],
        },
    ];
}
