using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Pipeline.Activities;

/// <summary>How far one recording is from another.</summary>
public static class AudioDifference
{
    const int BlockFrames = 1 << 14;

    /// <summary>RMS of the difference over RMS of the original, both over all samples of all channels.</summary>
    /// <returns>dB; −∞ where every sample is the same, null where there is nothing to compare: another rate, length or number of channels, or a silent original.</returns>
    public static double? Measure(ISampleReader original, ISampleReader other)
    {
        AudioFormat format = original.Format;
        if (format.SampleRateHz != other.Format.SampleRateHz || format.Channels != other.Format.Channels) return null;
        AudioBuffer left = new(format.SampleRateHz, format.Channels, BlockFrames), right = new(format.SampleRateHz, format.Channels, BlockFrames);
        (double energy, double difference) = (0, 0);
        while (true)
        {
            int frames = original.Read(left);
            if (other.Read(right) != frames) return null;
            if (frames == 0) break;
            for (int channel = 0; channel < format.Channels; channel++) Add(left[channel][..frames], right[channel][..frames], ref energy, ref difference);
        }

        if (difference == 0) return double.NegativeInfinity;
        return energy == 0 ? null : Decibels.FromLinear(Math.Sqrt(difference / energy));
    }

    static void Add(ReadOnlySpan<float> original, ReadOnlySpan<float> other, ref double energy, ref double difference)
    {
        for (int n = 0; n < original.Length; n++)
        {
            double sample = original[n], apart = sample - other[n];
            energy += sample * sample;
            difference += apart * apart;
        }
    }
}
