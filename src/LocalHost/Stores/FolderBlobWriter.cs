using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Stores;

/// <summary>Writes a temporary file, then gives it its name.</summary>
sealed class FolderBlobWriter : BlobWriter
{
    const int BufferBytes = 1 << 16;

    readonly BlobRef blob;
    readonly string temporary;
    readonly Func<string, BlobInfo> publish;
    readonly FileStream file;
    readonly BlobOutput output;

    public FolderBlobWriter(BlobRef blob, string temporary, long expectedBytes, Func<string, BlobInfo> publish)
    {
        (this.blob, this.temporary, this.publish) = (blob, temporary, publish);
        file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = BufferBytes, PreallocationSize = expectedBytes });
        output = new BlobOutput(blob, file);
    }

    public override Stream Stream => output;

    public override Task<BlobInfo> CommitAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (output.Fault is { } fault) throw StoreFaults.Refused(blob, fault);
        return Task.FromResult(StoreFaults.Translate(blob, () =>
        {
            file.Flush(flushToDisk: true);
            file.Dispose();
            return publish(temporary);
        }));
    }

    public override ValueTask DisposeAsync()
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // The disk refused the last buffer; the file goes anyway.
        }

        File.Delete(temporary);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Passes bytes on and names refusals; remembers the first, so that nothing is published after it.</summary>
sealed class BlobOutput(BlobRef blob, Stream inner) : Stream
{
    public Exception? Fault { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception fault) when (StoreFaults.IsRefusal(fault))
        {
            Fault ??= fault;
            throw StoreFaults.Refused(blob, fault);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // The commit flushes; a caller's flush in between publishes nothing.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
