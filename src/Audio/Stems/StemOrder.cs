using DgxMusic.Audio.Encoders;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Stems;

/// <summary>What a caller wants of the files that tracks go into; null is for us to decide.</summary>
/// <param name="Format">One of <see cref="StemFormat.Formats"/>.</param>
/// <param name="BitDepth">One of <see cref="StemFormat.Depths"/>.</param>
/// <param name="Kbps">One of <see cref="EncoderOptions.Mp3Rates"/>.</param>
public sealed record StemOrder(string? Format = null, string? BitDepth = null, int? Kbps = null)
{
    public const string Auto = "auto", SourceDepth = "source";

    /// <summary>What is wrong whatever the source is.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one sentence a field: <c>output_format</c>, <c>bit_depth</c>, <c>bitrate</c>.</exception>
    public void Check()
    {
        var faults = new Dictionary<string, string>();
        if (Format is not null && !StemFormat.Formats.Contains(Format)) faults["output_format"] = $"'output_format' is not one of {string.Join(", ", StemFormat.Formats)}.";
        if (DepthFault() is { } depth) faults["bit_depth"] = depth;
        if (RateFault() is { } rate) faults["bitrate"] = rate;
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    string? DepthFault()
    {
        if (BitDepth is null or SourceDepth) return null;   // where the format has no depth, there is none to follow
        if (!BitDepths.ByName.ContainsKey(BitDepth)) return $"'bit_depth' is not one of {string.Join(", ", StemFormat.Depths)}.";
        return Format switch
        {
            Auto => "'auto' picks the depth; give 'bit_depth' with an output_format of wav or flac.",
            "mp3" => "MP3 has no bit depth.",
            "flac" when BitDepth is not ("PCM_16" or "PCM_24") => $"FLAC holds PCM_16 and PCM_24, not {BitDepth}.",
            _ => null,
        };
    }

    string? RateFault() => (Format, Kbps) switch
    {
        (_, null) => null,
        (Auto, _) => "'auto' picks the bit rate; give 'bitrate' with an output_format of mp3.",
        ("wav" or "flac", _) => $"'bitrate' is for mp3; {Format} has none.",
        _ when !EncoderOptions.Mp3Rates.Contains(Kbps.Value) => $"{Kbps} is not one of {string.Join(", ", EncoderOptions.Mp3Rates)} kbit/s, which MP3 has.",
        _ => null,
    };
}
