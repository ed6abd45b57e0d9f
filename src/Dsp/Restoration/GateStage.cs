using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// Carries out a <see cref="NoiseGate"/>. The track is delayed by the attack and put back into its place, so that the gate is open when what opened it passes.
/// An open gate passes samples bit for bit; blocks of any length give the same bits.
/// </summary>
sealed class GateStage
{
    readonly double open, keep, closed, rise, fall;
    readonly int attackFrames, holdFrames;
    readonly float[][] delay;
    readonly FinishedFrames finished;
    double gain;
    int held, place;
    long heard;

    public GateStage(NoiseGate settings, int sampleRateHz, int channels)
    {
        (open, keep) = (Decibels.ToLinear(settings.ThresholdDbfs), Decibels.ToLinear(settings.ThresholdDbfs - settings.HysteresisDb));
        closed = Decibels.ToLinear(-settings.RangeDb);
        attackFrames = (int)AudioBuffer.FramesIn(settings.AttackMs / 1000.0, sampleRateHz);

        // Counted from when the last sample that keeps the gate open is heard, an attack after it was seen.
        holdFrames = 1 + attackFrames + (int)AudioBuffer.FramesIn(settings.HoldMs / 1000.0, sampleRateHz);
        rise = Decibels.ToLinear(settings.RangeDb / Math.Max(1, attackFrames)) * (1.0 + 1e-9);   // so that rounding leaves it at 1, not just below
        fall = Decibels.ToLinear(-settings.RangeDb / Math.Max(1.0, settings.ReleaseMs / 1000.0 * sampleRateHz));
        delay = [.. Enumerable.Range(0, channels).Select(_ => new float[attackFrames + 1])];
        finished = new(sampleRateHz, channels);
        gain = closed;
    }

    /// <returns>Valid until the next call.</returns>
    public AudioBuffer Process(AudioBuffer block)
    {
        finished.Begin(block.Frames);
        for (int frame = 0; frame < block.Frames; frame++)
        {
            float level = 0f;
            for (int channel = 0; channel < delay.Length; channel++)
            {
                float sample = block[channel][frame];
                delay[channel][place] = sample;
                level = Math.Max(level, Math.Abs(sample));
            }

            Step(level);
        }

        return finished.All;
    }

    /// <summary>Gives the frames that are left, as if silence followed.</summary>
    /// <returns>Valid until the next call.</returns>
    public AudioBuffer Complete()
    {
        int left = (int)Math.Min(heard, attackFrames);
        finished.Begin(left);
        for (long frame = 0; frame < attackFrames; frame++) Step(level: 0f);
        return finished.All;
    }

    /// <summary>Moves the gain by a frame and gives the one an attack ago.</summary>
    void Step(float level)
    {
        if (level >= open || (held > 0 && level >= keep)) held = holdFrames;
        else if (held > 0) held--;
        gain = held > 0 ? Math.Min(1.0, gain * rise) : Math.Max(closed, gain * fall);
        place = place == attackFrames ? 0 : place + 1;   // the oldest
        if (heard++ < attackFrames) return;
        for (int channel = 0; channel < delay.Length; channel++) finished.Next(channel, 1)[0] = (float)(delay[channel][place] * gain);
        finished.Advance(1);
    }
}
