using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Audio.Wav;

/// <summary>A chunk besides those that the samples need.</summary>
/// <param name="Id">Four ASCII letters.</param>
public sealed record WavChunk(string Id, ReadOnlyMemory<byte> Content)
{
    /// <summary>With its head and pad byte.</summary>
    internal long FileBytes => 8L + Content.Length + (Content.Length & 1);

    internal byte[] ToArray()
    {
        byte[] chunk = new byte[FileBytes];
        Encoding.ASCII.GetBytes(Id, chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), Content.Length);
        Content.Span.CopyTo(chunk.AsSpan(8));
        return chunk;
    }

    /// <exception cref="ArgumentException">The id has not four ASCII letters, or is one of those the writer lays out itself.</exception>
    internal void Check()
    {
        bool isId = Id.Length == 4 && Id.All(letter => letter is >= ' ' and <= '~') && Id is not ("fmt " or "fact" or "data" or "ds64");
        if (!isId) throw new ArgumentException($"'{Id}' is no name for a further chunk.");
    }
}
