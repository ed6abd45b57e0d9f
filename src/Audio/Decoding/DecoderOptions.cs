using DgxMusic.Audio.Codecs;

namespace DgxMusic.Audio.Decoding;

/// <summary>Who decodes, and how ffmpeg decodes what the codec does not.</summary>
public sealed record DecoderOptions
{
    public static readonly DecoderOptions Default = new();

    public IAudioCodec Codec { get; init; } = ManagedCodec.Instance;

    /// <summary>A name looked up on the search path, or a full path.</summary>
    public string Ffmpeg { get; init; } = Programs.Find("ffmpeg");

    /// <summary>A name looked up on the search path, or a full path.</summary>
    public string Ffprobe { get; init; } = Programs.Find("ffprobe");

    /// <summary>Seconds that the decoder may take for one piece of output; waiting for us does not count.</summary>
    public double PatienceSeconds { get; init; } = 60;

    /// <summary>Where content that comes from a stream is put for the decoder to seek in.</summary>
    public string ScratchFolder { get; init; } = Path.GetTempPath();

    /// <summary>Content of more bytes is not put there.</summary>
    public long MostScratchBytes { get; init; } = 2L << 30;

    /// <summary>NaN and infinity are <see cref="Contracts.Problem.InvalidSamples"/>. Off for who wants to look at them.</summary>
    public bool RefuseInvalidSamples { get; init; } = true;
}
