using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Ports;

/// <summary>The name of a blob. <paramref name="Path"/> has forward slashes, no leading one, and no segment that starts with a dot.</summary>
/// <param name="Container">One of <see cref="Containers"/>.</param>
public sealed record BlobRef(string Container, string Path)
{
    /// <summary>The scratch an activity saves under: the same work in the same <see cref="NumericsClass"/> gives the same name.</summary>
    /// <param name="folder">The job's scratch folder, <c>YYYY/MM/DD/{job}</c>.</param>
    /// <param name="input">What the output depends on, and nothing else; a record.</param>
    public static BlobRef ForWork<T>(ActivityDefinition activity, string folder, T input)
    {
        string text = JsonSerializer.Serialize(new { activity.Name, activity.Version, Input = input, Numerics = NumericsClass.Here }, Payload.Options);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return new(Containers.Work, $"{folder}/{activity.Name}-{Convert.ToHexStringLower(hash.AsSpan(0, 12))}");
    }

    /// <summary>This name with something added to its last segment.</summary>
    public BlobRef With(string suffix) => this with { Path = Path + suffix };

    public override string ToString() => $"{Container}/{Path}";

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static BlobRef Parse(string text) => text.IndexOf('/') is > 0 and int slash
        ? new(text[..slash], text[(slash + 1)..])
        : throw new FormatException($"'{text}' is not a container and a path.");
}

public static class Containers
{
    public const string Uploads = "uploads", Outputs = "outputs", Stems = "stems", Chains = "chains", Work = "work";

    public static IReadOnlyList<string> All { get; } = [Uploads, Outputs, Stems, Chains, Work];

    /// <summary>Weights that several machines share; none of <see cref="All"/>, for no job makes or removes any.</summary>
    public const string Models = "models";
}

/// <param name="ETag">Changes with the content.</param>
public sealed record BlobInfo(BlobRef Ref, long Bytes, DateTime LastModifiedUtc, string ETag);

/// <summary>Named bytes that appear whole or not at all.</summary>
public interface IBlobStore
{
    Task<BlobInfo?> FindAsync(BlobRef blob, CancellationToken cancel = default);

    /// <summary>A seekable stream, or null if there is no such blob.</summary>
    Task<Stream?> OpenReadAsync(BlobRef blob, CancellationToken cancel = default);

    /// <summary>A stream whose bytes appear under the name when <see cref="BlobWriter.CommitAsync"/> is called, replacing what was there; disposed before that, nothing appears.</summary>
    /// <param name="expectedBytes">How large it will be, where that is known: a store may make room at once, and say so at once where there is none.</param>
    Task<BlobWriter> CreateAsync(BlobRef blob, CancellationToken cancel = default, long expectedBytes = 0);

    /// <summary>Gives a blob a second name, atomically; what had that name is replaced. False if there is no such source.</summary>
    Task<bool> CopyAsync(BlobRef from, BlobRef to, CancellationToken cancel = default);

    /// <returns>False if there was none.</returns>
    Task<bool> DeleteAsync(BlobRef blob, CancellationToken cancel = default);

    /// <summary>Removes many, in no order; those that are not there are passed over. Interrupted, it has removed some of them.</summary>
    async Task DeleteAllAsync(IEnumerable<BlobRef> blobs, CancellationToken cancel = default)
    {
        foreach (BlobRef blob in blobs) await DeleteAsync(blob, cancel);
    }

    /// <summary>Removes folders that hold nothing, from the bottom up, never the container's own.</summary>
    /// <returns>How many; 0 in a store whose folders are only parts of names.</returns>
    Task<int> RemoveEmptyFoldersAsync(string container, CancellationToken cancel = default);

    /// <summary>Blobs whose path starts with the prefix, by path.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string container, string prefix, CancellationToken cancel = default);
}

/// <summary>A blob being written. Dispose without commit leaves no trace.</summary>
public abstract class BlobWriter : IAsyncDisposable
{
    /// <summary>Write-only, not seekable.</summary>
    public abstract Stream Stream { get; }

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.StorageWriteFailed"/>: the store is full, closed or away; a <see cref="StoreAwayException"/> where it may come back.</exception>
    public abstract Task<BlobInfo> CommitAsync(CancellationToken cancel = default);

    public abstract ValueTask DisposeAsync();
}

public static class BlobStoreExtensions
{
    /// <summary>A record saved by <see cref="SaveRecordAsync"/>, or null.</summary>
    public static async Task<T?> FindRecordAsync<T>(this IBlobStore store, BlobRef blob, CancellationToken cancel = default)
        where T : class
    {
        await using Stream? stream = await store.OpenReadAsync(blob, cancel);
        return stream is null ? null : await JsonSerializer.DeserializeAsync<T>(stream, Payload.Options, cancel);
    }

    /// <summary>All of a small blob.</summary>
    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    public static async Task<byte[]> ReadBytesAsync(this IBlobStore store, BlobRef blob, CancellationToken cancel = default)
    {
        await using Stream stream = await store.OpenReadAsync(blob, cancel) ?? throw new FileNotFoundException($"{blob} is gone.");
        byte[] bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }

    public static async Task WriteBytesAsync(this IBlobStore store, BlobRef blob, ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        await using BlobWriter writer = await store.CreateAsync(blob, cancel, bytes.Length);
        await writer.Stream.WriteAsync(bytes, cancel);
        await writer.CommitAsync(cancel);
    }

    public static async Task<T> SaveRecordAsync<T>(this IBlobStore store, BlobRef blob, T record, CancellationToken cancel = default)
    {
        await using BlobWriter writer = await store.CreateAsync(blob, cancel);
        await JsonSerializer.SerializeAsync(writer.Stream, record, Payload.Options, cancel);
        await writer.CommitAsync(cancel);
        return record;
    }
}
