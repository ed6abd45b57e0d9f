using DgxMusic.Audio.Export;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Export;

public class TrackExporterTests
{
    const int RateHz = 48_000;

    /// <summary>A 997 Hz tone of amplitude a in both channels reads 20 log a LUFS (ITU-R BS.1770 Annex 1), so the target is the amplitude.</summary>
    [Theory, InlineData(0.5, -16.0), InlineData(0.01, -16.0), InlineData(0.5, -23.0), InlineData(0.9, -5.0), Trait("Requirement", "A-05")]
    public void Export_Tone_HasTheAmplitudeOfItsTarget(double amplitude, double targetLufs)
    {
        var (track, file) = Export(Signals.Sine(RateHz, 2, 5, 997, amplitude), new() { TargetLufs = targetLufs, BitDepth = BitDepth.Float });
        double expected = Math.Pow(10, targetLufs / 20);
        Assert.Equal(LoudnessMethod.Lufs, track.Loudness.Method);
        Assert.InRange(Peak(Read(file)), expected * 0.9885, expected * 1.0116);   // 0.1 dB
        Assert.InRange(track.Loudness.OutputLufs!.Value, targetLufs - 0.01, targetLufs + 0.01);
    }

    [Fact, Trait("Requirement", "A-03"), Trait("Requirement", "A-04")]
    [Trait("Requirement", "A-03")]
    public void Export_MonoAndStereo_KeepChannelsRateAndOrder()
    {
        foreach (int channels in (int[])[1, 2])
        {
            foreach (int rateHz in (int[])[1_000, 16_000, 32_000, 44_100, 48_000, 384_000])
            {
                var source = Signals.Noise(rateHz, channels, rateHz / 2, 0.1, seed: 8);
                if (channels == 2) source[1].Clear();
                var (track, file) = Export(source, new());
                Assert.Equal((rateHz, channels, (long)source.Frames), (track.SampleRateHz, track.Channels, track.Frames));
                var read = Read(file);
                Assert.Equal((rateHz, channels, source.Frames), (read.SampleRateHz, read.Channels, read.Frames));
                Assert.NotEqual(-1, read[0].IndexOfAnyExcept(0f));
                if (channels == 2) Assert.Equal(-1, read[1].IndexOfAnyExcept(0f));
            }
        }
    }

    [Fact, Trait("Requirement", "A-06")]
    public void Export_TargetBeyondFullScale_ScalesTheOriginalToTheFallbackPeak()
    {
        var source = Signals.Sine(RateHz, 2, 3, 997, 0.05);
        source[0][1000] = 0.9f;   // a click that does not fit at −16
        var (track, file) = Export(source, new() { BitDepth = BitDepth.Float });
        Assert.Equal(LoudnessMethod.Peak, track.Loudness.Method);
        Assert.InRange(Peak(Read(file)), 0.95 - 1e-6, 0.95 + 1e-6);
        Assert.InRange(track.Loudness.Peak, 0.95 - 1e-6, 0.95 + 1e-6);
    }

    [Fact]
    public void Export_TruePeakMode_StaysUnderTheCeiling()
    {
        var source = Signals.Sine(RateHz, 2, 3, 997, 0.05);
        source[0][1000] = 0.9f;
        var (track, file) = Export(source, new() { Mode = LoudnessMode.TruePeak });
        Assert.Equal(LoudnessMethod.TruePeak, track.Loudness.Method);
        Assert.InRange(TrackMeter.Measure(Read(file)).TruePeakDbtp, -1.05, -0.95);   // half a 16-bit step at the peak and float rounding are below 0.001 dB
    }

    [Fact, Trait("Requirement", "A-09")]
    public void Export_LimiterMode_ReachesTheTargetUnderTheCeiling()
    {
        var source = Loud();
        var (track, file) = Export(source, new() { Mode = LoudnessMode.Limiter, TargetLufs = -13.5 });
        Assert.Equal(LoudnessMethod.Limiter, track.Loudness.Method);
        var read = TrackMeter.Measure(Read(file));
        Assert.Equal(source.Frames, read.Frames);
        Assert.InRange(read.IntegratedLufs, -13.6, -13.4);
        Assert.InRange(read.TruePeakDbtp, -3.0, -0.95);
    }

    [Fact, Trait("Requirement", "A-07")]
    public void Export_Silence_IsLeftAloneAndSaysSo()
    {
        var (track, file) = Export(new AudioBuffer(RateHz, 2, RateHz), new());
        Assert.Equal(LoudnessMethod.SkippedSilent, track.Loudness.Method);
        Assert.Null(track.Loudness.InputLufs);
        Assert.Null(track.Loudness.OutputLufs);
        Assert.Equal(-1, file.AsSpan(44).IndexOfAnyExcept((byte)0));
    }

