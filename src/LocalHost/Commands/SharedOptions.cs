using System.CommandLine;
using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline;

namespace DgxMusic.LocalHost.Commands;

/// <summary>Options that several commands have.</summary>
static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object on standard output and nothing else; progress stays on standard error." };

    public static Option<string> Data() => new("--data")
    {
        Description = "Folder that jobs and files are kept in.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("DGXMUSIC_DATA") ?? "data",
        HelpName = "DIR",
    };

    public static Option<string?> Models() => new("--models")
    {
        Description = "Folder that models are kept in; what DGXMUSIC_MODELS says, else 'models' in the data folder.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("DGXMUSIC_MODELS"),
        HelpName = "DIR",
    };
}

static class GivenOptions
{
    /// <summary>Adds an option's value as a field if its user wrote it.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: JSON has no such number.</exception>
    public static void AddGiven<T>(this IDictionary<string, object?> body, string field, ParseResult parsed, Option<T> option)
    {
        if (parsed.GetResult(option) is not { Implicit: false }) return;
        object? value = parsed.GetValue(option);
        if (value is double number && !double.IsFinite(number))
            throw new PipelineException(Problem.InvalidRequest, $"'{field}' is not a finite number.", new Dictionary<string, string> { [field] = "Not a finite number." });
        body[field] = value;
    }
}

/// <summary>How a track is mastered, as options of a command.</summary>
sealed class ExportFlags
{
    readonly Option<double?> lufs = new("--lufs") { Description = "Integrated loudness to reach, -70 to -5 LUFS; what AUDIO_TARGET_LUFS says unless given, and -16 without that." };

    readonly Option<string?> preset = new("--preset")
    {
        Description = $"Loudness by use instead of --lufs: {string.Join(", ", LoudnessPresets.ByName.Select(pair => $"{pair.Key} {pair.Value.ToString(CultureInfo.InvariantCulture)}"))}.",
        HelpName = string.Join('|', LoudnessPresets.ByName.Keys),
    };

    readonly Option<string> mode = new("--mode")
    {
        Description = "What gives way where that loudness would clip: peak scales the original to a peak of 0.95, true_peak stays below -1 dBTP, limiter reaches the loudness.",
        DefaultValueFactory = _ => "peak",
        HelpName = "peak|true_peak|limiter",
    };

    readonly Option<string> bitDepth = new("--bit-depth") { Description = "Sample format.", DefaultValueFactory = _ => "PCM_16", HelpName = string.Join('|', BitDepths.ByName.Keys) };

    readonly Option<int?> sampleRate = new("--sample-rate") { Description = "Hz, 1000 to 384000; the source's unless given.", HelpName = "HZ" };

    readonly Option<string> resampling = new("--resampling")
    {
        Description = "Cleanness where the rate changes: hq below -130 dB, vhq below -150 dB and slower.",
        DefaultValueFactory = _ => "hq",
        HelpName = string.Join('|', ResamplingQualities.ByName.Keys),
    };

    readonly Option<bool> noNormalize = new("--no-normalize") { Description = "Leave the loudness as it is, as AUDIO_NORMALIZE=false does where neither --lufs nor --preset is given." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[lufs, preset, mode, bitDepth, sampleRate, resampling, noNormalize]) command.Options.Add(option);
    }

    /// <exception cref="PipelineException"><see cref="Problem.UnsupportedBitDepth"/>; <see cref="Problem.InvalidRequest"/>: no such mode or preset.</exception>
    public ExportOptions Read(ParseResult parsed)
    {
        ExportOptions usual = MasteringDefaults.From(new ConfigurationBuilder().AddEnvironmentVariables().Build()).Options;
        double? asked = Target(parsed);
        return usual with
        {
            Normalize = !parsed.GetValue(noNormalize) && (usual.Normalize || asked is not null),
            TargetLufs = asked ?? usual.TargetLufs,
            Mode = LoudnessModes.Parse(parsed.GetValue(mode)!),
            BitDepth = BitDepths.Parse(parsed.GetValue(bitDepth)!),
            SampleRateHz = parsed.GetValue(sampleRate),
            Resampling = ResamplingQualities.Parse(parsed.GetValue(resampling)!),
        };
    }

    /// <summary>What was asked for and nothing else, as fields of a request: the rest is the server's to decide.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public void Write(ParseResult parsed, IDictionary<string, object?> body)
    {
        if (Target(parsed) is { } target) (body["target_lufs"], body["normalize"]) = (target, true);
        if (parsed.GetValue(noNormalize)) body["normalize"] = false;
        body.AddGiven("mode", parsed, mode);
        body.AddGiven("bit_depth", parsed, bitDepth);
        body.AddGiven("sample_rate", parsed, sampleRate);
        body.AddGiven("resampling", parsed, resampling);
    }

    double? Target(ParseResult parsed)
    {
        double? number = parsed.GetValue(lufs);
        if (parsed.GetValue(preset) is not { } name) return number;
        string? fault = number is not null ? "'preset' and 'lufs' say the same thing; give one."
            : LoudnessPresets.ByName.ContainsKey(name) ? null : $"'preset' is not one of {string.Join(", ", LoudnessPresets.ByName.Keys)}.";
        return fault is null ? LoudnessPresets.ByName[name] : throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["preset"] = fault });
    }
}
