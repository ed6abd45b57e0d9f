using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Statistics;

namespace DgxMusic.Audio.Analysis;

/// <summary>Peak, RMS and crest factor over every sample of every channel; loudness and true peak.</summary>
sealed class StatisticsProbe : IProbe
{
    readonly SampleStatistics samples;
    readonly TrackMeter loudness;

    /// <exception cref="PipelineException"><see cref="Problem.TooManyChannels"/>: more than loudness is defined for.</exception>
    public StatisticsProbe(AudioFormat format)
    {
        samples = new(format.Channels);
        loudness = new(format.SampleRateHz, format.Channels, format.ChannelMask ?? 0);
    }

    public void Process(AudioBuffer block)
    {
        samples.Process(block);
        loudness.Process(block);
    }

    public TrackMetadata Describe(TrackMetadata metadata)
    {
        SampleFigures all = samples.Overall;
        TrackLoudness loud = loudness.Complete();
        return metadata with
        {
            PeakAmplitude = all.Peak,
            RmsEnergy = all.Rms,
            DynamicRangeDb = all.CrestFactorDb,
            LufsIntegrated = Decibels.Reported(loud.IntegratedLufs),
            LufsMomentaryMax = Decibels.Reported(loud.MomentaryMaxLufs),
            LufsShortTermMax = Decibels.Reported(loud.ShortTermMaxLufs),
            Lra = loud.LoudnessRangeLu,
            TruePeakDbtp = Decibels.Reported(loud.TruePeakDbtp),
            ChannelsDetail = [.. Enumerable.Range(0, loud.Channels).Select(DescribeChannel)],
        };
    }

    ChannelMetadata DescribeChannel(int channel)
    {
        SampleFigures plain = samples.Channel(channel);
        ChannelLoudness loud = loudness.Channel(channel);
        return new(
            plain.Peak, plain.Rms, plain.CrestFactorDb, plain.Mean, Decibels.Reported(loud.IntegratedLufs), loud.LoudnessRangeLu, Decibels.Reported(loud.TruePeakDbtp));
    }
}
