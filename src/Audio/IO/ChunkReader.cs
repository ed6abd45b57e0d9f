using System.Text;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.IO;

/// <summary>Walks the chunks of a RIFF or AIFF file: four letters, a size of 32 bits, content, a pad byte where the size is odd.</summary>
/// <param name="container">Its name for the sentences, such as WAV.</param>
sealed class ChunkReader(ForwardReader source, string container, bool bigEndian)
{
    /// <summary>A header is small. What goes beyond this is damage or malice.</summary>
    const int MostChunks = 4096;

    /// <summary>Bytes of other chunks (pictures, regions, notes) before the samples.</summary>
    const long MostOtherBytes = 256L << 20;

    int chunks;

    public ForwardReader Source => source;

    /// <summary>The next chunk's four letters and its size; null at the end.</summary>
    public (string Id, uint Size)? Next()
    {
        Span<byte> head = stackalloc byte[8];
        if (source.Read(head) < head.Length) return null;
        if (++chunks > MostChunks) throw Unreadable($"has more than {MostChunks:N0} chunks before its samples");
        return (Encoding.Latin1.GetString(head[..4]), Bytes.UInt32(head[4..], bigEndian));
    }

    /// <summary>The start of a chunk's content; the rest is skipped.</summary>
    /// <param name="size">The chunk's announced size.</param>
    /// <param name="least">Fewer bytes, announced or there, are a fault.</param>
    /// <param name="most">What is kept of a longer chunk.</param>
    public byte[] Content(string id, uint size, int least, int most)
    {
        var content = new byte[Math.Min(size, (uint)most)];
        int count = source.Read(content);
        int needed = Math.Max(least, content.Length);
        if (count < needed) throw Unreadable($"has a '{id.Trim()}' chunk of {count:N0} bytes, where {needed:N0} are needed");
        SkipRest(id, size, content.Length);
        return content;
    }

    /// <summary>Moves past a chunk of which <paramref name="read"/> bytes are read already, and past its pad byte.</summary>
    public void SkipRest(string id, uint size, long read = 0)
    {
        Skip(id, size + (size & 1) - read);
    }

    /// <summary>Moves on by that many bytes of a chunk.</summary>
    public void Skip(string id, long bytes)
    {
        if (source.Position + bytes > MostOtherBytes)
        {
            throw Unreadable($"has {bytes:N0} bytes of '{Printable(id)}' before its samples; {MostOtherBytes:N0} are the limit");
        }
        source.Skip(bytes);
    }

    /// <param name="fault">What the file does wrong, continuing "This WAV file …".</param>
    public PipelineException Unreadable(string fault) => new(Problem.UnreadableAudio, $"This {container} file {fault}.");

    /// <summary>Four letters as they can be shown.</summary>
    public static string Printable(string id) => string.Concat(id.Select(letter => letter is >= ' ' and <= '~' ? letter : '?'));
}
