using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Audio.IO;

/// <summary>A chunk's content in a file.</summary>
/// <param name="Size">Bytes as announced; the file may hold fewer.</param>
readonly record struct ChunkPlace(string Id, long At, long Size);

/// <summary>
/// Where the chunks of a RIFF, RF64 or AIFF file lie, before and behind its samples. Damage ends the index, it is no fault: whether a file can be
/// read is decided where its samples are.
/// </summary>
static class ChunkIndex
{
    const int MostChunks = 4096;

    /// <summary>What a 32-bit size says when the real one is in <c>ds64</c>.</summary>
    const uint InWideSizes = uint.MaxValue;

    /// <param name="file">Seekable, from its first byte; left at another position.</param>
    /// <param name="last">Chunks behind the first of this name are left out; null: none are.</param>
    public static List<ChunkPlace> Of(Stream file, bool bigEndian, string? last = null)
    {
        var places = new List<ChunkPlace>();
        Span<byte> head = stackalloc byte[8];
        long at = 12, wideDataBytes = 0;
        while (places.Count < MostChunks && at >= 0 && at + head.Length <= file.Length)
        {
            file.Position = at;
            if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) break;
            var place = new ChunkPlace(Encoding.Latin1.GetString(head[..4]), at + head.Length, Bytes.UInt32(head[4..], bigEndian));
            if (place.Id == "ds64") wideDataBytes = DataBytesOf(Read(file, place, 16));
            if (place is { Id: "data", Size: InWideSizes }) place = place with { Size = wideDataBytes };
            places.Add(place);
            if (place.Id == last) break;
            at = place.At + place.Size + (place.Size & 1);
        }
        return places;
    }

    /// <summary>The start of a chunk's content: as much as is announced, there, and asked for.</summary>
    public static byte[] Read(Stream file, ChunkPlace place, int most)
    {
        var content = new byte[Math.Max(0, Math.Min(Math.Min(place.Size, most), file.Length - place.At))];
        file.Position = place.At;
        return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }

    static long DataBytesOf(ReadOnlySpan<byte> sizes) =>
        sizes.Length == 16 && BinaryPrimitives.ReadInt64LittleEndian(sizes[8..]) is >= 0 and < long.MaxValue / 2 and long bytes ? bytes : 0;
}
