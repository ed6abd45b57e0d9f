using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Songs and their tracks.</summary>
static class SongRoutes
{
    const string Audio = "application/octet-stream";

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/songs", "songs", "This caller's songs, newest first.", request => Handlers.Of<Songs>(request).ListAsync(request))
        {
            Query = [new("limit", "integer", "At most so many, 1 to 100; 20 unless given."), new("continuation", "string", "As an earlier page gave it.")],
            Answers = [new(200, "A page of them.", typeof(SongList))],
        },
        new("GET", "/api/v1/songs/{id}", "songs", "A song: what it is called, its separations, its files and how large they are.", request => Handlers.Of<Songs>(request).ReadAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The song.", typeof(SongResource))],
        },
        new("PATCH", "/api/v1/songs/{id}", "songs", "Changes title, artist or notes of a song.", request => Handlers.Of<Songs>(request).ChangeAsync(request, Handlers.Part(request, "id")))
        {
            Body = Songs.Change, Answers = [new(200, "The song.", typeof(SongResource))],
        },
        new("DELETE", "/api/v1/songs/{id}", "songs", "Removes a song with all its files and separations; not while one of them runs.", request => Handlers.Of<Songs>(request).DeleteAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "Whether there was one.", typeof(SongRemoval))],
        },
        new("GET", "/api/v1/songs/{id}/download/{type}", "songs", "vocals, instrumental or another track of the latest separation that completed, or original. Ranges are served.", request => Handlers.Of<Songs>(request).DownloadAsync(request, Handlers.Part(request, "id"), Handlers.Part(request, "type")))
        {
            Answers = [new(200, "The file.", ContentType: Audio), new(206, "The range.", ContentType: Audio), new(416, "The file has no such range.")],
        },
        new("DELETE", "/api/v1/separations/{id}", "separation", "Removes an ended separation: its record and its files. The file it came from stays.", request => Handlers.Of<Songs>(request).DeleteSeparationAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "It is gone.", typeof(Removal))],
        },
    ];
}
