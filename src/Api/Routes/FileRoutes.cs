using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Downloads.</summary>
static class FileRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/jobs/{id}/files/{name}", "files", "A file of a completed job: file, mix, midi, manifest or a stem. Ranges are served.", request => Handlers.Of<Files>(request).ReadOfJobAsync(request, Handlers.Part(request, "id"), Handlers.Part(request, "name")))
        {
            Answers = [new(200, "The file.", ContentType: "application/octet-stream"), new(206, "The range.", ContentType: "application/octet-stream"), new(416, "The file has no such range.")],
        },
        new("GET", "/api/v1/files/{name}", "files", "A published file by its name. Ranges are served.", request => Handlers.Of<Files>(request).ReadAsync(request, Handlers.Part(request, "name")))
        {
            Answers = [new(200, "The file.", ContentType: "application/octet-stream"), new(206, "The range.", ContentType: "application/octet-stream"), new(416, "The file has no such range.")],
        },
    ];
}
