using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Tests.Loudness;

public sealed class TruePeakMeterTests
{
    // What the meter promises below 0.45 of the rate.
    const double PromiseDb = 0.02;

    [Theory]
    [InlineData(15, 4, 0.0, 0.50, -6.0)]
    [InlineData(16, 4, 45.0, 0.50, -6.0)]
    [InlineData(17, 6, 60.0, 0.50, -6.0)]
    [InlineData(18, 8, 67.5, 0.50, -6.0)]
    [InlineData(19, 4, 45.0, 1.41, 3.0)]
    public void PeakDbtp_Tech3341Case_ReadsAsRequired(int number, int divisor, double phaseDegrees, double amplitude, double dbtp)
    {
        var audio = new AudioBuffer(48_000, 2, 48_000);
        for (int i = 0; i < audio.Frames; i++)
        {
            // Faded over 10 ms, for a tone cut off in full swing overshoots.
            double fade = Math.Min(1.0, Math.Min(i, audio.Frames - i) / 480.0);
            audio[0][i] = audio[1][i] = (float)(fade * amplitude * Math.Sin((Math.Tau * i / divisor) + (phaseDegrees * Math.PI / 180.0)));
        }

        double read = DbtpOf(audio);
        Assert.True(read - dbtp is >= -0.4 and <= 0.2, $"case {number}: {read:F3} dBTP");
        Assert.Equal(Decibels.FromLinear(amplitude), read, PromiseDb);
    }

    /// <summary>After cases 20 to 23: made at four times the rate, band-limited, decimated at each of the four places.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void PeakDbtp_OneFullScalePeriodDecimated_ReadsAsRequiredAtEachOffset(int offset)
    {
        const int Frames = 4_000;
        double[] fine = [.. Enumerable.Range(0, Frames).Select(i => FadeAt(i, Frames) * (i is >= 2_016 and < 2_040 ? 1.0 : 0.5) * Math.Sin(Math.Tau * i / 24.0))];
        double[] limited = [.. Enumerable.Range(0, Frames).Select(i => Enumerable.Range(-200, 401).Sum(k => i - k is >= 0 and < Frames ? LowPass(k) * fine[i - k] : 0.0))];
        var audio = new AudioBuffer(48_000, [[.. limited.Where((_, i) => i % 4 == offset).Select(sample => (float)sample)]]);

        Assert.InRange(DbtpOf(audio), -0.4, 0.2);

        // 24 points a period: the finer grid itself misses up to cos(π/24) of the crest, 0.075 dB.
        Assert.InRange(DbtpOf(audio) - Decibels.FromLinear(limited.Max(Math.Abs)), -PromiseDb, 0.075);

        // Half the final rate is an eighth of this one; to 0.44 of the final rate nothing is lost, from 0.48 on nothing is left.
        static double LowPass(int k) => (k == 0 ? 0.23 : Math.Sin(0.23 * Math.PI * k) / (Math.PI * k)) * (0.42 + (0.5 * Math.Cos(Math.PI * k / 201)) + (0.08 * Math.Cos(Math.Tau * k / 201)));

        static double FadeAt(int i, int frames) => Math.Min(1.0, Math.Min(i, frames - i) / 480.0);
    }

    [Fact]
    public void PeakDbtp_PartialsThatMeetBetweenSamples_ReadsTheirSum()
    {
        const int Partials = 40;
        for (int trial = 0; trial < 200; trial++)
        {
            // Up to 0.45 of the rate, all at their crest at once, at a place the grids do not know; every other time between two chunks.
            var random = new Random(trial);
            double meeting = trial % 2 == 0 ? 488.0 + (64.0 * random.NextDouble()) : 551.0 + (1.1 * random.NextDouble());
            (double Frequency, double Amplitude)[] partials = [.. Enumerable.Range(0, Partials).Select(_ => (0.45 * random.NextDouble(), random.NextDouble() / Partials))];
            var audio = new AudioBuffer(44_100, 1, 1_000);
            for (int i = 0; i < audio.Frames; i++) audio[0][i] = (float)partials.Sum(partial => partial.Amplitude * Math.Cos(Math.Tau * partial.Frequency * (i - meeting)));

            Assert.Equal(Decibels.FromLinear(partials.Sum(partial => partial.Amplitude)), DbtpOf(audio), PromiseDb);
        }
    }

    [Fact]
    public void PeakDbtp_ToneOfAnyFrequency_ReadsItsAmplitude()
    {
        for (double frequency = 0.003; frequency <= 0.45; frequency += 0.00317)
        {
            var audio = new AudioBuffer(44_100, 1, 4_000);
            for (int i = 0; i < audio.Frames; i++) audio[0][i] = (float)(0.8 * Math.Min(1.0, Math.Min(i, audio.Frames - i) / 500.0) * Math.Sin(Math.Tau * frequency * (i + 0.3)));

            // A slow tone may meet its crest only in the fade: 0.003 of the rate has 6 crests in the middle.
            Assert.Equal(Decibels.FromLinear(0.8), DbtpOf(audio), PromiseDb);
        }
    }

