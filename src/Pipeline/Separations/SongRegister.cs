using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <summary>The rows of songs, and who has which. The same file of the same owner is the same song; nobody else's ever is.</summary>
public sealed partial class SongRegister(ICatalog catalog)
{
    const string Table = "songs", RowName = "song", Index = "songs-index", Prefix = "song_";
    const int PageRows = 100, MostJobs = 1000;

    public async Task<Song?> FindAsync(string id, CancellationToken cancel = default) =>
        Form().IsMatch(id) ? (await catalog.FindAsync(KeyOf(id), cancel))?.Read<Song>() : null;

    /// <exception cref="PipelineException"><see cref="Problem.SongNotFound"/>: also for a song of somebody else.</exception>
    public async Task<Song> GetAsync(string id, Caller caller, CancellationToken cancel = default) =>
        await FindAsync(id, cancel) is { Deleting: false } song && (caller.IsAdmin || song.Owner == caller.Id) ? song : throw Missing(id);

    /// <summary>Notes a separation that is about to begin, so that no job is without its song. A song that is new is entered; a second time changes nothing.</summary>
    /// <param name="draft">What the caller says: what is null leaves a known song as it is. Its id and jobs do not matter.</param>
    /// <param name="tags">What the file says, for a new song that its owner says nothing of.</param>
    /// <exception cref="PipelineException"><see cref="Problem.JobState"/>: the song is being removed, or has too many separations.</exception>
    public async Task<Song> NoteAsync(Song draft, UploadTags? tags, string jobId, CancellationToken cancel = default)
    {
        for (int attempt = 0; ;)
        {
            RowKey key = KeyOf(IdOf(draft, attempt));
            CatalogRow? row = await catalog.FindAsync(key, cancel);
            Song song = row?.Read<Song>() ?? draft with { SongId = key.Partition, Title = draft.Title ?? tags?.Title, Artist = draft.Artist ?? tags?.Artist, Jobs = [] };
            if (song.Owner != draft.Owner || song.Original != draft.Original)
            {
                // Eight digits can be another song's.
                attempt++;
                continue;
            }

            if (song.Deleting) throw new PipelineException(Problem.JobState, $"Song {song.SongId} is being removed; ask again in a moment.");
            if (song.Jobs.Contains(jobId)) return song;
            if (song.Jobs.Count == MostJobs) throw new PipelineException(Problem.JobState, $"Song {song.SongId} has {MostJobs} separations, which is the most; remove some.");
            Song noted = song with { Title = draft.Title ?? song.Title, Artist = draft.Artist ?? song.Artist, Notes = draft.Notes ?? song.Notes, Jobs = [.. song.Jobs, jobId] };
            // An entry without a row is passed over; a row without an entry would never be listed.
            if (row is null) await catalog.TryInsertAsync(IndexKey(noted), Payload.Write(noted.SongId), cancel);
            if (await catalog.TryPutAsync(row, key, Payload.Write(noted), cancel)) return noted;
        }
    }

    /// <summary>Takes a separation out of a song; with its last one the song goes.</summary>
    public async Task ForgetAsync(string id, string jobId, CancellationToken cancel = default)
    {
        Song? left = await TryChangeAsync(id, song => song.Jobs.Contains(jobId) ? song with { Jobs = [.. song.Jobs.Where(job => job != jobId)], Deleting = song.Jobs.Count == 1 } : null, cancel);
        if (left is { Jobs: [] }) await RemoveAsync(left, cancel);
    }

    /// <summary>Changes a song, unless the change gives null.</summary>
    /// <returns>The changed song; null if it was left alone, or there is none.</returns>
    public async Task<Song?> TryChangeAsync(string id, Func<Song, Song?> change, CancellationToken cancel = default)
    {
        while (await catalog.FindAsync(KeyOf(id), cancel) is { } row && change(row.Read<Song>()) is { } changed)
        {
            if (await catalog.TryReplaceAsync(row, Payload.Write(changed), cancel)) return changed;
        }

        return null;
    }

    public async Task RemoveAsync(Song song, CancellationToken cancel = default)
    {
        await catalog.DeleteAsync(KeyOf(song.SongId), cancel);
        await catalog.DeleteAsync(IndexKey(song), cancel);
    }

    /// <summary>Songs of one owner, newest first.</summary>
    /// <param name="after">The continuation of an earlier page.</param>
    /// <param name="limit">1 to 1,000.</param>
    public async Task<SongPage> ListAsync(string owner, string? after, int limit, CancellationToken cancel = default)
    {
        List<Song> page = [];
        while (true)
        {
            IReadOnlyList<CatalogRow> entries = await catalog.QueryAsync(Index, owner, after, PageRows, cancel);
            foreach (CatalogRow entry in entries)
            {
                if (page.Count == limit) return new(page, after);
                after = entry.Key.Key;
                if (await FindAsync(entry.Read<string>(), cancel) is { Deleting: false } song && IndexKey(song) == entry.Key) page.Add(song);
            }

            if (entries.Count < PageRows) return new(page, null);
        }
    }

    /// <summary>All songs of an owner, those that are going too.</summary>
    internal async IAsyncEnumerable<Song> AllAsync(string owner, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        for (string? after = null; ;)
        {
            IReadOnlyList<CatalogRow> entries = await catalog.QueryAsync(Index, owner, after, PageRows, cancel);
            foreach (CatalogRow entry in entries)
            {
                after = entry.Key.Key;
                if (await FindAsync(entry.Read<string>(), cancel) is { } song && IndexKey(song) == entry.Key) yield return song;
            }

            if (entries.Count < PageRows) yield break;
        }
    }

    static PipelineException Missing(string id) =>
        new(Problem.SongNotFound, Form().IsMatch(id) ? $"There is no song {id}." : "A song's id is 'song_' and eight hexadecimal digits, such as song_ab12cd34.");

    /// <summary>As its upload is called, or after its place in the store; where that is taken, after all that makes it one.</summary>
    static string IdOf(Song draft, int attempt) => Prefix + (attempt == 0 && draft.UploadId is { } upload ? upload[(upload.IndexOf('_') + 1)..]
        : Hash(attempt == 0 ? $"{draft.Original}" : string.Create(CultureInfo.InvariantCulture, $"{draft.Owner}\n{draft.Original}\n{attempt}")));

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));

    static RowKey KeyOf(string id) => new(Table, id, RowName);

    static RowKey IndexKey(Song song) =>
        new(Index, song.Owner, $"{(DateTime.MaxValue.Ticks - song.CreatedAt.Ticks).ToString("D19", CultureInfo.InvariantCulture)}-{song.SongId}");

    [GeneratedRegex(@"\Asong_[0-9a-f]{8}\z")]
    private static partial Regex Form();
}
