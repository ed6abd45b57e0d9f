using System.Collections.Concurrent;
using System.Globalization;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>Blobs in memory.</summary>
/// <param name="clock">Tells when they are written; null: all at once, long ago.</param>
public sealed class MemoryBlobStore(TimeProvider? clock = null) : IBlobStore
{
    readonly ConcurrentDictionary<BlobRef, (byte[] Bytes, BlobInfo Info)> blobs = new();
    long writes;

    /// <summary>Names of all blobs, sorted.</summary>
    public IReadOnlyList<string> Names => [.. blobs.Keys.Select(name => name.ToString()).Order(StringComparer.Ordinal)];

    public Task<BlobInfo?> FindAsync(BlobRef blob, CancellationToken cancel = default) =>
        Task.FromResult(blobs.TryGetValue(BlobNames.Checked(blob), out (byte[] Bytes, BlobInfo Info) found) ? found.Info : null);

    public Task<Stream?> OpenReadAsync(BlobRef blob, CancellationToken cancel = default) =>
        Task.FromResult<Stream?>(blobs.TryGetValue(BlobNames.Checked(blob), out (byte[] Bytes, BlobInfo Info) found) ? new MemoryStream(found.Bytes, writable: false) : null);

    public Task<BlobWriter> CreateAsync(BlobRef blob, CancellationToken cancel = default, long expectedBytes = 0) => Task.FromResult<BlobWriter>(new Writer(this, BlobNames.Checked(blob)));

    public Task<bool> CopyAsync(BlobRef from, BlobRef to, CancellationToken cancel = default)
    {
        if (!blobs.TryGetValue(from, out (byte[] Bytes, BlobInfo Info) found)) return Task.FromResult(false);
        Put(BlobNames.Checked(to), found.Bytes);
        return Task.FromResult(true);
    }

    public Task<bool> DeleteAsync(BlobRef blob, CancellationToken cancel = default) => Task.FromResult(blobs.TryRemove(blob, out _));

    /// <summary>Loses everything.</summary>
    public void Clear() => blobs.Clear();

    public Task<int> RemoveEmptyFoldersAsync(string container, CancellationToken cancel = default) => Task.FromResult(0);

    public async IAsyncEnumerable<BlobInfo> ListAsync(
        string container, string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await Task.CompletedTask;
        foreach ((byte[] _, BlobInfo info) in blobs.Values
            .Where(blob => blob.Info.Ref.Container == container && blob.Info.Ref.Path.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(blob => blob.Info.Ref.Path, StringComparer.Ordinal))
            yield return info;
    }

    BlobInfo Put(BlobRef name, byte[] bytes)
    {
        var info = new BlobInfo(name, bytes.Length, clock?.GetUtcNow().UtcDateTime ?? DateTime.UnixEpoch, Interlocked.Increment(ref writes).ToString(CultureInfo.InvariantCulture));
        blobs[name] = (bytes, info);
        return info;
    }

    sealed class Writer(MemoryBlobStore store, BlobRef name) : BlobWriter
    {
        readonly MemoryStream bytes = new();

        public override Stream Stream => bytes;

        public override Task<BlobInfo> CommitAsync(CancellationToken cancel = default) => Task.FromResult(store.Put(name, bytes.ToArray()));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
