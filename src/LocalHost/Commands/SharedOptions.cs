using System.CommandLine;
using DgxMusic.Contracts;

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
}

/// <summary>How a track is mastered, as options of a command.</summary>
sealed class ExportFlags
{
    readonly Option<double> lufs = new("--lufs")
    {
        Description = "Integrated loudness to reach, -70 to -5 LUFS. Streaming -16, loud streaming -14, broadcast -23.",
        DefaultValueFactory = _ => ExportOptions.DefaultTargetLufs,
    };

    readonly Option<string> mode = new("--mode")
    {
        Description = "What gives way where that loudness would clip: peak scales the original to a peak of 0.95, true_peak stays below -1 dBTP, limiter reaches the loudness.",
        DefaultValueFactory = _ => "peak",
        HelpName = "peak|true_peak|limiter",
    };

    readonly Option<string> bitDepth = new("--bit-depth") { Description = "Sample format.", DefaultValueFactory = _ => "PCM_16", HelpName = string.Join('|', BitDepths.ByName.Keys) };

    readonly Option<int?> sampleRate = new("--sample-rate") { Description = "Hz, 1000 to 384000; the source's unless given.", HelpName = "HZ" };

    readonly Option<bool> noNormalize = new("--no-normalize") { Description = "Leave the loudness as it is." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[lufs, mode, bitDepth, sampleRate, noNormalize]) command.Options.Add(option);
    }

    /// <exception cref="PipelineException"><see cref="Problem.UnsupportedBitDepth"/>; <see cref="Problem.InvalidRequest"/>: no such mode.</exception>
    public ExportOptions Read(ParseResult parsed) => new()
    {
        Normalize = !parsed.GetValue(noNormalize),
        TargetLufs = parsed.GetValue(lufs),
        Mode = LoudnessModes.Parse(parsed.GetValue(mode)!),
        BitDepth = BitDepths.Parse(parsed.GetValue(bitDepth)!),
        SampleRateHz = parsed.GetValue(sampleRate),
    };
}
