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
}
