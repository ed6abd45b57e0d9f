using System.Security.Cryptography;
using System.Text;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>A song: one file, and the separations of it.</summary>
/// <param name="Original">The file.</param>
/// <param name="UploadId">The upload that it came by; null where it came by none.</param>
/// <param name="Jobs">Ids of its separations, the latest last.</param>
public sealed record Song(
    string SongId, string Owner, BlobRef Original, string? UploadId, string? FileName, string? Title, string? Artist, string? Notes, DateTime CreatedAt, IReadOnlyList<string> Jobs);

/// <summary>The rows of songs.</summary>
public sealed class SongRegister(ICatalog catalog)
{
    const string Table = "songs", RowName = "song", Prefix = "song_";
    const int MostJobs = 50;

    /// <summary>The same file is the same song.</summary>
    public static string IdOf(BlobRef original, string? uploadId) => Prefix + (uploadId is not null
        ? uploadId[(uploadId.IndexOf('_') + 1)..]
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(original.ToString()))[..4]));

    public async Task<Song?> FindAsync(string id, CancellationToken cancel = default) => (await catalog.FindAsync(new(Table, id, RowName), cancel))?.Read<Song>();

    /// <summary>Notes a separation of a song, which is entered if it is new; a second time changes nothing.</summary>
    public async Task NoteAsync(Song song, string jobId, CancellationToken cancel = default)
    {
        var key = new RowKey(Table, song.SongId, RowName);
        while (true)
        {
            CatalogRow? row = await catalog.FindAsync(key, cancel);
            Song known = row?.Read<Song>() ?? song;
            if (row is not null && known.Jobs.Contains(jobId)) return;
            Song noted = known with
            {
                Title = song.Title ?? known.Title, Artist = song.Artist ?? known.Artist, Notes = song.Notes ?? known.Notes, Jobs = [.. known.Jobs.Append(jobId).TakeLast(MostJobs)],
            };
            if (await catalog.TryPutAsync(row, key, Payload.Write(noted), cancel)) return;
        }
    }
}
