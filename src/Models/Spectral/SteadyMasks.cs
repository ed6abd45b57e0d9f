using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Models.Spectral;

/// <summary>
/// Gains for long windows, where what keeps its pitch is steady, and strokes and a gliding voice are not: bass is steady and low or
/// an overtone of that, the steady part of a voice is steady, higher and in the middle, and what is not steady goes on to <see cref="VoiceMasks"/>.
/// The rest is other.
/// </summary>
sealed class SteadyMasks : IMaskMaker
{
    public const int Bass = 0, Voice = 1, Unsteady = 2;
    const double MedianSeconds = 0.5, MedianHz = 50;
    const float StrokeWeight = 1.5f;

    readonly Steadiness steadiness;
    readonly Centre centre;
    readonly BassComb comb;
    readonly float[] low, voiceBand, steady, power, middle;
    readonly float[][] gains;

    /// <param name="size">Samples in a window.</param>
    public SteadyMasks(int size, int sampleRateHz)
    {
        int bins = (size / 2) + 1;
        steadiness = new(size, sampleRateHz, MedianSeconds, MedianHz, StrokeWeight);
        centre = new(size, sampleRateHz);
        low = Gains.Below(bins, sampleRateHz, 120, 260);
        voiceBand = Gains.Between(bins, sampleRateHz, 150, 10_000);
        comb = new(bins, sampleRateHz);
        (steady, power, middle) = (new float[bins], new float[bins], new float[bins]);
        gains = [.. Enumerable.Range(0, Outputs).Select(_ => new float[bins])];
    }

    public int Outputs => 3;

    public int LookAhead => steadiness.LookAhead;

    public void Push(ChannelSpectrum[] newest) => steadiness.Push(newest);

    public float[][] Make(ChannelSpectrum[] frame)
    {
        float[] bass = gains[Bass], voice = gains[Voice];
        steadiness.Measure(steady);
        centre.Measure(frame, steadiness.Power, middle);
        TensorPrimitives.Subtract(1f, steady, gains[Unsteady]);
        TensorPrimitives.Multiply(steady, steadiness.Power, power);
        low.CopyTo(bass, 0);
        comb.Raise(power, middle, bass);
        TensorPrimitives.Subtract(1f, bass, voice);
        TensorPrimitives.Multiply(voice, voiceBand, voice);
        TensorPrimitives.Multiply(voice, middle, voice);
        TensorPrimitives.Multiply(voice, centre.Trust, voice);   // in mono, steady tones are other
        TensorPrimitives.Multiply(voice, steady, voice);
        TensorPrimitives.Multiply(bass, steady, bass);
        return gains;
    }
}
