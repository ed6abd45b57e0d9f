using DgxMusic.Contracts;
using System.Numerics.Tensors;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// Wiener gains ξ/(1 + ξ) with the a-priori SNR ξ found by decision: Ephraim and Malah, Speech enhancement using a minimum mean-square error short-time
/// spectral amplitude estimator, IEEE Transactions on ASSP 32(6), 1984, equation 51. It moves slowly where there is only noise, so no tones of chance
/// come and go. One gain for all channels, so that the image stays where it is.
/// </summary>
sealed class DenoiseMasks : IMaskMaker
{
    const float Inertia = 0.98f;

    readonly float least, strength;
    readonly float[] power, noise, clean, gain;
    readonly float[][] gains;

    /// <param name="size">Samples in a window.</param>
    public DenoiseMasks(Denoise settings, int size, int sampleRateHz, int channels)
    {
        int bins = (size / 2) + 1, hop = size / OverlapStage.Overlap;
        Floor = new(size, hop, sampleRateHz, channels);
        (least, strength) = ((float)Decibels.ToLinear(-settings.ReductionDb), (float)settings.Strength);
        (power, noise, clean, gain) = (new float[bins], new float[bins], new float[bins], new float[bins]);
        gains = [gain];
    }

    /// <summary>Has to hear every hop.</summary>
    public NoiseFloor Floor { get; }

    public int Outputs => 1;

    /// <summary>So many that the floor is known when the first gain is made.</summary>
    public int LookAhead => Floor.HopsUntilKnown;

    public void Push(ChannelSpectrum[] newest)
    {
    }

    public float[][] Make(ChannelSpectrum[] centre)
    {
        Powers.Of(centre, power);
        TensorPrimitives.Multiply(Floor.Power, strength, noise);
        for (int bin = 0; bin < gain.Length; bin++)
        {
            // Without noise all is signal.
            float instant = Math.Max(0f, power[bin] - noise[bin]), kept = (Inertia * clean[bin]) + ((1f - Inertia) * instant), whole = kept + noise[bin];
            float wiener = noise[bin] > 0f && whole > 0f ? kept / whole : 1f;
            clean[bin] = wiener * wiener * power[bin];
            gain[bin] = Math.Max(least, wiener);
        }

        return gains;
    }
}
