using System.Globalization;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Encoders;

/// <summary>A format that ffmpeg encodes for us.</summary>
/// <param name="Title">As people say it.</param>
/// <param name="Muxer">ffmpeg's name: given, so that it never guesses.</param>
/// <param name="MostChannels">What the format, or its encoder, takes.</param>
/// <param name="HasRate">Whether it has a sample rate, Hz.</param>
/// <param name="Codec">What ffmpeg is told of encoder and container.</param>
sealed record EncodedFormat(
    FileFormat Format, string Title, string Muxer, bool IsLossless, int MostChannels, Func<int, bool> HasRate,
    Func<EncoderOptions, int, string[]> Codec)
{
    /// <summary>A frame header counts Hz up to 65,535 or tens of Hz. Source: RFC 9639 §9.1.2.</summary>
    public static readonly EncodedFormat Flac = new(
        FileFormat.Flac, "FLAC", "flac", IsLossless: true, MostChannels: 8, rateHz => rateHz <= 65_535 || (rateHz % 10 == 0 && rateHz <= 655_350),
        (_, _) => ["-c:a", "flac", "-compression_level", "8"]);

    /// <summary>MPEG-1 only: what is below 32 kHz is of MPEG-2, which has no 320 kbit/s. The compression level is LAME's slowest and best.</summary>
    public static readonly EncodedFormat Mp3 = new(
        FileFormat.Mp3, "MP3", "mp3", IsLossless: false, MostChannels: 2, rateHz => rateHz is 32_000 or 44_100 or 48_000,
        (options, _) => ["-c:a", "libmp3lame", "-b:a", $"{options.Mp3Kbps}k", "-compression_level", "0", "-id3v2_version", "0", "-write_id3v1", "0"]);

    /// <summary>
    /// libvorbis has no set-up above 200 kHz. Pages of 0.1 s, because decoders of ffmpeg miscount the end where all music is on one.
    /// </summary>
    public static readonly EncodedFormat Ogg = new(
        FileFormat.Ogg, "Ogg Vorbis", "ogg", IsLossless: false, MostChannels: 8, rateHz => rateHz <= 200_000,
        (options, _) => ["-c:a", "libvorbis", "-q:a", options.VorbisQuality.ToString(CultureInfo.InvariantCulture), "-page_duration", "100000"]);

    /// <summary>
    /// The edit list counts in the movie's time scale: at the sample rate its length is exact to the frame. Rates: ISO/IEC 14496-3 §1.6.3.4.
    /// </summary>
    public static readonly EncodedFormat M4a = new(
        FileFormat.M4a, "M4A", "ipod", IsLossless: false, MostChannels: 8,
        rateHz => rateHz is 7_350 or 8_000 or 11_025 or 12_000 or 16_000 or 22_050 or 24_000 or 32_000 or 44_100 or 48_000 or 64_000 or 88_200 or 96_000,
        (options, rateHz) => ["-c:a", "aac", "-b:a", $"{options.AacKbps}k", "-movie_timescale", $"{rateHz}", "-movflags", "+faststart"]);

    /// <returns>Null for WAV, which we write ourselves.</returns>
    public static EncodedFormat? Of(FileFormat format) => format switch
    {
        FileFormat.Flac => Flac,
        FileFormat.Mp3 => Mp3,
        FileFormat.Ogg => Ogg,
        FileFormat.M4a => M4a,
        _ => null,
    };

    /// <summary>The rate itself where the format has it; else 44.1 kHz for its multiples and parts, 48 kHz for all others.</summary>
    public int NearRate(int rateHz) => HasRate(rateHz) ? rateHz : rateHz % 11_025 == 0 ? 44_100 : 48_000;

    /// <summary>Codes that the encoder is fed with: those the file holds, or 24 bits, beyond which no lossy codec hears.</summary>
    public BitDepth FedDepth(BitDepth asked) => IsLossless ? asked : BitDepth.Pcm24;
}
