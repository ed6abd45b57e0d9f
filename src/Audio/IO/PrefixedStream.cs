namespace DgxMusic.Audio.IO;

/// <summary>A stream of which the first bytes were read already, whole again.</summary>
sealed class PrefixedStream(ReadOnlyMemory<byte> head, Stream rest, bool leaveOpen = false) : ForwardStream
{
    ReadOnlyMemory<byte> head = head;

    public override int Read(Span<byte> buffer)
    {
        if (head.IsEmpty) return rest.Read(buffer);
        int count = Math.Min(buffer.Length, head.Length);
        head.Span[..count].CopyTo(buffer);
        head = head[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen) rest.Dispose();
        base.Dispose(disposing);
    }
}
