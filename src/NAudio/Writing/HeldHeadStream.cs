namespace DgxMusic.NAudio.Writing;

/// <summary>
/// A file as NAudio writes one: it comes back to its head when it knows the sizes. The head is held here, and what lies behind is passed on as it
/// comes, so that the target needs to be written forwards only.
/// </summary>
/// <param name="behind">Gets all behind the head; null: nobody does.</param>
sealed class HeldHeadStream(Stream? behind) : Stream
{
    readonly MemoryStream head = new();
    long? headBytes;
    long length;
    bool isShut;

    public byte[] Head => head.ToArray();

    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position { get; set; }

    /// <summary>What was written so far is the head.</summary>
    public void EndHead() => headBytes = length;

    /// <summary>What is written from now on goes nowhere.</summary>
    public void Shut() => isShut = true;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (headBytes is null || Position < headBytes)
        {
            head.Position = Position;
            head.Write(buffer);
        }
        else if (!isShut)
        {
            behind?.Write(buffer);
        }
        Position += buffer.Length;
        length = Math.Max(length, Position);
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length });

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
