using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Filters;

/// <summary>A Butterworth filter without phase: run forward and backward, so its power response counts twice (−6.02 dB at the edges of its band).</summary>
/// <remarks>Immutable; threads may share it.</remarks>
public sealed class ButterworthFilter
{
    public const int MaximumOrder = 12;

    readonly Biquad[] sections;
    readonly ZeroPhase zeroPhase;
    readonly int sampleRateHz;

    ButterworthFilter(Biquad[] sections, int sampleRateHz) =>
        (this.sections, zeroPhase, this.sampleRateHz) = (sections, new ZeroPhase(sections), sampleRateHz);

    /// <param name="order">Poles, 1 to <see cref="MaximumOrder"/>; 6 dB per octave each, and again on the way back.</param>
    /// <param name="cutoffHz">Above 0, below half the rate.</param>
    public static ButterworthFilter LowPass(int order, double cutoffHz, int sampleRateHz)
    {
        Require(order, cutoffHz, sampleRateHz);
        return new(ButterworthDesign.LowPass(order, cutoffHz, sampleRateHz), sampleRateHz);
    }

    /// <inheritdoc cref="LowPass"/>
    public static ButterworthFilter HighPass(int order, double cutoffHz, int sampleRateHz)
    {
        Require(order, cutoffHz, sampleRateHz);
        return new(ButterworthDesign.HighPass(order, cutoffHz, sampleRateHz), sampleRateHz);
    }

    /// <param name="order">Of each slope: the filter has twice as many poles.</param>
    /// <param name="lowHz">Above 0.</param>
    /// <param name="highHz">Above <paramref name="lowHz"/>, below half the rate.</param>
    public static ButterworthFilter BandPass(int order, double lowHz, double highHz, int sampleRateHz)
    {
        Require(order, lowHz, sampleRateHz);
        Require(order, highHz, sampleRateHz);
        if (lowHz >= highHz) throw new ArgumentException($"A band from {lowHz} Hz to {highHz} Hz is none.", nameof(highHz));
        return new(ButterworthDesign.BandPass(order, lowHz, highHz, sampleRateHz), sampleRateHz);
    }

    /// <summary>Filters every channel in place, aligned to the sample: an impulse stays where it is.</summary>
    /// <exception cref="ArgumentException">The buffer has another rate than the filter.</exception>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public void Apply(AudioBuffer audio)
    {
        Samples.Require(audio, sampleRateHz, audio.Channels, heard: 0);
        for (int channel = 0; channel < audio.Channels; channel += 2)
        {
            zeroPhase.Apply(audio[channel], channel + 1 < audio.Channels ? audio[channel + 1] : []);
        }
    }

    /// <summary>As <see cref="Apply(AudioBuffer)"/> for one channel in double.</summary>
    internal void Apply(Span<double> samples) => zeroPhase.Apply(samples, []);

    /// <summary>What a tone comes out with, as a ratio of amplitudes: |H|², the filter being passed twice.</summary>
    public double GainAt(double frequencyHz) => sections.Aggregate(1.0, (gain, section) => gain * section.PowerGain(frequencyHz, sampleRateHz));

    static void Require(int order, double edgeHz, int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, MaximumOrder);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        if (!(edgeHz > 0.0 && edgeHz < sampleRateHz / 2.0))
            throw new ArgumentOutOfRangeException(nameof(edgeHz), edgeHz, $"An edge lies between 0 Hz and half of {sampleRateHz} Hz.");
    }
}
