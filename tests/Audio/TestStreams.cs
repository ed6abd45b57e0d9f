namespace DgxMusic.Audio.Tests;

/// <summary>A pipe: no length, no seeking, and never more than a few bytes at a time.</summary>
sealed class PipeStream(byte[] content, int most = 7) : Stream
{
    int position;

    public bool Disposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(buffer.Length, most), content.Length - position);
        content.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>A file of any size that holds only its header; all behind is zero.</summary>
sealed class SparseStream(byte[] head, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Max(0, Math.Min(buffer.Length, length - Position));
        for (int i = 0; i < count; i++) buffer[i] = Position + i < head.Length ? head[Position + i] : (byte)0;
        Position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length });

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}

/// <summary>Takes bytes, keeps the first and the last few, and counts. No seeking, as an upload.</summary>
sealed class CountingStream(int keep = 128) : Stream
{
    public List<byte> Head { get; } = [];

    public byte Last { get; private set; }

    /// <summary>Bytes there after each write.</summary>
    public List<long> Ends { get; } = [];

    public long Count { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Head.Count < keep) Head.AddRange(buffer[..Math.Min(buffer.Length, keep - Head.Count)]);
        if (buffer.Length > 0) Last = buffer[^1];
        Count += buffer.Length;
        Ends.Add(Count);
    }

    public override void Flush()
    {
    }
}

/// <summary>As a file in a store: it seeks, but gives a few bytes at a time.</summary>
sealed class ChoppedStream(byte[] content) : MemoryStream(content)
{
    public bool Disposed { get; private set; }

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 61));

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        base.Dispose(disposing);
    }
}
