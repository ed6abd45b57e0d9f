namespace DgxMusic.Audio.IO;

/// <summary>Reads a stream forwards and counts; positions are bytes from where the stream stood at first.</summary>
sealed class ForwardReader(Stream stream)
{
    readonly byte[] discarded = new byte[4096];

    public long Position { get; private set; }

    /// <summary>Bytes between <see cref="Position"/> and the end; null where the stream cannot tell.</summary>
    public long? Available => stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    /// <summary>Fills the span; fewer bytes come only at the end.</summary>
    public int Read(Span<byte> bytes)
    {
        int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        Position += count;
        return count;
    }

    /// <summary>Moves on by that many bytes, or to the end where there are fewer.</summary>
    public void Skip(long bytes)
    {
        if (Available is { } available)
        {
            long step = Math.Min(bytes, available);
            stream.Seek(step, SeekOrigin.Current);
            Position += step;
            return;
        }
        while (bytes > 0 && Read(discarded.AsSpan(0, (int)Math.Min(bytes, discarded.Length))) is > 0 and int count) bytes -= count;
    }
}