    [Fact, Trait("Requirement", "A-07")]
    public void Export_ShorterThanOneBlock_IsLeftAloneAndSaysSo()
    {
        var source = Signals.Noise(RateHz, 1, (int)(0.399 * RateHz), 0.3, seed: 1);
        var (track, file) = Export(source, new() { BitDepth = BitDepth.Float });
        Assert.Equal(LoudnessMethod.SkippedShort, track.Loudness.Method);
        Assert.True(source[0].SequenceEqual(Read(file)[0]));
    }

    [Fact, Trait("Requirement", "A-08")]
    public void Export_NotNormalized_ChangesNothingButTheCodes()
    {
        var source = Signals.Noise(RateHz, 2, 30_001, 0.9, seed: 1);
        var (track, file) = Export(source, new() { Normalize = false, BitDepth = BitDepth.Pcm24 });
        Assert.Equal(LoudnessMethod.Disabled, track.Loudness.Method);
        Assert.Equal(0, track.Loudness.GainDb);
        var read = Read(file);
        for (int channel = 0; channel < 2; channel++)
        {
            for (int i = 0; i < source.Frames; i++) Assert.InRange(Math.Abs(source[channel][i] - (double)read[channel][i]), 0, 0.5 / (1 << 23));
        }
    }

    [Theory, InlineData(44_100, 48_000), InlineData(48_000, 44_100), InlineData(32_000, 48_000), InlineData(44_100, 1_000), Trait("Requirement", "A-04")]
    [Trait("Requirement", "A-04")]
    public void Export_AnotherRate_ConvertsAndNeverRelabels(int fromHz, int toHz)
    {
        const double toneHz = 220;
        var (track, file) = Export(Signals.Sine(fromHz, 2, 2, toneHz, 0.5), new() { SampleRateHz = toHz, Normalize = false, BitDepth = BitDepth.Float });
        Assert.Equal((toHz, 2L * toHz), (track.SampleRateHz, track.Frames));
        var read = Read(file);
        Assert.Equal(toHz, read.SampleRateHz);
        double worst = 0;
        for (int i = toHz / 10; i < 2 * toHz - (toHz / 10); i++) worst = Math.Max(worst, Math.Abs(read[0][i] - (0.5 * Math.Sin(2 * Math.PI * toneHz * i / toHz))));
        Assert.InRange(worst, 0, 1e-5);   // the ends ring; between them the resampler promises far less than this
    }

    public static TheoryData<LoudnessMode, BitDepth, int?> Masters => new()
    {
        { LoudnessMode.Peak, BitDepth.Pcm16, null }, { LoudnessMode.TruePeak, BitDepth.Pcm24, 44_100 },
        { LoudnessMode.Limiter, BitDepth.Pcm16, null }, { LoudnessMode.Limiter, BitDepth.Float, 96_000 },
    };

    [Theory, MemberData(nameof(Masters))]
    public void Export_AnyBlockSize_GivesTheSameBytes(LoudnessMode mode, BitDepth depth, int? rateHz)
    {
        var source = Loud().Slice(0, 60_001);
        var options = new ExportOptions { Mode = mode, BitDepth = depth, SampleRateHz = rateHz, TargetLufs = -10 };
        byte[] expected = Export(source, options, 60_001).File;
        foreach (int blockFrames in (int[])[97, 4_096, TrackExporter.BlockFrames]) Assert.True(expected.AsSpan().SequenceEqual(Export(source, options, blockFrames).File));
    }

    [Theory, InlineData(BitDepth.Pcm16), InlineData(BitDepth.Pcm24), InlineData(BitDepth.Pcm32), InlineData(BitDepth.Float), Trait("Requirement", "A-02"), Trait("Requirement", "A-11")]
    [Trait("Requirement", "A-11")]
    public void Export_EveryDepth_ReportsTheFileItWrote(BitDepth depth)
    {
        var (track, file) = Export(Signals.Noise(RateHz, 1, 24_001, 0.2, seed: 1), new() { BitDepth = depth });
        Assert.Equal((file.Length, depth, 24_001L), (track.Bytes, track.BitDepth, track.Frames));
        using var reader = new WavReader(new MemoryStream(file));
        Assert.Equal(BitDepths.NameOf(depth), reader.Format.BitDepth);
    }

    [Fact, Trait("Requirement", "X-13")]
    public void Export_NoFrames_IsEmptyAudio() => AssertFault(Problem.EmptyAudio, new AudioBuffer(RateHz, 2, 0));

