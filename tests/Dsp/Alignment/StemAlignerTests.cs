using DgxMusic.Contracts;
using DgxMusic.Dsp.Alignment;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Alignment;

[Trait("Category", "Kernels")]
public sealed class StemAlignerTests
{
    const int Rate = 8000;

    [Fact]
    [Trait("Requirement", "B-15")]
    [Trait("Requirement", "B-16")]
    [Trait("Requirement", "B-17")]
    public void Align_AnyStemAndStrategy_HasExactFramesRateAndChannels() => Property.Holds(
        from frames in Gen.OneOf(Property.Between(0, 40), Property.Between(41, 12_000))
        from target in Gen.OneOf(Property.Between(0, 40), Property.Between(41, 20_000))
        from channels in Gen.Elements(1, 2, 8)
        from mono in Gen.Elements(true, false)
        from strategy in Gen.Elements<AlignmentStrategy?>(
            null, AlignmentStrategy.ZeroPad, AlignmentStrategy.Loop, AlignmentStrategy.Crossfade, AlignmentStrategy.Stretch)
        from beat in Gen.Elements<double?>(null, 0.4123, 0.00001, 100)
        from rate in Gen.Elements(Rate, Rate, 11_025)
        select (frames, target, channels, mono, strategy, beat, rate),
        drawn =>
        {
            AudioBuffer stem = Property.Noise(drawn.frames, drawn.mono ? 1 : drawn.channels, drawn.frames, drawn.rate);
            var target = new AlignmentTarget(drawn.target, Rate, drawn.channels);
            (AudioBuffer audio, AlignmentResult result) = StemAligner.Align(stem, target, new() { Strategy = drawn.strategy, BeatSeconds = drawn.beat });
            Assert.Equal((drawn.target, Rate, drawn.channels), (audio.Frames, audio.SampleRateHz, audio.Channels));
            Assert.Equal((true, drawn.target, drawn.strategy), (result.Success, result.AlignedFrames, result.Requested));
            Assert.Equal((stem.Seconds, target.Seconds, target.Seconds - stem.Seconds), (result.SourceDuration, result.TargetDuration, result.DurationDiff));
            for (int channel = 0; channel < audio.Channels; channel++) Assert.All(audio[channel].ToArray(), x => Assert.InRange(x, -2.5f, 2.5f));
        }, times: 200);

    [Theory]
    [Trait("Requirement", "B-10")]
    [InlineData("bass", null, 0.2, AlignmentStrategy.Loop)]
    [InlineData("Drums", null, 3.0, AlignmentStrategy.Loop)]
    [InlineData("bridge", null, 0.2, AlignmentStrategy.Crossfade)]
    [InlineData("outro", null, 3.0, AlignmentStrategy.Crossfade)]
    [InlineData("guitars", null, 0.499, AlignmentStrategy.ZeroPad)]
    [InlineData("guitars", null, 0.5, AlignmentStrategy.Crossfade)]
    [InlineData("Percussion 2", null, 0.5, AlignmentStrategy.Loop)]
    [InlineData("sub-BASS", null, 0.2, AlignmentStrategy.ZeroPad)]
    [InlineData("loops", "drum machine", 0.5, AlignmentStrategy.Loop)]
    [InlineData("loops", "rhythmic", 0.5, AlignmentStrategy.Loop)]
    public void Align_NothingAskedFor_ChoosesByNameTypeAndGap(string name, string? type, double gap, AlignmentStrategy expected)
    {
        AlignmentTarget target = new((int)Math.Round((4 + gap) * Rate), Rate, 1);
        Assert.Equal(expected, StemAligner.Align(Property.Noise(1, 1, 4 * Rate, Rate), target, new() { StemName = name, StemType = type }).Result.Strategy);
    }

