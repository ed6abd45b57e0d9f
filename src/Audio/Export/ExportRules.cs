using System.Globalization;
using DgxMusic.Audio.Encoders;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Export;

/// <summary>What export options have to keep to, whoever asks.</summary>
public static class ExportRules
{
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one sentence a field: <c>target_lufs</c>, <c>sample_rate</c>,
    /// <c>bit_depth</c>, <c>mode</c>, <c>format</c>.</exception>
    public static void Check(ExportOptions options)
    {
        var faults = new Dictionary<string, string>();
        if (!(options.TargetLufs is >= ExportOptions.LowestTargetLufs and <= ExportOptions.HighestTargetLufs))
        {
            faults["target_lufs"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{options.TargetLufs} is not between {ExportOptions.LowestTargetLufs} and {ExportOptions.HighestTargetLufs} LUFS.");
        }
        if (options.SampleRateHz is < ExportOptions.LowestSampleRateHz or > ExportOptions.HighestSampleRateHz)
        {
            faults["sample_rate"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{options.SampleRateHz:N0} is not between {ExportOptions.LowestSampleRateHz:N0} and {ExportOptions.HighestSampleRateHz:N0} Hz.");
        }
        if (!Enum.IsDefined(options.BitDepth)) faults["bit_depth"] = $"This is not one of {string.Join(", ", BitDepths.ByName.Keys)}.";
        if (!Enum.IsDefined(options.Format)) faults["format"] = $"This is not one of {string.Join(", ", FileFormats.ByName.Keys)}.";
        CheckFormat(options, faults);
        if (!Enum.IsDefined(options.Mode)) faults["mode"] = "This is not one of peak, true_peak, limiter.";
        if (!Enum.IsDefined(options.Resampling)) faults["resampling"] = $"This is not one of {string.Join(", ", ResamplingQualities.ByName.Keys)}.";
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, $"Out of range: {string.Join(", ", faults.Keys)}.", faults);
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one sentence a field: <c>bext</c>, <c>bit_rate</c>.</exception>
    public static void Check(ExportExtras extras, FileFormat format)
    {
        var faults = new Dictionary<string, string>();
        if (extras.Broadcast is not null && format != FileFormat.Wav) faults["bext"] = "Only WAV files have a bext chunk.";
        if (!IsEncodable(extras.Encoder, format)) faults["bit_rate"] = $"This is no rate or quality of {FileFormats.NameOf(format)}.";
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    static bool IsEncodable(EncoderOptions options, FileFormat format) => format switch
    {
        FileFormat.Mp3 => EncoderOptions.Mp3Rates.Contains(options.Mp3Kbps),
        FileFormat.Ogg => options.VorbisQuality is >= -1 and <= 10,
        FileFormat.M4a => options.AacKbps is >= 32 and <= 512,
        _ => true,
    };

    /// <summary>What the format cannot hold of what was asked for by name.</summary>
    static void CheckFormat(ExportOptions options, Dictionary<string, string> faults)
    {
        if (EncodedFormat.Of(options.Format) is not { } format) return;
        if (options.SampleRateHz is { } rateHz && !format.HasRate(rateHz))
        {
            faults.TryAdd("sample_rate", $"{format.Title} has no {rateHz:N0} Hz; {format.NearRate(rateHz):N0} Hz would do.");
        }
        if (format.IsLossless && options.BitDepth is BitDepth.Pcm32 or BitDepth.Float)
        {
            faults.TryAdd("bit_depth", $"{format.Title} holds PCM_16 and PCM_24, not {BitDepths.NameOf(options.BitDepth)}.");
        }
    }
}
