using System.Globalization;
using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Stems;

/// <summary>How each format is chosen and laid out.</summary>
static class StemFormatRules
{
    /// <summary>Below this a coded source gets more than its own rate: what is coded twice with loss loses twice.</summary>
    const int LeastKbps = 192, MostKbps = 320;

    /// <summary>Shorter tracks are loops and samples: every sampler opens WAV, and there is little to save.</summary>
    const double LoopSeconds = 30;

    public static StemFormat Mp3(StemOrder order, string reason) => new(FileFormat.Mp3, null, order.Kbps ?? MostKbps, reason);

    public static StemFormat Wav(StemSource source, StemOrder order, string reason, string remark = "")
    {
        bool follows = order.BitDepth == StemOrder.SourceDepth;
        BitDepth depth = follows ? SourceDepth(source) : order.BitDepth is { } asked ? BitDepths.Parse(asked) : BitDepth.Pcm16;
        string why = follows ? $"its depth follows the source's {source.BitDepth ?? "samples, which have none"}"
            : order.BitDepth is null ? "16 bits is what we write unless asked" : $"{order.BitDepth} was asked for";
        string wide = IsWide(source, depth) ? " Each file is beyond 4 GiB and so RF64, which old programs do not open." : "";
        return new(FileFormat.Wav, depth, null, $"{reason}; {why}.{wide}{remark}");
    }

    public static StemFormat Flac(StemSource source, StemOrder order)
    {
        if (order.BitDepth != StemOrder.SourceDepth)
        {
            BitDepth asked = order.BitDepth is null ? BitDepth.Pcm16 : BitDepths.Parse(order.BitDepth);
            return new(FileFormat.Flac, asked, null, $"FLAC was asked for; {(order.BitDepth is null ? "16 bits is what we write unless asked" : $"{order.BitDepth} was asked for")}.");
        }
        BitDepth depth = SourceDepth(source) is BitDepth.Pcm16 ? BitDepth.Pcm16 : BitDepth.Pcm24;
        string limit = source.IsFloat || source.Bits > 24 ? $"24 bits are the most FLAC holds of the source's {source.BitDepth}" : $"its depth follows the source's {source.BitDepth ?? "samples, which have none"}";
        return new(FileFormat.Flac, depth, null, $"FLAC was asked for; {limit}.");
    }

    public static StemFormat Best(StemSource source)
    {
        if (source.IsLossy && EncodedFormat.Mp3.HasRate(source.SampleRateHz)) return BestLossy(source);
        BitDepth depth = SourceDepth(source), flacDepth = depth == BitDepth.Pcm16 ? depth : BitDepth.Pcm24;
        string length = string.Create(CultureInfo.InvariantCulture, $"{source.Seconds:0.#} s"), rate = string.Create(CultureInfo.InvariantCulture, $"{source.SampleRateHz:N0} Hz");
        StemFormat Wav(string why) => new(FileFormat.Wav, depth, null, why);
        StemFormat Flac(string why) => new(FileFormat.Flac, flacDepth, null, why);

        if (!EncodedFormat.Flac.HasRate(source.SampleRateHz)) return Wav($"Of WAV, FLAC and MP3 only WAV has {rate}.");
        if (source.IsLossy) return Flac($"The source was coded with loss, and MP3 has no {rate}: FLAC of 16 bits has.");
        if (IsWide(source, depth)) return Flac($"At {length} a WAV file would be beyond its 4 GiB: FLAC has no such limit.");
        if (depth is BitDepth.Pcm32 or BitDepth.Float) return Wav($"The source has {source.BitDepth}, which FLAC has not: WAV of {BitDepths.NameOf(depth)} keeps all of it.");
        if (source.Seconds < LoopSeconds) return Wav($"The source lost nothing and lasts {length}: WAV opens everywhere, and there is little to save.");
        return Flac($"The source lost nothing: FLAC of {8 * BitDepths.BytesOf(depth)} bits keeps it all in fewer bytes than WAV.");
    }

    static StemFormat BestLossy(StemSource source)
    {
        if (source is not { Container: "mp3", BitsPerSecond: { } bits })
        {
            return new(FileFormat.Mp3, null, MostKbps, $"The source was coded with loss, so nothing is to be kept beyond MP3 of {MostKbps} kbit/s.");
        }
        int kbps = EncoderOptions.Mp3Rates.FirstOrDefault(rate => rate >= LeastKbps && 1000.0 * rate >= bits, MostKbps);
        return new(FileFormat.Mp3, null, kbps, string.Create(
            CultureInfo.InvariantCulture, $"The source is MP3 of {bits / 1000.0:0} kbit/s: MP3 of {kbps} kbit/s has room for all it has."));
    }

    /// <summary>The least of our depths that holds the source's samples.</summary>
    static BitDepth SourceDepth(StemSource source) => source switch
    {
        { IsFloat: true } => BitDepth.Float,
        { Bits: > 24 } => BitDepth.Pcm32,
        { Bits: > 16 } => BitDepth.Pcm24,
        _ => BitDepth.Pcm16,
    };

    static bool IsWide(StemSource source, BitDepth depth) =>
        new WavLayout(source.SampleRateHz, source.Channels, depth, (long)Math.Ceiling(source.Seconds * source.SampleRateHz)).IsWide;
}
