using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Stores;

/// <summary>
/// A blob as it was when it was opened, fetched in ranges: 256 KiB at first and where somebody jumps, up to 4 MiB where somebody goes on reading, the next one while
/// this one is read. What fits the first range is here whole; of a larger blob that is replaced or removed meanwhile the next range fails, never is one of the new bytes read.
/// </summary>
sealed class BlobReader : Stream
{
    internal const int FirstBytes = 256 << 10, MostBytes = 4 << 20;

    readonly BlockBlobClient client;
    readonly BlobRef blob;
    readonly ETag etag;
    readonly long length;
    readonly CancellationTokenSource closing = new();
    (long From, Task<byte[]> Bytes)? ahead;
    byte[] window;
    long windowFrom, position;
    int nextBytes = FirstBytes;

    BlobReader(BlockBlobClient client, BlobRef blob, ETag etag, long length, byte[] window) =>
        (this.client, this.blob, this.etag, this.length, this.window) = (client, blob, etag, length, window);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    long WindowEnd => windowFrom + window.Length;

    /// <returns>Null if there is no such blob.</returns>
    public static Task<BlobReader?> OpenAsync(BlockBlobClient client, BlobRef blob, CancellationToken cancel) => StorageFaults.ReadingAsync(blob, async () =>
    {
        while (true)
        {
            try
            {
                using BlobDownloadStreamingResult first = await client.DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(0, FirstBytes) }, cancel);
                byte[] window = new byte[first.Details.ContentLength];
                await first.Content.ReadExactlyAsync(window, cancel);
                return new BlobReader(client, blob, first.Details.ETag, LengthOf(first.Details), window);
            }
            catch (RequestFailedException fault) when (fault.Status == 404)
            {
                return null;
            }
            catch (RequestFailedException fault) when (fault.Status == 416)
            {
                // An empty blob has no range at all.
                if (await EmptyAsync(client, blob, cancel) is { } empty) return empty;
            }
        }
    }, cancel);

    public override int Read(Span<byte> buffer)
    {
        // Decoders read from threads of their own, which have nothing else to do than to wait here.
        if (!IsHere(buffer.Length)) LoadAsync(CancellationToken.None).GetAwaiter().GetResult();
        return Take(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsHere(buffer.Length)) await LoadAsync(cancellationToken);
        return Take(buffer.Span);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        long target = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => position, _ => length });
        if (target < 0) throw new IOException("This is before the beginning.");
        return position = target;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !closing.IsCancellationRequested)
        {
            closing.Cancel();
            // Nobody waits for what was fetched ahead; its failure is nobody's.
            ahead?.Bytes.ContinueWith(fetched => fetched.Exception, TaskScheduler.Default);
            (ahead, window) = (null, []);
        }

        base.Dispose(disposing);
    }

    static async Task<BlobReader?> EmptyAsync(BlockBlobClient client, BlobRef blob, CancellationToken cancel)
    {
        BlobProperties properties = await client.GetPropertiesAsync(cancellationToken: cancel);
        return properties.ContentLength == 0 ? new(client, blob, properties.ETag, 0, []) : null;
    }

    // "bytes 0-262143/5000000"
    static long LengthOf(BlobDownloadDetails details) =>
        details.ContentRange is { } range ? long.Parse(range.AsSpan(range.LastIndexOf('/') + 1), CultureInfo.InvariantCulture) : details.ContentLength;

    bool IsHere(int count)
    {
        ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, this);
        return count == 0 || position >= length || (position >= windowFrom && position < WindowEnd);
    }

    int Take(Span<byte> buffer)
    {
        if (position >= length || buffer.Length == 0) return 0;
        int from = (int)(position - windowFrom), count = Math.Min(buffer.Length, window.Length - from);
        window.AsSpan(from, count).CopyTo(buffer);
        position += count;
        return count;
    }

    async Task LoadAsync(CancellationToken cancel)
    {
        bool goesOn = position == WindowEnd;
        nextBytes = goesOn ? Math.Min(2 * nextBytes, MostBytes) : FirstBytes;
        Task<byte[]> wanted = ahead is { } fetched && fetched.From == position ? fetched.Bytes : FetchAsync(position, nextBytes);
        (long from, ahead) = (position, null);
        window = await wanted.WaitAsync(cancel);
        windowFrom = from;
        if (goesOn && WindowEnd < length) ahead = (WindowEnd, FetchAsync(WindowEnd, Math.Min(2 * nextBytes, MostBytes)));
    }

    async Task<byte[]> FetchAsync(long from, int most)
    {
        var range = new BlobDownloadOptions { Range = new HttpRange(from, Math.Min(most, length - from)), Conditions = new BlobRequestConditions { IfMatch = etag } };
        try
        {
            return await StorageFaults.ReadingAsync(blob, async () =>
            {
                using BlobDownloadStreamingResult part = await client.DownloadStreamingAsync(range, closing.Token);
                byte[] bytes = new byte[part.Details.ContentLength];
                await part.Content.ReadExactlyAsync(bytes, closing.Token);
                return bytes;
            }, closing.Token);
        }
        catch (IOException fault) when (fault.InnerException is RequestFailedException { Status: 404 or 412 } gone)
        {
            throw new IOException($"{blob} was replaced or removed while it was read.", gone);
        }
    }
}