    [Fact, Trait("Requirement", "A-03")]
    [Trait("Requirement", "A-03")]
    public void Export_ThreeChannels_IsTooManyChannels() => AssertFault(Problem.TooManyChannels, new AudioBuffer(RateHz, 3, 100));

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), Trait("Requirement", "X-14")]
    public void Export_NotANumber_IsInvalidSamplesAndWritesNothing(float sample)
    {
        var source = Signals.Noise(RateHz, 2, RateHz, 0.2, seed: 1);
        source[1][40_000] = sample;
        AssertFault(Problem.InvalidSamples, source);
    }

    [Fact]
    public void Export_OptionsOutOfRange_NamesEveryField()
    {
        var options = new ExportOptions { TargetLufs = double.NaN, SampleRateHz = 999, BitDepth = (BitDepth)9, Mode = (LoudnessMode)9 };
        var fault = Assert.Throws<PipelineException>(() => ExportRules.Check(options));
        Assert.Equal(Problem.InvalidRequest, fault.Problem);
        Assert.Equal(["bit_depth", "mode", "sample_rate", "target_lufs"], fault.Details.Keys.Order());
    }

    [Theory, InlineData(-70.0, 1_000), InlineData(-5.0, 384_000), InlineData(-16.0, null)]
    public void Check_Limits_AreAllowed(double targetLufs, int? rateHz) => ExportRules.Check(new() { TargetLufs = targetLufs, SampleRateHz = rateHz });

    [Theory, InlineData(-70.01, null, "target_lufs"), InlineData(-4.99, null, "target_lufs"), InlineData(-16.0, 384_001, "sample_rate")]
    public void Check_BeyondLimits_NamesTheField(double targetLufs, int? rateHz, string field)
    {
        var fault = Assert.Throws<PipelineException>(() => ExportRules.Check(new() { TargetLufs = targetLufs, SampleRateHz = rateHz }));
        Assert.Equal(field, Assert.Single(fault.Details).Key);
    }

    [Theory, InlineData(LoudnessMode.Peak), InlineData(LoudnessMode.Limiter)]
    public void Export_Progress_AscendsToOne(LoudnessMode mode)
    {
        var told = new List<double>();
        TrackExporter.Export(SampleSource.Of(Loud()), new() { Mode = mode, TargetLufs = -10 }, new MemoryStream(), told.Add);
        Assert.True(told.Count > 10);
        Assert.Equal(told.Order(), told);
        Assert.InRange(told[0], 0, 0.2);
        Assert.Equal(1.0, told[^1]);
    }

    [Fact]
    public void Export_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => TrackExporter.Export(
            SampleSource.Of(Loud()), new(), new MemoryStream(), part => { if (part > 0.6) cancellation.Cancel(); }, cancellation.Token));
    }

    [Fact]
    public void Export_CutOffSource_MastersWhatIsThereAndPassesTheWarningOn()
    {
        byte[] file = Riff(Format(Pcm, 1, RateHz, 16), Chunk("data", new byte[2 * RateHz], 4 * RateHz));
        var target = new MemoryStream();
        var track = TrackExporter.Export(SampleSource.OfStream(new MemoryStream(file), "a.wav"), new(), target);
        Assert.Equal(RateHz, track.Frames);
        Assert.Contains("cut off", Assert.Single(track.Warnings));
    }

    [Fact]
    public void Export_OfFileAndOfStream_GiveTheSameBytes()
    {
        using var folder = new ScratchFolder();
        byte[] file = Export(Loud(), new() { BitDepth = BitDepth.Float }).File;
        var fromFile = new MemoryStream();
        var fromStream = new MemoryStream();
        TrackExporter.Export(SampleSource.OfFile(folder.Write("a.wav", file)), new(), fromFile);
        TrackExporter.Export(SampleSource.OfStream(new MemoryStream(file)), new(), fromStream);
        Assert.Equal(fromFile.ToArray(), fromStream.ToArray());
    }

    /// <summary>Noise in bursts: quiet enough on the whole that −13.5 LUFS needs the limiter.</summary>
    static AudioBuffer Loud()
    {
        var track = Signals.Noise(RateHz, 2, 4 * RateHz, 0.3, seed: 6);
        for (int channel = 0; channel < 2; channel++)
        {
            for (int i = 0; i < track.Frames; i++) track[channel][i] *= i % 24_000 < 2_000 ? 1f : 0.2f;
        }
        return track;
    }

    static (MasteredTrack Track, byte[] File) Export(AudioBuffer source, ExportOptions options, int blockFrames = TrackExporter.BlockFrames)
    {
        var target = new MemoryStream();
        var track = TrackExporter.Export(SampleSource.Of(source), options, target, blockFrames);
        return (track, target.ToArray());
    }

    static void AssertFault(Problem problem, AudioBuffer source)
    {
        var target = new MemoryStream();
        var fault = Assert.Throws<PipelineException>(() => TrackExporter.Export(SampleSource.Of(source), new(), target));
        Assert.Equal(problem, fault.Problem);
        Assert.Equal(0, target.Length);
    }

    static AudioBuffer Read(byte[] file)
    {
        using var reader = new WavReader(new MemoryStream(file));
        return reader.ReadAll();
    }

    static double Peak(AudioBuffer track) => Enumerable.Range(0, track.Channels).Max(channel => track[channel].ToArray().Max(Math.Abs));
}