    [Theory]
    [Trait("Requirement", "B-09")]
    [InlineData(-79)]
    [InlineData(0)]
    [InlineData(79)]
    public void Align_LessThanTenMilliseconds_KeepsEverySample(int more)
    {
        AudioBuffer stem = Property.Noise(1, 2, 4000, Rate);
        (AudioBuffer audio, AlignmentResult result) = StemAligner.Align(stem, new(4000 + more, Rate, 2), new() { Strategy = AlignmentStrategy.Loop });
        Assert.Equal(AlignmentStrategy.None, result.Strategy);
        Assert.Equal(stem[1][..Math.Min(4000, 4000 + more)].ToArray(), audio[1][..Math.Min(4000, 4000 + more)].ToArray());
        Assert.All(audio[1][Math.Min(4000, audio.Frames)..].ToArray(), x => Assert.Equal(0f, x));
    }

    [Fact]
    [Trait("Requirement", "B-11")]
    public void Align_ZeroPadOfALongGap_PadsAndWarns()
    {
        AudioBuffer stem = Property.Noise(1, 1, Rate, Rate);
        (AudioBuffer audio, AlignmentResult result) = StemAligner.Align(stem, new(3 * Rate, Rate, 1), new() { Strategy = AlignmentStrategy.ZeroPad });
        Assert.Equal(stem[0].ToArray(), audio[0][..Rate].ToArray());
        Assert.All(audio[0][Rate..].ToArray(), x => Assert.Equal(0f, x));
        Assert.Single(result.Warnings);
        Assert.Empty(StemAligner.Align(stem, new(Rate + 3999, Rate, 1), new() { Strategy = AlignmentStrategy.ZeroPad }).Result.Warnings);
    }

    [Fact]
    [Trait("Requirement", "B-14")]
    public void Align_TooLong_IsCutAtTheFrameWithAFadeOfTenMilliseconds()
    {
        var stem = new AudioBuffer(Rate, 1, 5000);
        stem[0].Fill(1f);
        (AudioBuffer audio, AlignmentResult result) = StemAligner.Align(stem, new(4000, Rate, 1), new() { Strategy = AlignmentStrategy.Loop });
        Assert.Equal((AlignmentStrategy.Truncate, AlignmentStrategy.Loop), (result.Strategy, result.Requested));
        Assert.All(audio[0][..3920].ToArray(), x => Assert.Equal(1f, x));
        Assert.Equal((0.5f, 0f), (audio[0][3959], audio[0][3999]));
        for (int i = 3920; i < 4000; i++) Assert.True(audio[0][i] < audio[0][i - 1]);
    }

    [Fact]
    public void Align_PlainLoop_TilesTheStem()
    {
        AudioBuffer stem = Property.Noise(1, 2, 1000, Rate);
        AudioBuffer audio = StemAligner.Align(stem, new(3500, Rate, 2), new() { Strategy = AlignmentStrategy.Loop, LoopSeamless = false }).Audio;
        for (int i = 0; i < 3500; i++) Assert.Equal(stem[1][i % 1000], audio[1][i]);
    }

    [Theory]
    [Trait("Requirement", "B-12")]
    [InlineData(440.0, AlignmentStrategy.Loop)]
    [InlineData(97.3, AlignmentStrategy.Loop)]
    [InlineData(1234.5, AlignmentStrategy.Loop)]
    [InlineData(440.0, AlignmentStrategy.Crossfade)]
    [InlineData(97.3, AlignmentStrategy.Crossfade)]
    public void Align_SteadyTone_NeitherDipsNorJumpsAtAnySeam(double hertz, AlignmentStrategy strategy)
    {
        const int rate = 44_100;
        AudioBuffer stem = Tone(hertz, rate, (int)(1.2345 * rate));
        AudioBuffer audio = StemAligner.Align(stem, new(6 * rate, rate, 1), new() { Strategy = strategy }).Audio;
        float[] samples = audio[0].ToArray();

        // Seams fall within half a sample of the same phase: 0.2 dB at 1.2 kHz, and no step beyond the tone's own slope.
        int period = (int)Math.Round(rate / hertz);
        for (int i = 0; i + (4 * period) < samples.Length - 500; i += period)
            Assert.InRange(Rms(samples.AsSpan(i, 4 * period)), 0.7071 * 0.977, 0.7071 * 1.023);
        double steepest = 2 * Math.Sin(Math.PI * hertz / rate);
        for (int i = 1; i < samples.Length - 500; i++) Assert.InRange(Math.Abs(samples[i] - samples[i - 1]), 0, 1.03 * steepest);
    }

