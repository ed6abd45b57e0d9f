using System.Buffers.Binary;

namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>All that a generation has to remember to go on elsewhere as if nothing had happened.</summary>
/// <param name="StepsDone">In all windows together.</param>
/// <param name="Codes">Prompt and what is written; where a codebook lags behind the first, the pad token.</param>
public sealed record TokenState(int StepsDone, Codes Codes)
{
    const int HeaderBytes = 2 * sizeof(int);

    /// <summary>Steps and codebooks in four little-endian bytes each, then <see cref="Codes.ToBytes"/>.</summary>
    public byte[] ToBytes()
    {
        byte[] codes = Codes.ToBytes(), bytes = new byte[HeaderBytes + codes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, StepsDone);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int)), Codes.Codebooks);
        codes.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    /// <summary>What <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentException">These bytes are something else.</exception>
    public static TokenState From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes) throw new ArgumentException($"{bytes.Length} bytes are no state of a generation.", nameof(bytes));
        (int steps, int codebooks) = (BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..]));
        if (steps < 0 || codebooks is < 1 or > 64) throw new ArgumentException($"{steps} steps of {codebooks} codebooks are no state of a generation.", nameof(bytes));
        return new(steps, Codes.From(bytes[HeaderBytes..], codebooks));
    }
}
