using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Wav;

namespace DgxMusic.Audio.Export;

/// <summary>What goes into a file besides its samples, and who writes it.</summary>
public sealed record ExportExtras
{
    public static readonly ExportExtras None = new();

    public Tags Tags { get; init; } = Tags.None;

    /// <summary>
    /// Null: no <c>bext</c> chunk; WAV only. What it says of the source is carried on: the loudness is measured anew, the coding history grows by a
    /// line, the time reference follows the sample rate.
    /// </summary>
    public BroadcastInfo? Broadcast { get; init; }

    /// <summary>Who writes WAV.</summary>
    public IAudioCodec Codec { get; init; } = ManagedCodec.Instance;

    /// <summary>How all else is written.</summary>
    public EncoderOptions Encoder { get; init; } = EncoderOptions.Default;
}
