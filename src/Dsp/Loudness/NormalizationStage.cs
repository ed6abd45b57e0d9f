using System.Numerics.Tensors;
using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Carries out a plan on a track that arrives in blocks of any size, and knows how loud what it hands out is: after one gain by what was measured
/// before it, after a limiter or a clamp by listening.
/// </summary>
public sealed class NormalizationStage
{
    readonly NormalizationPlan plan;
    readonly LookAheadLimiter? limiter;
    readonly TrackMeter? meter;
    TrackLoudness? output;
    AudioBuffer scratch;
    long framesTaken;

    internal NormalizationStage(NormalizationPlan plan)
    {
        TrackLoudness input = plan.Input;
        this.plan = plan;
        limiter = plan.CeilingDbtp is { } ceiling ? new(input.SampleRateHz, input.Channels, ceiling) : null;
        meter = limiter is null && !plan.IsClamped ? null : new(input.SampleRateHz, input.Channels);
        scratch = new(input.SampleRateHz, input.Channels, 0);
    }

    /// <summary>The track as it went out. Known after <see cref="Complete"/>.</summary>
    public TrackLoudness Output => output ?? throw new InvalidOperationException("The track has not ended yet.");

    /// <inheritdoc cref="Output"/>
    public LoudnessReport Report => new(
        plan.Method,
        plan.TargetLufs,
        Decibels.Reported(plan.Input.IntegratedLufs),
        Decibels.Reported(Output.IntegratedLufs),
        Decibels.Reported(plan.Input.TruePeakDbtp),
        Decibels.Reported(Output.TruePeakDbtp),
        Output.SamplePeak,
        plan.GainDb);

    /// <summary>Takes a block and hands out the frames that are finished. A limiter holds some back until <see cref="Complete"/>.</summary>
    /// <param name="block">Left as it is.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is not a finite number.</exception>
    public AudioBuffer Process(AudioBuffer block)
    {
        Samples.RequireFinite(block, plan.Input.Channels, framesTaken);
        framesTaken += block.Frames;
        AudioBuffer gained = WithGain(block);
        return Heard(limiter?.Process(gained) ?? gained);
    }

    /// <summary>Ends the track and hands out the frames that were held back: with them, as many came out as went in.</summary>
    /// <returns>Valid until the next call; often empty.</returns>
    public AudioBuffer Complete()
    {
        AudioBuffer rest = Heard(limiter?.Complete() ?? scratch.Slice(0, 0));
        output = meter?.Complete() ?? plan.Input.WithGain(plan.Gain);
        return rest;
    }

    AudioBuffer WithGain(AudioBuffer block)
    {
        if (scratch.Frames < block.Frames) scratch = new(block.SampleRateHz, block.Channels, block.Frames);
        AudioBuffer result = scratch.Slice(0, block.Frames);
        for (int channel = 0; channel < block.Channels; channel++)
        {
            if (plan.Gain == 1f) block[channel].CopyTo(result[channel]);
            else TensorPrimitives.Multiply(block[channel], plan.Gain, result[channel]);
            if (plan.IsClamped) TensorPrimitives.Clamp(result[channel], -1f, 1f, result[channel]);
        }

        return result;
    }

    AudioBuffer Heard(AudioBuffer block)
    {
        meter?.Process(block);
        return block;
    }
}
