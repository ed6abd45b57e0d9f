using System.Globalization;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline;

/// <summary>What a generation request may ask for. One sentence a field at fault, all faults at once.</summary>
public static class GenerationRules
{
    public const double ShortestSeconds = 1, LongestSeconds = 600, SlowestBpm = 40, FastestBpm = 220;

    /// <returns>The request with its prompt trimmed.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with a detail a field.</exception>
    public static GenerationRequest Check(GenerationRequest request)
    {
        GenerationRequest trimmed = request with { Prompt = request.Prompt.Trim() };
        var faults = new Dictionary<string, string>();
        int length = new StringInfo(trimmed.Prompt).LengthInTextElements;
        if (trimmed.Prompt.Length > 4 * GenerationRequest.LongestPrompt || length is < GenerationRequest.ShortestPrompt or > GenerationRequest.LongestPrompt)
            faults["prompt"] = $"The prompt has {length} characters; {GenerationRequest.ShortestPrompt} to {GenerationRequest.LongestPrompt} are accepted.";
        Within(faults, "duration", trimmed.Duration, ShortestSeconds, LongestSeconds, "seconds");
        if (trimmed.Bpm is { } bpm) Within(faults, "bpm", bpm, SlowestBpm, FastestBpm, "beats a minute");
        Within(faults, "temperature", trimmed.Temperature, 0.1, 2, "");
        Within(faults, "top_k", trimmed.TopK, 0, 500, "");
        Within(faults, "top_p", trimmed.TopP, 0, 1, "");
        Within(faults, "cfg_coef", trimmed.CfgCoef, 1, 10, "");
        ExportOptions export = trimmed.Export;
        Within(faults, "target_lufs", export.TargetLufs, ExportOptions.LowestTargetLufs, ExportOptions.HighestTargetLufs, "LUFS");
        if (export.SampleRateHz is { } rate) Within(faults, "sample_rate", rate, ExportOptions.LowestSampleRateHz, ExportOptions.HighestSampleRateHz, "Hz");
        return faults.Count == 0 ? trimmed : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    // Written so that NaN is outside every range.
    static void Within(Dictionary<string, string> faults, string field, double value, double lowest, double highest, string unit)
    {
        if (value >= lowest && value <= highest) return;
        string shown = value.ToString(CultureInfo.InvariantCulture);
        string range = $"{lowest.ToString(CultureInfo.InvariantCulture)} to {highest.ToString(CultureInfo.InvariantCulture)} {unit}".TrimEnd();
        faults[field] = $"'{field}' is {shown}; {range} is accepted.";
    }
}
