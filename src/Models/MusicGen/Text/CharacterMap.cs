using System.Buffers.Binary;

namespace DgxMusic.Models.MusicGen.Text;

/// <summary>
/// Which characters become which, as SentencePiece compiles it: four bytes that say how long the trie is, the trie, and the replacements, each ended by a zero.
/// The trie is a double array of 32-bit units, all numbers little-endian: Aoe, IEEE Transactions on Software Engineering 15(9), 1989; Yata et al., Information Processing and Management 43(1), 2007.
/// </summary>
sealed class CharacterMap
{
    const int UnitBytes = sizeof(uint), MostReplacementBytes = 1_000;
    const uint IsLeaf = 1u << 31, HasLeaf = 1u << 8;

    readonly uint[] units = [];
    readonly byte[] replacements = [];

    /// <param name="compiled">Checked before; empty: nothing changes.</param>
    public CharacterMap(ReadOnlySpan<byte> compiled)
    {
        if (compiled.Length == 0) return;
        int bytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(compiled);
        units = new uint[bytes / UnitBytes];
        for (int i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(compiled[(UnitBytes * (i + 1))..]);
        replacements = [.. compiled[(UnitBytes + bytes)..]];
    }

    /// <summary>What is wrong with a compiled map; null if nothing is.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> compiled)
    {
        if (compiled.Length == 0) return null;
        if (compiled.Length <= UnitBytes) return $"its character map has {compiled.Length} bytes";
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(compiled);
        if (bytes < UnitBytes || bytes % UnitBytes != 0 || bytes >= compiled.Length - UnitBytes) return $"the trie of its character map has {bytes} bytes of {compiled.Length}";
        return compiled[^1] != 0 ? "the last replacement of its character map has no end" : new CharacterMap(compiled).FaultOfUnits();
    }

    /// <summary>The replacement of the longest beginning that has one.</summary>
    /// <param name="taken">How many bytes it replaces.</param>
    public bool TryFind(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement, out int taken)
    {
        replacement = [];
        taken = 0;
        if (units.Length == 0) return false;
        uint at = OffsetOf(units[0]), found = 0;
        for (int i = 0; i < text.Length; i++)
        {
            at ^= text[i];
            if (at >= units.Length || LabelOf(units[at]) != text[i]) break;
            uint unit = units[at];
            at ^= OffsetOf(unit);
            if ((unit & HasLeaf) != 0) (taken, found) = (i + 1, units[at] & ~IsLeaf);
        }

        if (taken > 0) replacement = Replacement(found);
        return taken > 0;
    }

    ReadOnlySpan<byte> Replacement(uint start)
    {
        ReadOnlySpan<byte> from = replacements.AsSpan((int)start);
        return from[..from.IndexOf((byte)0)];
    }

    string? FaultOfUnits()
    {
        for (uint i = 0; i < units.Length; i++)
        {
            if ((units[i] & IsLeaf) != 0) continue;
            uint next = i ^ OffsetOf(units[i]);
            if (next >= units.Length) return "the trie of its character map leads out of itself";
            if ((units[i] & HasLeaf) == 0) continue;
            uint start = units[next] & ~IsLeaf;
            if (start >= replacements.Length) return "its character map leads to replacements that it has not";
            if (Replacement(start).Length > MostReplacementBytes) return $"its character map has a replacement of more than {MostReplacementBytes} bytes";
        }

        return null;
    }

    /// <summary>The byte that leads here; none for a leaf.</summary>
    static uint LabelOf(uint unit) => unit & (IsLeaf | 0xFF);

    /// <summary>From a unit to its children, less their bytes.</summary>
    static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);
}
