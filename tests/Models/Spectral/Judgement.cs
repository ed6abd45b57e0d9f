using DgxMusic.Dsp;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>How well music was taken apart.</summary>
static class Judgement
{
    /// <summary>
    /// Scale-invariant ratio of signal to distortion in dB, of an estimate over that of the mix itself
    /// (Le Roux, Wisdom, Erdogan, Hershey, SDR – half-baked or well done?, ICASSP 2019); both channels are one signal.
    /// </summary>
    public static double Improvement(AudioBuffer estimate, AudioBuffer mix, AudioBuffer truth) => SiSdr(estimate, truth) - SiSdr(mix, truth);

    static double SiSdr(AudioBuffer estimate, AudioBuffer truth)
    {
        double cross = 0, own = 0, all = 0;
        for (int channel = 0; channel < truth.Channels; channel++)
        {
            for (int i = 0; i < truth.Frames; i++)
            {
                double e = estimate[channel][i], t = truth[channel][i];
                (cross, own, all) = (cross + (e * t), own + (t * t), all + (e * e));
            }
        }

        double signal = cross * cross / own;
        return 10 * Math.Log10(signal / (all - signal));
    }
}
