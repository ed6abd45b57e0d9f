using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Tests.Loudness;

/// <summary>
/// The minimum requirements of EBU Tech 3341 and 3342, made in code. The documents allow 0.1 LU and, for the range, 1 LU of their rounded
/// figures; our goal is 0.01 LU of what the definition gives, which <see cref="Exact"/> works out from the levels alone.
/// </summary>
public sealed class LoudnessMeterTests
{
    const double GoalLu = 0.01;

    const double Silent = double.NegativeInfinity;

    static readonly Dictionary<int, (double Seconds, double Dbfs)[]> IntegratedCases = new()
    {
        [1] = [(20, -23)],
        [2] = [(20, -33)],
        [3] = [(10, -36), (60, -23), (10, -36)],
        [4] = [(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)],
        [5] = [(20, -26), (20.1, -20), (20, -26)],
    };

    static readonly Dictionary<int, (double Seconds, double Dbfs)[]> RangeCases = new()
    {
        [1] = [(20, -20), (20, -30)],
        [2] = [(20, -20), (20, -15)],
        [3] = [(20, -40), (20, -20)],
        [4] = [(20, -50), (20, -35), (20, -20), (20, -35), (20, -50)],
    };

    [Theory]
    [InlineData(1, -23.0)]
    [InlineData(2, -33.0)]
    [InlineData(3, -23.0)]
    [InlineData(4, -23.0)]
    [InlineData(5, -23.0)]
    [Trait("Requirement", "A-05")]
    public void IntegratedLufs_Tech3341Case_ReadsAsRequired(int number, double lufs)
    {
        foreach (int sampleRateHz in new[] { 44_100, 48_000 })
        {
            double read = Heard(Tones.Steps(sampleRateHz, 2, IntegratedCases[number])).IntegratedLufs;
            Assert.Equal(lufs, read, 0.1);
            Assert.Equal(Exact(IntegratedCases[number]), read, GoalLu);
        }
    }

    [Fact]
    [Trait("Requirement", "A-05")]
    public void IntegratedLufs_Tech3341Case6_WeighsSurrounds()
    {
        AudioBuffer fiveChannels = Tones.Steps(48_000, 1000.0, [0, 0, 4, -2, -2], (20, -28));
        AudioBuffer withLowFrequency = Tones.Steps(48_000, 1000.0, [0, 0, 4, 20, -2, -2], (20, -28));

        // −28 −28 −24 and 1.41 times −30 −30 dB make −23.023, and K-weighting at 1 kHz leaves 0.007.
        Assert.Equal(-23.016, Heard(fiveChannels).IntegratedLufs, GoalLu);
        Assert.Equal(Heard(fiveChannels).IntegratedLufs, Heard(withLowFrequency).IntegratedLufs, 1e-9);
    }

    [Fact]
    public void ShortTermLufs_Tech3341Case9_IsConstant()
    {
        (double, double)[] period = [(1.34, -20), (1.66, -30)];
        var meter = new LoudnessMeter(48_000, 2);
        foreach (AudioBuffer block in Tones.Cut(Tones.Steps(48_000, 2, [.. Enumerable.Repeat(period, 5).SelectMany(part => part)]), 4_800))
        {
            meter.Process(block);
            // 1.34 s at −20 and 1.66 s at −30 are −22.993 on average.
            if (meter.Frames >= 3 * 48_000) Assert.Equal(-22.986, meter.ShortTermLufs, GoalLu);
        }
    }

    [Fact]
    public void ShortTermMaxLufs_Tech3341Case10_ReadsEachOffset()
    {
        for (int i = 0; i < 20; i++)
        {
            // The tone begins up to 5 ms beside a 10 ms step: 5 ms of 3 s are 0.007 dB.
            Assert.Equal(-23.0, Heard(Tones.Steps(48_000, 2, (i * 0.15, Silent), (3, -23), (1, Silent))).ShortTermMaxLufs, GoalLu);
        }
    }

    [Fact]
    public void ShortTermLufs_Tech3341Case11_FollowsEachTone()
    {
        var meter = new LoudnessMeter(48_000, 2);
        for (int i = 0; i < 20; i++)
        {
            double loudest = Silent;
            foreach (AudioBuffer block in Tones.Cut(Tones.Steps(48_000, 2, (i * 0.15, Silent), (3, -38 + i), (3 - (i * 0.15), Silent)), 480))
            {
                meter.Process(block);
                loudest = Math.Max(loudest, meter.ShortTermLufs);
            }

            Assert.Equal(-38.0 + i, loudest, GoalLu);
        }
    }

