namespace DgxMusic.Audio.Encoders;

/// <summary>How formats other than WAV are encoded.</summary>
public sealed record EncoderOptions
{
    public static readonly EncoderOptions Default = new();

    /// <summary>Bit rates that MPEG-1 Layer III has (ISO/IEC 11172-3 §2.4.2.3), kbit/s.</summary>
    public static IReadOnlyList<int> Mp3Rates { get; } = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

    /// <summary>A name looked up on the search path, or a full path.</summary>
    public string Ffmpeg { get; init; } = Programs.Find("ffmpeg");

    /// <summary>Seconds that the encoder may take for one piece of input, and to finish.</summary>
    public double PatienceSeconds { get; init; } = 60;

    /// <summary>Where the encoder works before its file is handed on: it goes back to write its header.</summary>
    public string ScratchFolder { get; init; } = Path.GetTempPath();

    /// <summary>Constant bit rate, one of <see cref="Mp3Rates"/>.</summary>
    public int Mp3Kbps { get; init; } = 320;

    /// <summary>−1 to 10, as libvorbis counts; 8 is about 256 kbit/s in stereo.</summary>
    public double VorbisQuality { get; init; } = 8;

    /// <summary>Bit rate, 32 to 512 kbit/s.</summary>
    public int AacKbps { get; init; } = 256;
}
