using System.Globalization;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Export;

/// <summary>What export options have to keep to, whoever asks.</summary>
public static class ExportRules
{
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one sentence a field: <c>target_lufs</c>, <c>sample_rate</c>,
    /// <c>bit_depth</c>, <c>mode</c>.</exception>
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
        if (!Enum.IsDefined(options.Mode)) faults["mode"] = "This is not one of peak, true_peak, limiter.";
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, $"Out of range: {string.Join(", ", faults.Keys)}.", faults);
    }
}
