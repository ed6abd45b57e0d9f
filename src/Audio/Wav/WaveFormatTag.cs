namespace DgxMusic.Audio.Wav;

/// <summary><c>wFormatTag</c> values of the codings we read and write.</summary>
static class WaveFormatTag
{
    public const ushort Pcm = 1, IeeeFloat = 3, Extensible = 0xFFFE;

    /// <summary>Bytes 2 to 15 of the sub-format GUID in an extensible header; the tag is its bytes 0 and 1.</summary>
    public static ReadOnlySpan<byte> SubFormatTail => [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];
}
