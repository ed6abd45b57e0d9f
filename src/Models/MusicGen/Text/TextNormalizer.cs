using System.Buffers;
using System.Text;

namespace DgxMusic.Models.MusicGen.Text;

/// <summary>Text as the pieces were learnt from it: characters mapped, spaces collapsed and written ▁. Kudo and Richardson, arXiv:1808.06226, section 3.</summary>
sealed class TextNormalizer(UnigramModel model)
{
    const byte Space = (byte)' ';

    readonly CharacterMap map = new(model.CharacterMap);
    readonly PieceTrie userDefined = new([.. model.Pieces.Select(piece => piece.Kind == PieceKind.UserDefined ? piece : piece with { Kind = PieceKind.Unused })]);
    readonly byte[] escaped = model.EscapesSpaces ? [.. "▁"u8] : [Space];

    /// <param name="text">UTF-8.</param>
    public byte[] Normalize(ReadOnlySpan<byte> text)
    {
        var normal = new ArrayBufferWriter<byte>(text.Length + (text.Length / 2) + 16);
        if (text.Length > 0 && model.AddsPrefix) normal.Write(escaped);
        bool isAfterSpace = model.CollapsesSpaces;
        while (text.Length > 0)
        {
            ReadOnlySpan<byte> part = Next(text, out int taken);
            text = text[taken..];
            if (isAfterSpace) part = part.TrimStart(Space);
            if (part.Length == 0) continue;
            Write(part, normal);
            isAfterSpace = model.CollapsesSpaces && part[^1] == Space;
        }

        ReadOnlySpan<byte> whole = normal.WrittenSpan;
        while (model.CollapsesSpaces && whole.EndsWith(escaped)) whole = whole[..^escaped.Length];
        return [.. whole];
    }

    /// <summary>What the first characters become: those of the longest rule for them, or the first alone.</summary>
    ReadOnlySpan<byte> Next(ReadOnlySpan<byte> text, out int taken)
    {
        if ((taken = LongestUserDefined(text)) > 0) return text[..taken];
        if (map.TryFind(text, out ReadOnlySpan<byte> replacement, out taken)) return replacement;
        if (Rune.DecodeFromUtf8(text, out _, out taken) == OperationStatus.Done) return text[..taken];
        taken = 1;
        return "\uFFFD"u8;
    }

    int LongestUserDefined(ReadOnlySpan<byte> text)
    {
        int node = PieceTrie.Root, longest = 0;
        for (int at = 0; at < text.Length && userDefined.Descend(ref node, text[at]);)
        {
            at++;
            if (userDefined.IdAt(node) is not null) longest = at;
        }

        return longest;
    }

    void Write(ReadOnlySpan<byte> part, ArrayBufferWriter<byte> normal)
    {
        foreach (byte b in part)
        {
            if (b == Space) normal.Write(escaped);
            else normal.Write([b]);
        }
    }
}