    [Theory]
    [Trait("Requirement", "B-13")]
    [InlineData(AlignmentStrategy.Loop)]
    [InlineData(AlignmentStrategy.Crossfade)]
    public void Align_Noise_KeepsItsPowerAcrossSeams(AlignmentStrategy strategy)
    {
        AudioBuffer audio = StemAligner.Align(Property.Noise(1, 2, 50_000, 44_100), new(400_000, 44_100, 2), new() { Strategy = strategy }).Audio;

        // White noise in 10 ms: its RMS scatters by 2 %; four sigma.
        for (int i = 0; i + 441 < 399_000; i += 100) Assert.InRange(Rms(audio[0].Slice(i, 441)), 0.5774 * 0.88, 0.5774 * 1.12);
    }

    [Theory]
    [InlineData(2.0, 0.6)]
    [InlineData(20.0, 2.0)]
    [InlineData(0.5, 0.15)]
    public void Tail_AnyGap_IsThirtyPercentOfItButNoMoreThanTwoSeconds(double gap, double seconds)
    {
        SeamlessRepeat tail = SeamlessRepeat.Tail(Property.Noise(1, 1, 10 * Rate, Rate), (long)(gap * Rate))!.Value;
        Assert.InRange(10 * Rate - tail.Start, (seconds * Rate) - 81, (seconds * Rate) + 81);   // shifted by 10 ms at most
        Assert.Equal(Math.Min(0.05 * Rate, Math.Floor(seconds * Rate / 4)), tail.Overlap);
        Assert.Equal(10 * Rate, tail.Start + tail.Period + tail.Overlap);
    }

    [Fact]
    public void Tail_OfAShortStem_IsAQuarterOfIt()
    {
        SeamlessRepeat tail = SeamlessRepeat.Tail(Property.Noise(1, 1, Rate, Rate), 10 * Rate)!.Value;
        Assert.InRange(Rate - tail.Start, (Rate / 4) - 81, (Rate / 4) + 81);
        Assert.Null(SeamlessRepeat.Tail(Property.Noise(1, 1, 3, Rate), 10 * Rate));
    }

    [Fact]
    public void Align_LoopOnBeats_StaysOnTheGridForManyPasses()
    {
        // Clicks on the beat of 130 BPM, 10,153.8 samples apart at 22,050 Hz; a stem of 9.4 beats becomes 150.
        const int rate = 22_050;
        double beat = 60.0 / 130;
        var stem = new AudioBuffer(rate, 1, (int)(9.4 * beat * rate));
        for (int n = 0; n < 10; n++) stem[0][(int)Math.Round((n * beat * rate) + (n == 0 ? 3 : 0))] = 1f;
        AudioBuffer audio = StemAligner.Align(stem, new((int)(150 * beat * rate), rate, 1), new() { Strategy = AlignmentStrategy.Loop, BeatSeconds = beat }).Audio;
        for (int n = 1; n < 150; n++)
        {
            int at = (int)Math.Round(n * beat * rate);
            Assert.True(audio[0].Slice(at - 5, 11).ToArray().Max() > 0.6f, $"Beat {n} is silent.");
        }
    }

    [Fact]
    public void Align_ShorterThanABeat_LoopsOffTheGridAndSaysSo()
    {
        AlignmentOptions options = new() { Strategy = AlignmentStrategy.Loop, BeatSeconds = 0.5 };
        Assert.Single(StemAligner.Align(Property.Noise(1, 1, 2000, Rate), new(Rate, Rate, 1), options).Result.Warnings);
    }

