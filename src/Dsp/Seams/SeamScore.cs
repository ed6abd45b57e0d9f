namespace DgxMusic.Dsp.Seams;

/// <summary>How much a place of a signal stands out as a join, against what is usual around it. The worst channel counts.</summary>
/// <param name="LevelDipDb">
/// How much deeper the level sags here than it usually does nearby: the lowest of 10 ms within ±10 ms, below both the level before and the
/// level after (15 to 45 ms away), less what comes after being louder than what was before, less the second deepest
/// such sag within 1.5 s around. dB; 0 for no dip, at most 20.
/// </param>
/// <param name="StepRatio">The first difference across the join over the 99th percentile of those within 20 ms. A jump in value; up to 1 is usual.</param>
/// <param name="SlopeRatio">The same of the second differences that span the join. A kink; up to 1 is usual.</param>
public readonly record struct SeamScore(double LevelDipDb, double StepRatio, double SlopeRatio)
{
    /// <summary>
    /// 3 dB is what the crossfade of unrelated signals sags with linear gains, and is heard; 1.5 is reached by four sigma of noise and never by
    /// tones that run on.
    /// </summary>
    public const double AudibleDipDb = 3.0, AudibleRatio = 1.5;

    public bool Audible => LevelDipDb > AudibleDipDb || StepRatio > AudibleRatio || SlopeRatio > AudibleRatio;

    /// <param name="frame">The first frame after the join; 1 to the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is nothing on one side of the join.</exception>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.InvalidSamples"/>: a sample nearby is NaN or infinite.</exception>
    public static SeamScore Measure(AudioBuffer audio, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frame, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, audio.Frames);
        var worst = default(SeamScore);
        (AudioBuffer around, int join) = Surroundings(audio, frame);
        for (int channel = 0; channel < audio.Channels; channel++)
        {
            ReadOnlySpan<float> samples = around[channel];
            worst = new(
                Math.Max(worst.LevelDipDb, LevelDip.At(samples, join, audio.SampleRateHz)),
                Math.Max(worst.StepRatio, Kinks.Step(samples, join, audio.SampleRateHz)),
                Math.Max(worst.SlopeRatio, Kinks.Slope(samples, join, audio.SampleRateHz)));
        }

        return worst;
    }

    static (AudioBuffer Audio, int Join) Surroundings(AudioBuffer audio, int frame)
    {
        int reach = (int)(LevelDip.ReachSeconds * audio.SampleRateHz), from = Math.Max(0, frame - reach);
        AudioBuffer around = audio.Slice(from, Math.Min(audio.Frames, frame + reach) - from);
        Loudness.Samples.RequireFinite(around, around.Channels, heard: from);
        return (around, frame - from);
    }
}
