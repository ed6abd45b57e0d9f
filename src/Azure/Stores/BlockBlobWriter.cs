using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;
using BlobInfo = DgxMusic.Pipeline.Ports.BlobInfo;

namespace DgxMusic.Azure.Stores;

/// <summary>
/// Sends blocks that nobody sees and then, in one request, says which of them are the blob. What fits one block is sent whole instead.
/// In memory are the block that is filled and the two on their way. Blocks of a writer that died go by themselves within a week.
/// </summary>
/// <remarks>
/// The service forgets what other writers of the same name have sent when one of them commits. Who comes second has lost its bytes: where the blob that is there
/// now holds the same, as it does when a step was delivered twice, that is as good as its own; else it fails as a fault, so that the step is done again.
/// </remarks>
sealed class BlockBlobWriter : BlobWriter
{
    /// <summary>Of the first blocks, and of those after them: 50,000 are the service's limit, which makes 386 GiB here.</summary>
    internal const int BlockBytes = 4 << 20, LaterBlockBytes = 8 << 20, SmallBlocks = 1000, MostBlocks = 50_000;

    const int BlocksAtOnce = 2;

    readonly BlobRef blob;
    readonly BlockBlobClient client;
    readonly string writer = Guid.NewGuid().ToString("N");
    readonly List<string> blocks = [];
    readonly Queue<Task> underway = new();
    readonly CancellationTokenSource stopping = new();
    readonly IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    readonly BlockOutput output;
    long bytes;
    bool isTooLarge;

    public BlockBlobWriter(BlobRef blob, BlockBlobClient client, long expectedBytes)
    {
        (this.blob, this.client) = (blob, client);
        output = new(this, (int)Math.Clamp(expectedBytes, 0, BlockBytes));
    }

    public override Stream Stream => output;

    /// <summary>How large the next block is, after so many.</summary>
    internal static int SizeAfter(int blocks) => blocks < SmallBlocks ? BlockBytes : LaterBlockBytes;

    public override Task<BlobInfo> CommitAsync(CancellationToken cancel = default) => StorageFaults.WritingAsync(blob, async () =>
    {
        if (isTooLarge) throw TooLarge();
        ReadOnlyMemory<byte> last = output.TakeFilled();
        Note(last);
        var headers = new BlobHttpHeaders { ContentType = MediaTypes.Of(Path.GetExtension(blob.Path).ToLowerInvariant()), ContentHash = md5.GetHashAndReset() };
        if (blocks.Count == 0) return Describe(await PutAsync(last, headers, cancel));
        if (last.Length > 0) Send(last);
        while (underway.TryDequeue(out Task? block)) await block.WaitAsync(cancel);
        return await CommitAsync(headers, cancel);
    }, cancel);

    public override async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        foreach (Task block in underway) await block.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
        md5.Dispose();
    }

    /// <summary>Takes a full block; waits while two are on their way.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.StorageWriteFailed"/></exception>
    internal Task StageAsync(ReadOnlyMemory<byte> block, CancellationToken cancel) => StorageFaults.WritingAsync(blob, async () =>
    {
        isTooLarge |= blocks.Count == MostBlocks - 1;
        if (isTooLarge) throw TooLarge();
        Note(block);
        Send(block);
        if (underway.Count < BlocksAtOnce) return true;
        await underway.Peek().WaitAsync(cancel);
        return underway.TryDequeue(out _);
    }, cancel);

    void Note(ReadOnlyMemory<byte> block)
    {
        bytes += block.Length;
        md5.AppendData(block.Span);
    }

    void Send(ReadOnlyMemory<byte> block)
    {
        blocks.Add(BlobCopy.NameOf(writer, blocks.Count));
        underway.Enqueue(SendAsync(blocks[^1], block, stopping.Token));
    }

    Task<Response<BlockInfo>> SendAsync(string name, ReadOnlyMemory<byte> block, CancellationToken cancel) => ContainerBlobStore.InContainerAsync(
        client, async () => await client.StageBlockAsync(name, BinaryData.FromBytes(block).ToStream(), cancellationToken: cancel), cancel);

    Task<Response<BlobContentInfo>> PutAsync(ReadOnlyMemory<byte> content, BlobHttpHeaders headers, CancellationToken cancel) => ContainerBlobStore.InContainerAsync(
        client, async () => await client.UploadAsync(BinaryData.FromBytes(content).ToStream(), new BlobUploadOptions { HttpHeaders = headers }, cancel), cancel);

    async Task<BlobInfo> CommitAsync(BlobHttpHeaders headers, CancellationToken cancel)
    {
        try
        {
            return Describe(await client.CommitBlockListAsync(blocks, new CommitBlockListOptions { HttpHeaders = headers }, cancel));
        }
        catch (RequestFailedException fault) when (fault.Has(400, "InvalidBlockList"))
        {
            BlobProperties there = await client.GetPropertiesAsync(cancellationToken: cancel);
            if (there.ContentLength != bytes || there.ContentHash is not { } hash || !hash.AsSpan().SequenceEqual(headers.ContentHash))
                throw new IOException($"Another writer gave {blob} other bytes meanwhile; these are lost.", fault);
            return ContainerBlobStore.Describe(blob, bytes, there.LastModified, there.ETag);
        }
    }

    PipelineException TooLarge() => new(Problem.StorageWriteFailed, $"{blob} has more than {bytes:N0} bytes; a blob here holds no more.");

    BlobInfo Describe(Response<BlobContentInfo> written) => ContainerBlobStore.Describe(blob, bytes, written.Value.LastModified, written.Value.ETag);
}

/// <summary>Fills blocks. A full one is passed on once there is more: the last one is the commit's.</summary>
sealed class BlockOutput(BlockBlobWriter writer, int expectedBytes) : Stream
{
    const int SmallBytes = 16 << 10;

    byte[] block = new byte[Math.Max(expectedBytes, SmallBytes)];
    int filled, passed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public ReadOnlyMemory<byte> TakeFilled()
    {
        ReadOnlyMemory<byte> last = block.AsMemory(0, filled);
        (block, filled) = ([], 0);
        return last;
    }

    // Encoders write from threads of their own, which have nothing else to do than to wait here.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (IsFull) PassOnAsync(CancellationToken.None).GetAwaiter().GetResult();
            int taken = Take(buffer);
            buffer = buffer[taken..];
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (buffer.Length > 0)
        {
            if (IsFull) await PassOnAsync(cancellationToken);
            int taken = Take(buffer.Span);
            buffer = buffer[taken..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // The commit sends what is left; a caller's flush in between publishes nothing.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int Size => BlockBlobWriter.SizeAfter(passed);

    bool IsFull => filled == Size;

    int Take(ReadOnlySpan<byte> buffer)
    {
        int taken = Math.Min(buffer.Length, Size - filled);
        if (filled + taken > block.Length) Array.Resize(ref block, Math.Min(Size, Math.Max(filled + taken, 2 * block.Length)));
        buffer[..taken].CopyTo(block.AsSpan(filled));
        filled += taken;
        return taken;
    }

    async Task PassOnAsync(CancellationToken cancel)
    {
        // The block belongs to the request that carries it from now on.
        (ReadOnlyMemory<byte> full, block, filled) = (block.AsMemory(0, filled), [], 0);
        passed++;
        block = new byte[Size];
        await writer.StageAsync(full, cancel);
    }
}
