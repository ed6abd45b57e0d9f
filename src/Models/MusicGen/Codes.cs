using System.Buffers.Binary;

namespace DgxMusic.Models.MusicGen;

/// <summary>Music as the codec writes it: in each frame one number a codebook.</summary>
public sealed class Codes
{
    const int BytesPerCode = sizeof(ushort);
    readonly int[] values;

    /// <param name="values">(codebooks, frames), row-major.</param>
    public Codes(int codebooks, int frames, int[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(codebooks);
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        if (values.Length != (long)codebooks * frames) throw new ArgumentException($"{codebooks} codebooks of {frames} frames are not {values.Length} codes.", nameof(values));
        (Codebooks, Frames, this.values) = (codebooks, frames, values);
    }

    public int Codebooks { get; }

    public int Frames { get; }

    public int this[int codebook, int frame] => Of(codebook)[frame];

    /// <summary>All frames of one codebook.</summary>
    public ReadOnlySpan<int> Of(int codebook) => values.AsSpan(codebook * Frames, Frames);

    public static Codes None(int codebooks) => new(codebooks, 0, []);

    /// <summary>Frames from <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public Codes Slice(int from, int to)
    {
        int[] part = new int[Codebooks * (to - from)];
        for (int codebook = 0; codebook < Codebooks; codebook++) Of(codebook)[from..to].CopyTo(part.AsSpan(codebook * (to - from)));
        return new(Codebooks, to - from, part);
    }

    public Codes Append(Codes more)
    {
        if (more.Codebooks != Codebooks) throw new ArgumentException($"{more.Codebooks} codebooks do not continue {Codebooks}.", nameof(more));
        int frames = Frames + more.Frames;
        int[] both = new int[Codebooks * frames];
        for (int codebook = 0; codebook < Codebooks; codebook++)
        {
            Of(codebook).CopyTo(both.AsSpan(codebook * frames));
            more.Of(codebook).CopyTo(both.AsSpan((codebook * frames) + Frames));
        }

        return new(Codebooks, frames, both);
    }

    /// <summary>Frame after frame, little-endian, two bytes a code.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[values.Length * BytesPerCode];
        for (int frame = 0, at = 0; frame < Frames; frame++)
        {
            for (int codebook = 0; codebook < Codebooks; codebook++, at += BytesPerCode)
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), checked((ushort)this[codebook, frame]));
        }

        return bytes;
    }

    /// <summary>What <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentException">These are not whole frames.</exception>
    public static Codes From(ReadOnlySpan<byte> bytes, int codebooks)
    {
        if (bytes.Length % (codebooks * BytesPerCode) != 0) throw new ArgumentException($"{bytes.Length} bytes are not whole frames of {codebooks} codes.", nameof(bytes));
        int frames = bytes.Length / (codebooks * BytesPerCode);
        int[] values = new int[codebooks * frames];
        for (int frame = 0; frame < frames; frame++)
        {
            for (int codebook = 0; codebook < codebooks; codebook++)
                values[(codebook * frames) + frame] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(((frame * codebooks) + codebook) * BytesPerCode)..]);
        }

        return new(codebooks, frames, values);
    }
}
