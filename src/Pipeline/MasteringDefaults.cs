using System.Globalization;
using DgxMusic.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline;

/// <summary>How tracks are mastered and where they go unless a request says: the settings <c>AUDIO_TARGET_LUFS</c>, <c>AUDIO_NORMALIZE</c> and <c>AUDIO_OUTPUT_DIR</c>.</summary>
/// <param name="OutputDir">Replaces the folder (in the cloud: the container) of the outputs; null: the usual one.</param>
public sealed record MasteringDefaults(ExportOptions Options, string? OutputDir)
{
    /// <exception cref="OptionsValidationException">A setting is no value or out of range.</exception>
    public static MasteringDefaults From(IConfiguration configuration)
    {
        List<string> faults = [];
        var options = new ExportOptions();
        if (configuration["AUDIO_TARGET_LUFS"] is { Length: > 0 } lufs)
        {
            bool fits = double.TryParse(lufs, NumberStyles.Float, CultureInfo.InvariantCulture, out double target)
                && target is >= ExportOptions.LowestTargetLufs and <= ExportOptions.HighestTargetLufs;
            if (fits) options = options with { TargetLufs = target };
            else faults.Add($"AUDIO_TARGET_LUFS is '{lufs}'; {ExportOptions.LowestTargetLufs} to {ExportOptions.HighestTargetLufs} LUFS is accepted.");
        }

        if (configuration["AUDIO_NORMALIZE"] is { Length: > 0 } normalize)
        {
            if (bool.TryParse(normalize, out bool wanted)) options = options with { Normalize = wanted };
            else faults.Add($"AUDIO_NORMALIZE is '{normalize}'; true or false is accepted.");
        }

        if (faults.Count > 0) throw new OptionsValidationException(nameof(MasteringDefaults), typeof(MasteringDefaults), faults);
        return new(options, configuration["AUDIO_OUTPUT_DIR"] is { Length: > 0 } folder ? folder : null);
    }
}
