using System.Globalization;
using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Restoration;

/// <summary>What post-processing has to keep to, whoever asks.</summary>
public static class PostProcessRules
{
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one sentence a field, named as in <c>gate.threshold_dbfs</c>.</exception>
    public static void Check(PostProcess settings)
    {
        var faults = new Dictionary<string, string>();
        if (settings.DeBleed is { } bleed)
        {
            Within(bleed.MarginDb, 0, 40, "dB", "de_bleed.margin_db", faults);
            Within(bleed.Exponent, 0.5, 4, "", "de_bleed.exponent", faults);
            Within(bleed.DepthDb, 0, 60, "dB", "de_bleed.depth_db", faults);
        }
        if (settings.Denoise is { } noise)
        {
            Within(noise.ReductionDb, 0, 30, "dB", "denoise.reduction_db", faults);
            Within(noise.Strength, 0.25, 4, "", "denoise.strength", faults);
        }
        if (settings.Gate is { } gate) Check(gate, faults);
        if (settings.TargetLufs is { } target)
            Within(target, ExportOptions.LowestTargetLufs, ExportOptions.HighestTargetLufs, "LUFS", "target_lufs", faults);
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, $"Out of range: {string.Join(", ", faults.Keys)}.", faults);
    }

    static void Check(NoiseGate gate, Dictionary<string, string> faults)
    {
        Within(gate.ThresholdDbfs, -100, 0, "dBFS", "gate.threshold_dbfs", faults);
        Within(gate.HysteresisDb, 0, 24, "dB", "gate.hysteresis_db", faults);
        Within(gate.AttackMs, 0, 50, "ms", "gate.attack_ms", faults);
        Within(gate.HoldMs, 0, 2000, "ms", "gate.hold_ms", faults);
        Within(gate.ReleaseMs, 1, 5000, "ms", "gate.release_ms", faults);
        Within(gate.RangeDb, 0, 100, "dB", "gate.range_db", faults);
    }

    static void Within(double value, double lowest, double highest, string unit, string field, Dictionary<string, string> faults)
    {
        if (value >= lowest && value <= highest) return;   // NaN is not
        string range = string.Create(CultureInfo.InvariantCulture, $"{value} is not between {lowest} and {highest} {unit}");
        faults[field] = $"{range.TrimEnd()}.";
    }
}
