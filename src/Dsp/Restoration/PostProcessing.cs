using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// Opens what changes a separated track afterwards. A loudness takes two passes: one through a stage opened without a plan, listened to by a
/// <see cref="TrackMeter"/>, one through a stage opened with the plan that follows.
/// </summary>
public static class PostProcessing
{
    public const int LowestSampleRateHz = 8_000, HighestSampleRateHz = 192_000;

    /// <summary>Decides the gain: to the target, or to −1 dBTP where that is less.</summary>
    /// <param name="processed">The track as the other steps leave it.</param>
    /// <returns>Null: no loudness was asked for.</returns>
    public static NormalizationPlan? Plan(PostProcess settings, TrackLoudness processed) => settings.TargetLufs is { } target
        ? Normalizer.Plan(processed, new() { TargetLufs = target, Mode = LoudnessMode.TruePeak, BitDepth = BitDepth.Float })
        : null;

    /// <param name="channels">1 or 2.</param>
    /// <param name="loudness">Of <see cref="Plan"/>; null leaves the loudness as it is.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: settings or rate out of range; <see cref="Problem.TooManyChannels"/>.</exception>
    public static PostProcessor Open(PostProcess settings, int sampleRateHz, int channels, NormalizationPlan? loudness = null)
    {
        PostProcessRules.Check(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (channels > 2) throw new PipelineException(Problem.TooManyChannels, $"The track has {channels} channels; 1 or 2 are post-processed.");
        if (sampleRateHz is < LowestSampleRateHz or > HighestSampleRateHz)
        {
            throw new PipelineException(
                Problem.InvalidRequest, $"The track has {sampleRateHz} Hz; {LowestSampleRateHz} to {HighestSampleRateHz} Hz are post-processed.");
        }
        if (loudness is not null && (loudness.Input.SampleRateHz, loudness.Input.Channels) != (sampleRateHz, channels))
            throw new ArgumentException("The plan is of another track.", nameof(loudness));
        return new(settings, sampleRateHz, channels, loudness);
    }
}
