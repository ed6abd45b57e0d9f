using System.Globalization;
using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Live;

/// <summary>
/// The rows and blobs of live sessions. One row says how far a session has come, and names the newest chunk; the rows of chunks and pieces are written after it or before it, so that
/// no crash leaves it promising what is not there, and nobody sees what it does not promise.
/// </summary>
public sealed class LiveStore(ICatalog catalog, IBlobStore blobs)
{
    const string Table = "live", StateRow = "state", Sessions = "sessions";
    const int PageRows = 200;

    /// <param name="Owner">Id of the caller it belongs to.</param>
    /// <param name="Since">When it was opened.</param>
    public sealed record Entry(string JobId, string Owner, DateTime Since);

    /// <summary>Sessions that have not been forgotten; may name one that never came into being.</summary>
    public IAsyncEnumerable<Entry> ListAsync(CancellationToken cancel = default) => RowsAsync<Entry>(Sessions, null, cancel);

    /// <summary>Notes a session before its job is written; once more changes nothing.</summary>
    public async Task AddAsync(Entry entry, CancellationToken cancel = default)
    {
        await catalog.TryInsertAsync(new(Table, Sessions, entry.JobId), Payload.Write(entry), cancel);
        await catalog.TryInsertAsync(StateKey(entry.JobId), Payload.Write(new LiveState { PushedAt = entry.Since }), cancel);
    }

    public Task UnlistAsync(string jobId, CancellationToken cancel = default) => catalog.DeleteAsync(new(Table, Sessions, jobId), cancel);

    /// <summary>Forgets all rows of a session.</summary>
    public async Task ForgetAsync(string jobId, CancellationToken cancel = default)
    {
        foreach (string partition in (string[])[ChunksOf(jobId), PiecesOf(jobId)])
        {
            while (await catalog.QueryAsync(Table, partition, null, PageRows, cancel) is { Count: > 0 } rows)
            {
                foreach (CatalogRow row in rows) await catalog.DeleteAsync(row.Key, cancel);
            }
        }

        await catalog.DeleteAsync(StateKey(jobId), cancel);
        await UnlistAsync(jobId, cancel);
    }

    public async Task<LiveState?> FindAsync(string jobId, CancellationToken cancel = default) => (await catalog.FindAsync(StateKey(jobId), cancel))?.Read<LiveState>();

    /// <summary>Changes how a session stands.</summary>
    /// <param name="change">Gives the same to leave it.</param>
    /// <exception cref="PipelineException"><see cref="Problem.FilePurged"/>: the session is forgotten.</exception>
    public async Task<LiveState> UpdateAsync(string jobId, Func<LiveState, LiveState> change, CancellationToken cancel = default)
    {
        while (true)
        {
            CatalogRow row = await catalog.FindAsync(StateKey(jobId), cancel) ?? throw new PipelineException(Problem.FilePurged, $"The audio of session {jobId} is gone.");
            LiveState before = row.Read<LiveState>();
            // What a crash has kept from being written is written before it is forgotten.
            if (before.Last is { } last) await AddChunkAsync(jobId, last, cancel);
            LiveState after = change(before);
            if (after == before || await catalog.TryReplaceAsync(row, Payload.Write(after), cancel)) return after;
        }
    }

    /// <summary>Keeps audio under a name that its content gives; nobody sees it before the session's row names it.</summary>
    public async Task<LiveChunk> SaveChunkAsync(string folder, long from, LiveFacts facts, ReadOnlyMemory<byte> audio, CancellationToken cancel = default)
    {
        string hash = HashOf(audio.Span);
        var blob = new BlobRef(Containers.Work, string.Create(CultureInfo.InvariantCulture, $"{folder}/in-{Sortable(from)}-{hash[..16]}.pcm"));
        await SaveAsync(blob, audio, cancel);
        return new(from, audio.Length / facts.FrameBytes, hash, blob);
    }

    public static string HashOf(ReadOnlySpan<byte> audio) => Convert.ToHexStringLower(SHA256.HashData(audio));

    public Task AddChunkAsync(string jobId, LiveChunk chunk, CancellationToken cancel = default) =>
        catalog.TryInsertAsync(new(Table, ChunksOf(jobId), Sortable(chunk.To)), Payload.Write(chunk), cancel);

    public Task AddPieceAsync(string jobId, LivePiece piece, CancellationToken cancel = default) =>
        catalog.TryInsertAsync(new(Table, PiecesOf(jobId), Sortable(piece.To)), Payload.Write(piece), cancel);

    /// <summary>Chunks in order, the first of them that with the frame.</summary>
    public IAsyncEnumerable<LiveChunk> ChunksAsync(string jobId, long from, CancellationToken cancel = default) => RowsAsync<LiveChunk>(ChunksOf(jobId), Sortable(from), cancel);

    /// <summary>Pieces in order, the first of them that with the frame.</summary>
    public IAsyncEnumerable<LivePiece> PiecesAsync(string jobId, long from, CancellationToken cancel = default) => RowsAsync<LivePiece>(PiecesOf(jobId), Sortable(from), cancel);

    /// <summary>Frames that were pushed, as a model takes them: in stereo.</summary>
    public async Task<AudioBuffer> ReadAsync(string jobId, LiveFacts facts, FrameSpan span, CancellationToken cancel = default)
    {
        var audio = new AudioBuffer(facts.SampleRateHz, 2, (int)span.Frames);
        long at = span.From;
        await foreach (LiveChunk chunk in ChunksAsync(jobId, span.From, cancel))
        {
            if (at >= span.To) break;
            int count = (int)(Math.Min(span.To, chunk.To) - at);
            byte[] bytes = await ReadAsync(chunk.Blob, (at - chunk.From) * facts.FrameBytes, count * facts.FrameBytes, cancel);
            PcmFrames.Decode(bytes, facts.Format, facts.Channels, audio, (int)(at - span.From));
            at += count;
        }

        return at == span.To ? audio : throw new InvalidOperationException($"Session {jobId} has frames up to {at}, not to {span.To}.");
    }

    /// <summary>A part of a blob.</summary>
    public async Task<byte[]> ReadAsync(BlobRef blob, long from, int count, CancellationToken cancel = default)
    {
        await using Stream stream = await blobs.OpenReadAsync(blob, cancel) ?? throw new FileNotFoundException($"{blob} is gone.");
        byte[] bytes = new byte[count];
        stream.Position = from;
        await stream.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }

    public async Task SaveAsync(BlobRef blob, ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        await using BlobWriter writer = await blobs.CreateAsync(blob, cancel, bytes.Length);
        await writer.Stream.WriteAsync(bytes, cancel);
        await writer.CommitAsync(cancel);
    }

    static RowKey StateKey(string jobId) => new(Table, jobId, StateRow);

    static string ChunksOf(string jobId) => $"{jobId}:in";

    static string PiecesOf(string jobId) => $"{jobId}:out";

    static string Sortable(long frame) => frame.ToString("D12", CultureInfo.InvariantCulture);

    async IAsyncEnumerable<T> RowsAsync<T>(string partition, string? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, partition, after, PageRows, cancel);
            foreach (CatalogRow row in rows) yield return row.Read<T>();
            if (rows.Count < PageRows) yield break;
            after = rows[^1].Key.Key;
        }
    }
}
