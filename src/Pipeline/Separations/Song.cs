using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>A song: one file of one owner, and the separations of it. It is there as long as it has one.</summary>
/// <param name="Original">The file.</param>
/// <param name="UploadId">The upload that it came by; null where it came by none.</param>
/// <param name="Jobs">Ids of its separations, the latest last. A job may be about to come into being.</param>
public sealed record Song(
    string SongId, string Owner, BlobRef Original, string? UploadId, string? FileName, string? Title, string? Artist, string? Notes, DateTime CreatedAt, IReadOnlyList<string> Jobs)
{
    /// <summary>It goes with its files; nothing may begin on it.</summary>
    public bool Deleting { get; init; }

    /// <summary>What its owner calls it, as part of a file's name.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string DisplayName => Title is { Length: > 0 } title ? title : Path.GetFileNameWithoutExtension(FileName) is { Length: > 0 } name ? name : SongId;
}

/// <param name="Continuation">Null where nothing follows.</param>
public sealed record SongPage(IReadOnlyList<Song> Songs, string? Continuation);