    [Fact]
    [Trait("Requirement", "B-18")]
    public void Align_OtherRate_KeepsPitchAndDuration()
    {
        (AudioBuffer audio, AlignmentResult result) = StemAligner.Align(Tone(1000, 44_100, 88_200), new(96_000, 48_000, 2));
        Assert.Equal(AlignmentStrategy.None, result.Strategy);
        for (int i = 2000; i < 94_000; i++) Assert.Equal(Math.Sin(2 * Math.PI * 1000 * i / 48_000), audio[1][i], 1e-4);
    }

    [Theory]
    [Trait("Requirement", "B-19")]
    [InlineData(0.8, AlignmentStrategy.Stretch)]
    [InlineData(1.25, AlignmentStrategy.Stretch)]
    [InlineData(0.79, AlignmentStrategy.Truncate)]
    [InlineData(1.26, AlignmentStrategy.Crossfade)]
    public void Align_Stretch_HoldsFromFourFifthsToFiveFourths(double ratio, AlignmentStrategy expected)
    {
        AlignmentTarget target = new((int)Math.Round(ratio * 4 * Rate), Rate, 1);
        AlignmentResult result = StemAligner.Align(Property.Noise(1, 1, 4 * Rate, Rate), target, new() { Strategy = AlignmentStrategy.Stretch }).Result;
        Assert.Equal(expected, result.Strategy);
        Assert.Equal(expected == AlignmentStrategy.Stretch ? 0 : 1, result.Warnings.Count);
    }

    [Theory]
    [InlineData("zero_pad", AlignmentStrategy.ZeroPad)]
    [InlineData(" Loop ", AlignmentStrategy.Loop)]
    [InlineData("auto", null)]
    [InlineData(null, null)]
    public void Parse_Known_IsThatStrategy(string? name, AlignmentStrategy? expected) => Assert.Equal(expected, AlignmentStrategies.Parse(name));

    [Fact]
    public void Parse_Unknown_IsTheCallersFault() =>
        Assert.Same(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => AlignmentStrategies.Parse("tile")).Problem);

    [Theory]
    [InlineData(AlignmentStrategy.Loop)]
    [InlineData(AlignmentStrategy.Crossfade)]
    [InlineData(AlignmentStrategy.Stretch)]
    public void Align_LargestFloats_StayFinite(AlignmentStrategy strategy)
    {
        AudioBuffer stem = Property.Noise(1, 1, 8000, Rate);
        for (int i = 0; i < 8000; i++) stem[0][i] = stem[0][i] < 0 ? -float.MaxValue : float.MaxValue;
        Assert.All(StemAligner.Align(stem, new(9600, Rate, 1), new() { Strategy = strategy }).Audio[0].ToArray(), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void Align_Impossible_Throws()
    {
        var stem = new AudioBuffer(Rate, 2, 100);
        Assert.ThrowsAny<ArgumentException>(() => StemAligner.Align(stem, new(-1, Rate, 2)));
        Assert.ThrowsAny<ArgumentException>(() => StemAligner.Align(stem, new(100, Rate, 1)));
        Assert.ThrowsAny<ArgumentException>(() => StemAligner.Align(stem, new(100, Rate, 9)));
        Assert.ThrowsAny<ArgumentException>(() => StemAligner.Align(stem, new(100, 0, 2)));
        Assert.ThrowsAny<ArgumentException>(() => StemAligner.Align(stem, new(100, Rate, 2), new() { Strategy = AlignmentStrategy.Truncate }));
        Assert.ThrowsAny<ArgumentException>(() => StemAligner.Align(stem, new(100, Rate, 2), new() { BeatSeconds = double.NaN }));
        stem[1][7] = float.NaN;
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => StemAligner.Align(stem, new(100, Rate, 2))).Problem);
    }

    static AudioBuffer Tone(double hertz, int rate, int frames) =>
        new(rate, [[.. Enumerable.Range(0, frames).Select(n => (float)Math.Sin(2 * Math.PI * hertz * n / rate))]]);

    static double Rms(ReadOnlySpan<float> samples)
    {
        double sum = 0;
        foreach (float x in samples) sum += (double)x * x;
        return Math.Sqrt(sum / samples.Length);
    }
}