    [Theory]
    [InlineData(0.004)]
    [InlineData(0.02)]
    [InlineData(0.034)]
    [InlineData(0.036)]
    [InlineData(0.1)]
    public void PeakDbtp_ToneThatGrowsSlowly_ReadsItsLastCrests(double frequency)
    {
        // Every crest is a little higher than the one before, near what is passed over as no higher; together they must not be lost.
        var audio = new AudioBuffer(44_100, 1, 200_000);
        for (int i = 0; i < audio.Frames; i++) audio[0][i] = (float)(0.5 * Math.Pow(1.2, (double)i / audio.Frames) * Math.Sin(Math.Tau * frequency * (i + 0.3)));
        Assert.Equal(Decibels.FromLinear(0.6), DbtpOf(audio), PromiseDb);
    }

    [Fact]
    public void PeakDbtp_HighBurstInLowMusic_IsFound()
    {
        // Few samples of a fast tone, whose flanks stay below 0.45 of the rate. At 0.43 they do not, and the interpolator reads 0.022 dB too little, whatever is passed over.
        for (double frequency = 0.2; frequency <= 0.42; frequency += 0.0126)
        {
            var audio = new AudioBuffer(44_100, 1, 4_000);
            for (int i = 0; i < audio.Frames; i++)
            {
                double burst = Math.Exp(-Math.Pow((i - 2_000.5) / 12.0, 2)) * Math.Cos(Math.Tau * frequency * (i - 2_000.5));
                audio[0][i] = (float)((0.4 * Math.Sin(0.02 * i)) + (0.5 * burst));
            }

            double truth = 0.0;
            for (double at = 1_990.0; at <= 2_011.0; at += 0.01)
                truth = Math.Max(truth, Math.Abs((0.4 * Math.Sin(0.02 * at)) + (0.5 * Math.Exp(-Math.Pow((at - 2_000.5) / 12.0, 2)) * Math.Cos(Math.Tau * frequency * (at - 2_000.5)))));
            Assert.Equal(Decibels.FromLinear(truth), DbtpOf(audio), PromiseDb);
        }
    }

    [Fact]
    public void PeakDbtp_SlowerWayAround_FindsNoMore()
    {
        // What the coarse grids pass over must not matter: every sixteenth of every sample says the same.
        for (int seed = 0; seed < 20; seed++)
        {
            AudioBuffer noise = seed % 2 == 0 ? Tones.Noise(44_100, 1, 2_000, 1f, seed) : Tones.Programme(44_100, 1, 0.05, 1f, seed);
            float[] padded = [.. new float[Interpolator.Taps], .. noise[0], .. new float[Interpolator.Taps]];
            double plain = 0.0;
            for (int i = 0; i <= padded.Length - Interpolator.Taps; i++)
            {
                for (int phase = 0; phase < Interpolator.Phases; phase++) plain = Math.Max(plain, Math.Abs(Interpolator.At(padded.AsSpan(i), phase)));
            }

            // Below: gentle crests are taken from quarters, half of the promise. Above: what lies between sixteenths, cos(π/32) at half the rate.
            double read = Read(noise).Peak;
            Assert.InRange(Decibels.FromLinear(read) - Decibels.FromLinear(plain), -0.01, 0.042);
        }
    }

    [Fact]
    public void ChannelPeak_ChannelsDiffer_ReadsEach()
    {
        var audio = new AudioBuffer(44_100, [[0f, 0f, 0.25f, 0f], [0f, -2f, 0f, 0f]]);
        TruePeakMeter meter = Read(audio);

        // An impulse peaks at its sample.
        Assert.Equal(0.25, meter.ChannelPeak(0));
        Assert.Equal(2.0, meter.ChannelPeak(1));
        Assert.Equal(2.0, meter.Peak);
    }

    [Fact]
    public void PeakDbtp_StepAtTheStart_OvershootsAsAPlayerDoes()
    {
        // Gibbs: 8.9 % over the step, on both of its sides.
        var audio = new AudioBuffer(44_100, [[.. Enumerable.Repeat(0.5f, 1_000)]]);

        Assert.InRange(Read(audio).Peak, 0.5 * 1.08, 0.5 * 1.15);
    }

    [Fact]
    public void PeakDbtp_SilenceOrNothing_IsMinusInfinity()
    {
        Assert.Equal(double.NegativeInfinity, DbtpOf(new AudioBuffer(44_100, 1, 5_000)));
        Assert.Equal(double.NegativeInfinity, DbtpOf(new AudioBuffer(44_100, 1, 0)));
    }

    [Theory]
    [Trait("Category", "Kernels")]
    [InlineData(64)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(33)]
    public void HalvesAndQuarters_AnyLength_EqualScalarBitForBit(int count)
    {
        AudioBuffer noise = Tones.Noise(44_100, 1, count + Interpolator.Taps - 1, 1f);
        (float[] fast, float[] plain, float[] fastThirds, float[] plainThirds) = (new float[count], new float[count], new float[count], new float[count]);

        Assert.Equal(Interpolator.HalvesScalar(noise[0], plain), Interpolator.Halves(noise[0], fast));
        Assert.Equal(plain, fast);
        Assert.Equal(Interpolator.QuartersScalar(noise[0], plain, plainThirds), Interpolator.Quarters(noise[0], fast, fastThirds));
        Assert.Equal(plain, fast);
        Assert.Equal(plainThirds, fastThirds);
    }

    static double DbtpOf(AudioBuffer audio) => Read(audio).PeakDbtp;

    static TruePeakMeter Read(AudioBuffer audio)
    {
        var meter = new TruePeakMeter(audio.Channels);
        meter.Process(audio);
        meter.Complete();
        return meter;
    }
}
