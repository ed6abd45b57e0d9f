using System.Text.Json.Serialization;

namespace DgxMusic.Contracts;

/// <summary>What gives way when the loudness asked for does not fit under full scale.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LoudnessMode>))]
public enum LoudnessMode
{
    /// <summary>One gain to the target; if a sample would then exceed 1.0, the original is scaled to a sample peak of 0.95 instead.</summary>
    [JsonStringEnumMemberName("peak")] Peak,

    /// <summary>One gain, the smaller of what reaches the target and what keeps the true peak at −1 dBTP.</summary>
    [JsonStringEnumMemberName("true_peak")] TruePeak,

    /// <summary>The full gain, then a look-ahead limiter at −1 dBTP.</summary>
    [JsonStringEnumMemberName("limiter")] Limiter,
}

/// <summary>The path that normalisation took.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LoudnessMethod>))]
public enum LoudnessMethod
{
    [JsonStringEnumMemberName("lufs")] Lufs,
    [JsonStringEnumMemberName("peak")] Peak,
    [JsonStringEnumMemberName("true_peak")] TruePeak,
    [JsonStringEnumMemberName("limiter")] Limiter,
    [JsonStringEnumMemberName("skipped_silent")] SkippedSilent,
    [JsonStringEnumMemberName("skipped_short")] SkippedShort,
    [JsonStringEnumMemberName("disabled")] Disabled,
}

/// <summary>What normalisation found, did and left. Loudness as ITU-R BS.1770 defines it; null stands for −∞ (silence, or less than one 400 ms block).</summary>
/// <param name="Method">The path taken.</param>
/// <param name="TargetLufs">What was asked for, LUFS.</param>
/// <param name="InputLufs">Integrated loudness before, LUFS.</param>
/// <param name="OutputLufs">Integrated loudness after, LUFS.</param>
/// <param name="InputTruePeakDbtp">True peak before, dBTP.</param>
/// <param name="TruePeakDbtp">True peak after, dBTP.</param>
/// <param name="Peak">Largest sample magnitude after; linear.</param>
/// <param name="GainDb">Gain applied to every channel, dB; with a limiter the gain in front of it.</param>
public sealed record LoudnessReport(
    LoudnessMethod Method,
    double? TargetLufs,
    double? InputLufs,
    double? OutputLufs,
    double? InputTruePeakDbtp,
    double? TruePeakDbtp,
    double Peak,
    double GainDb);

/// <summary>The names of modes as callers write them.</summary>
public static class LoudnessModes
{
    public static IReadOnlyDictionary<string, LoudnessMode> ByName { get; } = new Dictionary<string, LoudnessMode>
    {
        ["peak"] = LoudnessMode.Peak, ["true_peak"] = LoudnessMode.TruePeak, ["limiter"] = LoudnessMode.Limiter,
    };

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: not one of the three.</exception>
    public static LoudnessMode Parse(string name)
    {
        if (ByName.TryGetValue(name, out LoudnessMode mode)) return mode;
        string fault = $"'mode' is not one of {string.Join(", ", ByName.Keys)}.";
        throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["mode"] = fault });
    }

    public static string NameOf(LoudnessMode mode) => ByName.First(pair => pair.Value == mode).Key;
}

/// <summary>Targets by the use a track is meant for, LUFS.</summary>
public static class LoudnessPresets
{
    /// <summary>Streaming services differ, between −14 and −16; broadcast is EBU R 128.</summary>
    public static IReadOnlyDictionary<string, double> ByName { get; } = new Dictionary<string, double> { ["streaming"] = -16, ["loud-streaming"] = -14, ["broadcast"] = -23 };
}
