using DgxMusic.Contracts;
using System.Numerics.Tensors;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// The gains of <see cref="DeBleed"/>. Both powers are spread over neighbouring bins, the track's fades over 30 ms, so that no bin flickers and what just
/// sounded keeps its tail. One gain for all channels.
/// </summary>
sealed class DeBleedMasks : IMaskMaker
{
    const double FadeSeconds = 0.03;

    readonly float margin, exponent, least, fade;
    readonly float[] power, spread, own, others, gain;
    readonly float[][] gains;

    /// <param name="size">Samples in a window.</param>
    public DeBleedMasks(DeBleed settings, int size, int sampleRateHz)
    {
        int bins = (size / 2) + 1;
        margin = (float)Math.Pow(10.0, -settings.MarginDb / 10.0);
        (exponent, least) = ((float)settings.Exponent, (float)Decibels.ToLinear(-settings.DepthDb));
        fade = (float)Math.Exp(-(double)size / OverlapStage.Overlap / (FadeSeconds * sampleRateHz));
        (power, spread, own, others, gain) = (new float[bins], new float[bins], new float[bins], new float[bins], new float[bins]);
        gains = [gain];
    }

    public int Outputs => 1;

    public int LookAhead => 0;

    /// <param name="newest">The track's channels, then those of the others.</param>
    public void Push(ChannelSpectrum[] newest)
    {
        int channels = newest.Length / 2;
        Powers.Of(newest.AsSpan(0, channels), power);
        Powers.Spread(power, spread);
        TensorPrimitives.Multiply(own, fade, own);
        TensorPrimitives.Max(own, spread, own);
        Powers.Of(newest.AsSpan(channels), power);
        Powers.Spread(power, others);
    }

    public float[][] Make(ChannelSpectrum[] centre)
    {
        for (int bin = 0; bin < gain.Length; bin++)
        {
            float rival = margin * others[bin];

            // r of 0 and of infinity are gains of 1 and 0; both silent is nothing to turn down.
            gain[bin] = rival > 0f ? Math.Max(least, 1f / (1f + MathF.Pow(rival / own[bin], exponent))) : 1f;
        }

        return gains;
    }
}
