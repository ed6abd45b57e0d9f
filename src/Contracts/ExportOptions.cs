using System.Text.Json.Serialization;

namespace DgxMusic.Contracts;

/// <summary>Sample formats of the files we write.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BitDepth>))]
public enum BitDepth
{
    [JsonStringEnumMemberName("PCM_16")] Pcm16,
    [JsonStringEnumMemberName("PCM_24")] Pcm24,
    [JsonStringEnumMemberName("PCM_32")] Pcm32,

    /// <summary>32-bit IEEE float; samples beyond ±1 survive.</summary>
    [JsonStringEnumMemberName("FLOAT")] Float,
}

/// <summary>The names of bit depths as callers write them: exact, upper case.</summary>
public static class BitDepths
{
    public static IReadOnlyDictionary<string, BitDepth> ByName { get; } = new Dictionary<string, BitDepth>
    {
        ["PCM_16"] = BitDepth.Pcm16, ["PCM_24"] = BitDepth.Pcm24, ["PCM_32"] = BitDepth.Pcm32, ["FLOAT"] = BitDepth.Float,
    };

    /// <exception cref="PipelineException"><see cref="Problem.UnsupportedBitDepth"/>: not one of the four names.</exception>
    public static BitDepth Parse(string name) => ByName.TryGetValue(name, out BitDepth depth)
        ? depth
        : throw new PipelineException(Problem.UnsupportedBitDepth, $"Bit depth '{name}' is not one of {string.Join(", ", ByName.Keys)}.");

    public static string NameOf(BitDepth depth) => ByName.First(pair => pair.Value == depth).Key;

    public static int BytesOf(BitDepth depth) => depth switch { BitDepth.Pcm16 => 2, BitDepth.Pcm24 => 3, _ => 4 };
}

/// <summary>How clean a change of sample rate is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResamplingQuality>))]
public enum ResamplingQuality
{
    /// <summary>Alias and image below −130 dB.</summary>
    [JsonStringEnumMemberName("hq")] High,

    /// <summary>Below −150 dB, which is what float samples hold; slower.</summary>
    [JsonStringEnumMemberName("vhq")] VeryHigh,
}

/// <summary>The names of qualities as callers write them.</summary>
public static class ResamplingQualities
{
    public static IReadOnlyDictionary<string, ResamplingQuality> ByName { get; } = new Dictionary<string, ResamplingQuality>
    {
        ["hq"] = ResamplingQuality.High, ["vhq"] = ResamplingQuality.VeryHigh,
    };

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: neither of the two.</exception>
    public static ResamplingQuality Parse(string name)
    {
        if (ByName.TryGetValue(name, out ResamplingQuality quality)) return quality;
        string fault = $"'resampling' is not one of {string.Join(", ", ByName.Keys)}.";
        throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["resampling"] = fault });
    }

    public static string NameOf(ResamplingQuality quality) => ByName.First(pair => pair.Value == quality).Key;
}

/// <summary>How a track is mastered and written.</summary>
public sealed record ExportOptions
{
    /// <summary>Integrated loudness that streaming services play at, LUFS.</summary>
    public const double DefaultTargetLufs = -16.0, LowestTargetLufs = -70.0, HighestTargetLufs = -5.0;

    public const int LowestSampleRateHz = 1_000, HighestSampleRateHz = 384_000;

    public bool Normalize { get; init; } = true;

    /// <summary>−70 to −5 LUFS.</summary>
    public double TargetLufs { get; init; } = DefaultTargetLufs;

    public LoudnessMode Mode { get; init; } = LoudnessMode.Peak;

    public FileFormat Format { get; init; } = FileFormat.Wav;

    /// <summary>FLAC holds PCM_16 and PCM_24; formats with loss have no depth and leave this aside.</summary>
    public BitDepth BitDepth { get; init; } = BitDepth.Pcm16;

    /// <summary>1,000 to 384,000; null keeps the input's rate, or takes one near it that the format has.</summary>
    public int? SampleRateHz { get; init; }

    /// <summary>Counts where the rate changes.</summary>
    public ResamplingQuality Resampling { get; init; } = ResamplingQuality.High;
}
