using System.Numerics;

namespace DgxMusic.Dsp.Loudness;

/// <summary>The weight of each channel's power in the sum, ITU-R BS.1770-5, Annex 1, Table 4.</summary>
public static class ChannelWeights
{
    const uint LowFrequency = 0x8, BackPair = 0x10 | 0x20, SidePair = 0x200 | 0x400;

    /// <summary>The layouts that are meant when a file says nothing: C, L R, L R C, L R Ls Rs, with C, with LFE, with Cs, 7.1.</summary>
    static readonly uint[] UsualMasks = [0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F];

    /// <summary>1.41 for speakers 60° to 120° to the side, 0 for the low-frequency channel, else 1.</summary>
    /// <param name="channels">1 to 8.</param>
    /// <param name="channelMask">WAVE speaker positions in the order of the channels; 0 where the file names none.</param>
    public static double[] Of(int channels, uint channelMask = 0)
    {
        uint mask = channelMask != 0 ? channelMask : UsualMasks[channels - 1];

        // A single pair of surrounds stands at 110°, whatever it is called; beside a pair of side speakers the back pair stands at 135°.
        uint surrounds = (mask & SidePair) != 0 ? SidePair : BackPair;
        var weights = new double[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            uint position = mask == 0 ? 0u : 1u << BitOperations.TrailingZeroCount(mask);
            weights[channel] = position == LowFrequency ? 0.0 : (position & surrounds) != 0 ? 1.41 : 1.0;
            mask &= ~position;
        }

        return weights;
    }
}
