using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Models.Spectral;

/// <summary>
/// Gains for short windows, over what was unsteady in long ones: a voice glides too slowly to blur here and is a tone again, strokes still are strokes
/// (FitzGerald and Gainza, Single channel vocal separation using median filtering and factorisation techniques, ISAST Transactions, 2010). Voice is tonal,
/// within its band and in the middle; drums are all that is not tonal or below the band. The rest is other.
/// </summary>
sealed class VoiceMasks : IMaskMaker
{
    public const int Voice = 0, Drums = 1;
    const double MedianSeconds = 0.12, MedianHz = 400;
    const float StrokeWeight = 1;

    readonly Steadiness steadiness;
    readonly Centre centre;
    readonly float[] band, middle;
    readonly float[][] gains;

    /// <param name="size">Samples in a window.</param>
    public VoiceMasks(int size, int sampleRateHz)
    {
        int bins = (size / 2) + 1;
        steadiness = new(size, sampleRateHz, MedianSeconds, MedianHz, StrokeWeight);
        centre = new(size, sampleRateHz);
        band = Gains.Between(bins, sampleRateHz, 150, 10_000);
        middle = new float[bins];
        gains = [.. Enumerable.Range(0, Outputs).Select(_ => new float[bins])];
    }

    public int Outputs => 2;

    public int LookAhead => steadiness.LookAhead;

    public void Push(ChannelSpectrum[] newest) => steadiness.Push(newest);

    public float[][] Make(ChannelSpectrum[] frame)
    {
        float[] voice = gains[Voice], drums = gains[Drums];
        steadiness.Measure(voice);
        TensorPrimitives.Multiply(voice, band, voice);
        TensorPrimitives.Subtract(1f, voice, drums);
        centre.Measure(frame, steadiness.Power, middle);
        TensorPrimitives.Multiply(voice, middle, voice);
        return gains;
    }
}
