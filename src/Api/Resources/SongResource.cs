using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Api.Resources;

/// <summary>A file of a song.</summary>
/// <param name="SizeBytes">Null: it is not there any more.</param>
public sealed record SongFile(string Path, string Url, long? SizeBytes);

/// <summary>A separation of a song.</summary>
public sealed record SongSeparation(
    string JobId, JobStatus Status, int Progress, string Model, IReadOnlyList<string> Tracks, string? ErrorMessage, DateTime CreatedAt, DateTime? CompletedAt, string StatusUrl)
{
    public static SongSeparation Of(Job job) => new(
        job.JobId, job.Status, job.Progress, job.Model, [.. JobOutputs.Of(job).Keys.Where(name => name != "manifest")], job.ErrorMessage, job.CreatedAt, job.CompletedAt, Links.Job(job.JobId));
}

/// <summary>A song as its owner sees it.</summary>
/// <param name="Tracks">Of the latest separation that completed, by name; empty where none has.</param>
/// <param name="LatestJobId">Of it.</param>
/// <param name="SizeBytes">Of the original and all that its separations made; null where nothing of it is there any more.</param>
/// <param name="Separations">The latest first.</param>
public sealed record SongResource(
    string SongId, string? Title, string? Artist, string? Notes, string? Filename, string? UploadId, SongFile Original, IReadOnlyDictionary<string, SongFile> Tracks, string? LatestJobId,
    double? DurationSeconds, long? SizeBytes, IReadOnlyList<SongSeparation> Separations, DateTime CreatedAt, string Url)
{
    public static async Task<SongResource> OfAsync(SongContent content, IBlobStore store, CancellationToken cancel)
    {
        Song song = content.Song;
        SongFile original = await FileAsync(song, SongDesk.Original, song.Original, store, cancel);
        var tracks = new Dictionary<string, SongFile>();
        foreach (StemFile track in content.Result?.Tracks ?? []) tracks[track.Track] = await FileAsync(song, track.Track, track.File, store, cancel);
        long? made = original.SizeBytes;
        foreach (BlobRef file in content.Separations.SelectMany(job => JobOutputs.Of(job).Values))
        {
            if ((await store.FindAsync(file, cancel))?.Bytes is { } bytes) made = (made ?? 0) + bytes;
        }

        return new(
            song.SongId, song.Title, song.Artist, song.Notes, song.FileName, song.UploadId, original, tracks, content.Latest?.JobId, content.Result?.DurationSeconds, made,
            [.. content.Separations.Select(SongSeparation.Of)], song.CreatedAt, Links.Song(song.SongId));
    }

    static async Task<SongFile> FileAsync(Song song, string type, BlobRef blob, IBlobStore store, CancellationToken cancel) =>
        new(blob.ToString(), Links.SongTrack(song.SongId, type), (await store.FindAsync(blob, cancel))?.Bytes);
}

public sealed record SongList(IReadOnlyList<SongResource> Songs, string? Continuation);

/// <param name="Deleted">False: there was none.</param>
public sealed record SongRemoval(string SongId, bool Deleted);

/// <summary>What a separation's job says of its song; all null for other jobs.</summary>
sealed record SongFields(string? SongId, string? Filename, string? Title, string? Artist, string? Notes)
{
    static readonly SongFields none = new(null, null, null, null, null);

    public static SongFields Of(Job job)
    {
        if (job.Kind != JobKind.Separation) return none;
        SeparationInput input = job.ReadInput<SeparationInput>();
        return new(input.SongId, input.FileName, input.Request.Title, input.Request.Artist, input.Request.Notes);
    }
}
