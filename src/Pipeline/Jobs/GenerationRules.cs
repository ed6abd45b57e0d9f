using System.Globalization;
using DgxMusic.Composer;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>What a generation request may ask for. One sentence a field at fault, all faults at once.</summary>
public static class GenerationRules
{
    public const double ShortestSeconds = 1, LongestSeconds = 600, SlowestBpm = 40, FastestBpm = 220, ShortestContext = 1, LongestContext = 20;

    /// <summary>A character may be many code units, but not without end.</summary>
    const int MostUnits = 16 * GenerationRequest.LongestPrompt;

    /// <returns>The request with its prompt trimmed.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with a detail a field.</exception>
    public static GenerationRequest Check(GenerationRequest request)
    {
        Dictionary<string, string> faults = FaultsOf(request);
        return faults.Count == 0
            ? request with { Prompt = request.Prompt.Trim() }
            : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    /// <summary>Field to sentence; empty if nothing is wrong.</summary>
    public static Dictionary<string, string> FaultsOf(GenerationRequest request)
    {
        var faults = new Dictionary<string, string>();
        string prompt = request.Prompt.Trim();
        int length = new StringInfo(prompt).LengthInTextElements;
        if (length is < GenerationRequest.ShortestPrompt or > GenerationRequest.LongestPrompt || prompt.Length > MostUnits)
            faults["prompt"] = $"The prompt has {length} characters; {GenerationRequest.ShortestPrompt} to {GenerationRequest.LongestPrompt} are accepted.";
        Within(faults, "duration", request.Duration, ShortestSeconds, LongestSeconds, "seconds");
        if (request.Bpm is { } bpm) Within(faults, "bpm", bpm, SlowestBpm, FastestBpm, "beats a minute");
        Within(faults, "temperature", request.Temperature, 0.1, 2, "");
        Within(faults, "top_k", request.TopK, 0, 500, "");
        Within(faults, "top_p", request.TopP, 0, 1, "");
        Within(faults, "cfg_coef", request.CfgCoef, 1, 10, "");
        Within(faults, "context_seconds", request.ContextSeconds, ShortestContext, LongestContext, "seconds");
        AddExportFaults(faults, request.Export);
        if (request.Key is { } key && !KeyNames.TryParse(key, out _))
            faults["key"] = $"'{(key.Length <= 40 ? key : key[..40] + "…")}' is not a key; write a tonic and a mode, such as 'C major' or 'F# minor'.";
        return faults;
    }

    /// <summary>Adds what is wrong with the mastering that was asked for.</summary>
    public static void AddExportFaults(Dictionary<string, string> faults, ExportOptions options)
    {
        Within(faults, "target_lufs", options.TargetLufs, ExportOptions.LowestTargetLufs, ExportOptions.HighestTargetLufs, "LUFS");
        if (options.SampleRateHz is { } rate) Within(faults, "sample_rate", rate, ExportOptions.LowestSampleRateHz, ExportOptions.HighestSampleRateHz, "Hz");
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
