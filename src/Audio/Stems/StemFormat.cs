using DgxMusic.Audio.Encoders;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Stems;

/// <summary>The files that the tracks of a source go into, and why.</summary>
/// <param name="BitDepth">Null where the format codes with loss.</param>
/// <param name="Kbps">Constant bit rate, of MP3 only.</param>
/// <param name="Reason">One sentence for who asks.</param>
public sealed record StemFormat(FileFormat Format, BitDepth? BitDepth, int? Kbps, string Reason)
{
    /// <summary>What <c>output_format</c> may say; nothing follows the source.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["wav", "flac", "mp3", StemOrder.Auto];

    /// <summary>What <c>bit_depth</c> may say.</summary>
    public static IReadOnlyList<string> Depths { get; } = [StemOrder.SourceDepth, .. BitDepths.ByName.Keys];

    /// <summary>Tracks are written as they are: what gain they get, they have.</summary>
    public ExportOptions Options(int? sampleRateHz) =>
        new() { Normalize = false, Format = Format, BitDepth = BitDepth ?? Contracts.BitDepth.Pcm24, SampleRateHz = sampleRateHz };

    public EncoderOptions Encoder => Kbps is { } kbps ? EncoderOptions.Default with { Mp3Kbps = kbps } : EncoderOptions.Default;

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: as <see cref="StemOrder.Check"/> says it.</exception>
    public static StemFormat Choose(StemSource source, StemOrder order)
    {
        order.Check();
        return order.Format switch
        {
            StemOrder.Auto => StemFormatRules.Best(source),
            "mp3" => StemFormatRules.Mp3(order, "MP3 was asked for."),
            "flac" => StemFormatRules.Flac(source, order),
            "wav" => StemFormatRules.Wav(source, order, "WAV was asked for"),
            _ when source.Container == "mp3" => StemFormatRules.Mp3(order, "The source is MP3, and no output_format was asked for." + LeftAside(order.BitDepth is StemOrder.SourceDepth ? null : order.BitDepth, "bit_depth", "MP3 has none")),
            _ => StemFormatRules.Wav(
                source, order, $"The source is {source.Container.ToUpperInvariant()} and no output_format was asked for",
                LeftAside(order.Kbps, "bitrate", "WAV has none")),
        };
    }

    /// <summary>Where the format follows the source, what only other formats have does not change it.</summary>
    static string LeftAside(object? asked, string field, string why) => asked is null ? "" : $" '{field}' was left aside: {why}.";
}