    [Fact]
    public void MomentaryLufs_Tech3341Case12_IsConstant()
    {
        (double, double)[] period = [(0.18, -20), (0.22, -30)];
        var meter = new LoudnessMeter(48_000, 2);
        foreach (AudioBuffer block in Tones.Cut(Tones.Steps(48_000, 2, [.. Enumerable.Repeat(period, 25).SelectMany(part => part)]), 480))
        {
            meter.Process(block);
            // 0.18 s at −20 and 0.22 s at −30 are −22.967 on average.
            if (meter.Frames >= 48_000) Assert.Equal(-22.960, meter.MomentaryLufs, GoalLu);
        }
    }

    [Fact]
    public void MomentaryMaxLufs_Tech3341Case13_ReadsEachOffset()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(-23.0, Heard(Tones.Steps(48_000, 2, (i * 0.02, Silent), (0.4, -23), (1, Silent))).MomentaryMaxLufs, GoalLu);
        }
    }

    [Fact]
    public void MomentaryLufs_Tech3341Case14_FollowsEachTone()
    {
        var meter = new LoudnessMeter(48_000, 2);
        for (int i = 0; i < 20; i++)
        {
            double loudest = Silent;
            foreach (AudioBuffer block in Tones.Cut(Tones.Steps(48_000, 2, (i * 0.02, Silent), (0.4, -38 + i), (1 - (i * 0.02), Silent)), 480))
            {
                meter.Process(block);
                loudest = Math.Max(loudest, meter.MomentaryLufs);
            }

            Assert.Equal(-38.0 + i, loudest, GoalLu);
        }
    }

    [Theory]
    [InlineData(1, 10.0)]
    [InlineData(2, 5.0)]
    [InlineData(3, 20.0)]
    [InlineData(4, 15.0)]
    public void LoudnessRangeLu_Tech3342Case_ReadsAsRequired(int number, double range)
    {
        Assert.Equal(range, Heard(Tones.Steps(48_000, 2, RangeCases[number])).LoudnessRangeLu!.Value, GoalLu);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(16_000)]
    [InlineData(22_050)]
    [InlineData(32_000)]
    [InlineData(44_100)]
    [InlineData(96_000)]
    [InlineData(192_000)]
    [Trait("Requirement", "A-05")]
    public void IntegratedLufs_FullScaleToneInOneChannel_ReadsMinusThree(int sampleRateHz)
    {
        // BS.1770-5, Annex 1: 997 Hz at 0 dBFS in one front channel reads −3.01 LKFS.
        AudioBuffer tone = Tones.Steps(sampleRateHz, 997.0, [0, Silent], (5, 0));

        Assert.Equal(-3.01, Heard(tone).IntegratedLufs, 0.02);   // what the response is off at 8 kHz
    }

    [Fact]
    public void IntegratedLufs_Mono_IsThreeBelowTheSameInTwoChannels()
    {
        double mono = Heard(Tones.Steps(44_100, 1, (5, -20))).IntegratedLufs;
        double stereo = Heard(Tones.Steps(44_100, 2, (5, -20))).IntegratedLufs;

        Assert.Equal(20.0 * Math.Log10(Math.Sqrt(2.0)), stereo - mono, 1e-9);
    }

    [Fact]
    [Trait("Requirement", "A-07")]
    public void IntegratedLufs_SilenceOrLessThanABlock_IsMinusInfinity()
    {
        Assert.Equal(Silent, Heard(new AudioBuffer(44_100, 2, 441_000)).IntegratedLufs);
        Assert.Equal(Silent, Heard(new AudioBuffer(44_100, 2, 0)).IntegratedLufs);
        Assert.Equal(Silent, Heard(Tones.Noise(44_100, 2, 17_639, 1f)).IntegratedLufs);
        Assert.True(double.IsFinite(Heard(Tones.Noise(44_100, 2, 17_640, 1f)).IntegratedLufs));
    }

    [Fact]
    public void LoudnessRangeLu_SteadyTone_IsZeroAndNullBelowThreeSeconds()
    {
        Assert.Equal(0.0, Heard(Tones.Steps(48_000, 2, (5, -20))).LoudnessRangeLu!.Value, 1e-3);
        Assert.Null(Heard(Tones.Steps(48_000, 2, (2.99, -20))).LoudnessRangeLu);
    }

    [Theory]
    [InlineData(11_025, 1)]
    [InlineData(44_100, 2)]
    [InlineData(22_050, 3)]
    [Trait("Category", "Kernels")]
    public void Process_AnyBlocking_GivesTheSameBits(int sampleRateHz, int channels)
    {
        AudioBuffer programme = Tones.Programme(sampleRateHz, channels, 4.3, 0.9f);
        TrackLoudness whole = TrackMeter.Measure(programme);
        foreach (int[] sizes in new[] { new[] { 1 }, [997], [64, 0, 1, 4_096], [441, 440] })
        {
            var meter = new TrackMeter(sampleRateHz, channels);
            foreach (AudioBuffer block in Tones.Cut(programme, sizes)) meter.Process(block);
            Assert.Equal(whole, meter.Complete());
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [Trait("Requirement", "X-14")]
    public void Process_NotANumber_NamesChannelAndFrame(float sample)
    {
        AudioBuffer noise = Tones.Noise(44_100, 2, 10_000, 0.5f);
        noise[1][7_777] = sample;
        var meter = new TrackMeter(44_100, 2);
        meter.Process(noise.Slice(0, 5_000));

        var thrown = Assert.Throws<PipelineException>(() => meter.Process(noise.Slice(5_000, 5_000)));

        Assert.Equal(Problem.InvalidSamples, thrown.Problem);
        Assert.Contains("Channel 2", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("frame 7777", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NineChannels_IsAProblem()
    {
        var thrown = Assert.Throws<PipelineException>(() => new LoudnessMeter(44_100, 9));

        Assert.Equal(Problem.TooManyChannels, thrown.Problem);
    }

    [Theory]
    [InlineData(6, 0x3Fu, "1 1 1 0 1.41 1.41")]            // 5.1, surrounds called back
    [InlineData(6, 0x60Fu, "1 1 1 0 1.41 1.41")]           // 5.1, surrounds called side
    [InlineData(8, 0x63Fu, "1 1 1 0 1 1 1.41 1.41")]       // 7.1: back pair at 135°, side pair at 90°
    [InlineData(8, 0u, "1 1 1 0 1 1 1.41 1.41")]
    [InlineData(4, 0u, "1 1 1.41 1.41")]
    [InlineData(5, 0u, "1 1 1 1.41 1.41")]
    [InlineData(1, 0u, "1")]
    [InlineData(2, 0x3u, "1 1")]
    [InlineData(3, 0xBu, "1 1 0")]                          // 2.1
    public void Of_Layout_WeighsByPosition(int channels, uint channelMask, string weights)
    {
        Assert.Equal(weights.Split(' ').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)), ChannelWeights.Of(channels, channelMask));
    }

    /// <summary>Integrated loudness of a 1 kHz tone in two channels, from the mean power of ideal 400 ms blocks, without a sample or a filter.</summary>
    static double Exact((double Seconds, double Dbfs)[] parts)
    {
        double weighting = Math.Pow(KWeighting.Table.Gain(1000.0, 48_000.0), 2.0) * Math.Pow(10.0, -0.0691);
        var powers = new List<double>();
        for (int block = 0; (block * 0.1) + 0.4 <= parts.Sum(part => part.Seconds) + 1e-9; block++)
        {
            (double energy, double begin) = (0.0, 0.0);
            foreach ((double seconds, double dbfs) in parts)
            {
                double overlap = Math.Min(begin + seconds, (block * 0.1) + 0.4) - Math.Max(begin, block * 0.1);
                energy += Math.Max(0.0, overlap) * Math.Pow(10.0, dbfs / 10.0) * weighting;
                begin += seconds;
            }

            powers.Add(energy / 0.4);
        }

        double gate = 0.1 * powers.Where(power => power > 1e-7).Average();
        return 10.0 * Math.Log10(powers.Where(power => power > Math.Max(1e-7, gate)).Average());
    }

    static LoudnessMeter Heard(AudioBuffer audio)
    {
        var meter = new LoudnessMeter(audio.SampleRateHz, audio.Channels);
        meter.Process(audio);
        return meter;
    }
}
