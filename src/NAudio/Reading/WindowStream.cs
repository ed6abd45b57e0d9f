namespace DgxMusic.NAudio.Reading;

/// <summary>
/// A part of a stream, as a file of its own. A read is full up to the end: NAudio takes a short one for the end, where stores give what has come so far.
/// The stream stays its owner's.
/// </summary>
/// <param name="start">Where the part begins in the stream.</param>
sealed class WindowStream(Stream stream, long start, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => stream.Position - start; set => stream.Position = start + value; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = buffer[..(int)Math.Clamp(length - Position, 0, buffer.Length)];
        return stream.ReadAtLeast(wanted, wanted.Length, throwOnEndOfStream: false);
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length });

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
