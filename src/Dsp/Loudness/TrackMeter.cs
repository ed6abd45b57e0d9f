namespace DgxMusic.Dsp.Loudness;

/// <summary>How loud a track is. Loudness as ITU-R BS.1770 defines it, −∞ where there is none; peaks are linear.</summary>
/// <param name="Frames">Samples a channel.</param>
/// <param name="IntegratedLufs">−∞ for silence and for less than 400 ms.</param>
/// <param name="MomentaryMaxLufs">The loudest 400 ms.</param>
/// <param name="ShortTermMaxLufs">The loudest 3 s.</param>
/// <param name="LoudnessRangeLu">EBU Tech 3342; null for less than 3 s.</param>
/// <param name="TruePeak">Largest magnitude between samples; linear.</param>
/// <param name="SamplePeak">Largest magnitude of a sample; linear.</param>
public sealed record TrackLoudness(
    int SampleRateHz,
    int Channels,
    long Frames,
    double IntegratedLufs,
    double MomentaryMaxLufs,
    double ShortTermMaxLufs,
    double? LoudnessRangeLu,
    double TruePeak,
    double SamplePeak)
{
    /// <summary>−∞ for silence.</summary>
    public double TruePeakDbtp => Decibels.FromLinear(TruePeak);

    internal HopEnergies? Energies { get; init; }

    /// <summary>The same track with every sample multiplied, as another pass would measure it.</summary>
    /// <param name="gain">Linear; above 0.</param>
    public TrackLoudness WithGain(float gain)
    {
        double gainDb = Decibels.FromLinear(gain);
        return this with
        {
            IntegratedLufs = Energies?.IntegratedLufs(gain) ?? throw new InvalidOperationException("Only what a meter measured can be scaled."),
            MomentaryMaxLufs = MomentaryMaxLufs + gainDb,
            ShortTermMaxLufs = ShortTermMaxLufs + gainDb,
            LoudnessRangeLu = Energies.RangeLu(gain),
            TruePeak = TruePeak * gain,
            SamplePeak = (float)SamplePeak * gain,
        };
    }

    /// <summary>EBU Tech 3342 does not call the range of less than a minute meaningful.</summary>
    public bool IsLoudnessRangeStable => Frames >= 60L * SampleRateHz;
}

/// <summary>How loud one channel of a track is, taken by itself.</summary>
/// <inheritdoc cref="TrackLoudness"/>
public sealed record ChannelLoudness(double IntegratedLufs, double? LoudnessRangeLu, double TruePeak)
{
    /// <summary>−∞ for silence.</summary>
    public double TruePeakDbtp => Decibels.FromLinear(TruePeak);
}

/// <summary>Everything the loudness of a track is judged by, in one pass over blocks of any size.</summary>
public sealed class TrackMeter
{
    readonly int sampleRateHz, channels;
    readonly LoudnessMeter loudness;
    readonly TruePeakMeter truePeak;
    double samplePeak;

    /// <inheritdoc cref="LoudnessMeter(int, int, uint)"/>
    public TrackMeter(int sampleRateHz, int channels, uint channelMask = 0)
    {
        (this.sampleRateHz, this.channels) = (sampleRateHz, channels);
        loudness = new(sampleRateHz, channels, channelMask);
        truePeak = new(channels);
    }

    /// <inheritdoc cref="LoudnessMeter.Process"/>
    public void Process(AudioBuffer block)
    {
        loudness.Process(block);
        truePeak.Process(block);
        for (int channel = 0; channel < channels; channel++) samplePeak = Math.Max(samplePeak, PeakScanner.LargestSample(block[channel]));
    }

    /// <summary>Ends the signal.</summary>
    public TrackLoudness Complete()
    {
        truePeak.Complete();
        return new(
            sampleRateHz, channels, loudness.Frames, loudness.IntegratedLufs, loudness.MomentaryMaxLufs, loudness.ShortTermMaxLufs,
            loudness.LoudnessRangeLu, truePeak.Peak, samplePeak) { Energies = loudness.Energies };
    }

    /// <summary>One channel, counted from 0; after <see cref="Complete"/>.</summary>
    public ChannelLoudness Channel(int channel) =>
        new(loudness.ChannelIntegratedLufs(channel), loudness.ChannelLoudnessRangeLu(channel), truePeak.ChannelPeak(channel));

    /// <summary>Measures a whole signal.</summary>
    /// <inheritdoc cref="LoudnessMeter(int, int, uint)"/>
    public static TrackLoudness Measure(AudioBuffer audio, uint channelMask = 0)
    {
        var meter = new TrackMeter(audio.SampleRateHz, audio.Channels, channelMask);
        meter.Process(audio);
        return meter.Complete();
    }
}
