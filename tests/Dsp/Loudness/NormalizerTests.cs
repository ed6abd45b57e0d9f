using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Dsp.Tests.Loudness;

public sealed class NormalizerTests
{
    [Theory]
    [InlineData(LoudnessMode.Peak, -16.0)]
    [InlineData(LoudnessMode.Peak, -40.0)]
    [InlineData(LoudnessMode.TruePeak, -23.0)]
    [InlineData(LoudnessMode.Limiter, -16.0)]
    [Trait("Requirement", "A-05")]
    public void Normalize_RoomEnough_ReachesTheTargetWithOneGain(LoudnessMode mode, double targetLufs)
    {
        AudioBuffer original = Tones.Programme(32_000, 2, 6, 0.2f);
        AudioBuffer audio = Tones.Copy(original);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { Mode = mode, TargetLufs = targetLufs });

        Assert.Equal(LoudnessMethod.Lufs, report.Method);
        Assert.Equal(targetLufs, report.TargetLufs);
        Assert.Equal(targetLufs, report.OutputLufs!.Value, 1e-4);   // rounding of single precision
        Assert.Equal(report.OutputLufs.Value - report.InputLufs!.Value, report.GainDb, 1e-4);
        AssertReportIsTrue(report, original, audio);
        float gain = (float)Decibels.ToLinear(report.GainDb);
        for (int i = 0; i < audio.Frames; i += 111) Assert.Equal(original[1][i] * gain, audio[1][i], 1e-6f);
    }

    [Fact]
    [Trait("Requirement", "A-06")]
    public void Normalize_PeakModeWithoutRoom_ScalesTheOriginalToItsFallbackPeak()
    {
        foreach (float amplitude in new[] { 0.01f, 0.7f, 3f })
        {
            AudioBuffer original = Tones.Programme(44_100, 2, 5, amplitude);
            AudioBuffer audio = Tones.Copy(original);
            LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { TargetLufs = -6.0 });

            Assert.Equal(LoudnessMethod.Peak, report.Method);
            Assert.Equal(0.95, report.Peak, 1e-6);
            Assert.True(report.OutputLufs < -6.1);
            AssertReportIsTrue(report, original, audio);
        }
    }

    [Fact]
    [Trait("Requirement", "A-06")]
    public void Plan_GainedPeakAtFullScale_IsNoReasonToFallBack()
    {
        // 6 dB to go. A sample peak of 0.5 becomes 0.998 and fits; one of 0.502 does not.
        TrackLoudness input = TrackMeter.Measure(Tones.Steps(48_000, 2, (2, -12))) with { IntegratedLufs = -22.0 };
        var options = new ExportOptions { TargetLufs = -16.0 };

        Assert.Equal(LoudnessMethod.Lufs, Normalizer.Plan(input with { SamplePeak = 0.5 }, options).Method);
        Assert.Equal(LoudnessMethod.Peak, Normalizer.Plan(input with { SamplePeak = 0.502 }, options).Method);
    }

    [Fact]
    [Trait("Requirement", "A-09")]
    public void Normalize_TruePeakModeWithoutRoom_StopsAtTheCeiling()
    {
        AudioBuffer original = Tones.Programme(44_100, 2, 5, 0.3f);
        AudioBuffer audio = Tones.Copy(original);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { Mode = LoudnessMode.TruePeak, TargetLufs = -8.0 });

        Assert.Equal(LoudnessMethod.TruePeak, report.Method);
        Assert.Equal(-1.0, report.TruePeakDbtp!.Value, 1e-4);
        AssertReportIsTrue(report, original, audio);
    }

    [Theory]
    [InlineData(-14.0)]
    [InlineData(-11.0)]
    [InlineData(-8.0)]
    [Trait("Requirement", "A-09")]
    public void Normalize_LimiterModeWithoutRoom_ReachesTheTargetBelowTheCeiling(double targetLufs)
    {
        AudioBuffer original = Tones.Programme(44_100, 2, 12, 0.3f);
        for (int i = 0; i < 12; i++) original[0][(i * 44_100) + 7] = 0.9f;   // clicks, so that every target needs the limiter
        AudioBuffer audio = Tones.Copy(original);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { Mode = LoudnessMode.Limiter, TargetLufs = targetLufs });

        Assert.Equal(LoudnessMethod.Limiter, report.Method);
        Assert.Equal(targetLufs, report.OutputLufs!.Value, 0.1);
        Assert.True(report.TruePeakDbtp <= -1.0);
        AssertReportIsTrue(report, original, audio);
    }

    [Fact]
    [Trait("Requirement", "A-07")]
    public void Normalize_SilenceOrTooShort_LeavesSamplesAlone()
    {
        AssertUntouched(LoudnessMethod.SkippedSilent, new AudioBuffer(44_100, 2, 44_100));
        AssertUntouched(LoudnessMethod.SkippedSilent, Tones.Steps(44_100, 2, (2, -75)));
        AssertUntouched(LoudnessMethod.SkippedShort, Tones.Noise(44_100, 2, 17_639, 0.5f));
        Assert.Equal(LoudnessMethod.Lufs, Normalizer.Normalize(Tones.Noise(44_100, 2, 17_640, 0.1f), new ExportOptions()).Method);
    }

    [Fact]
    [Trait("Requirement", "A-08")]
    public void Normalize_Disabled_LeavesSamplesAloneAndStillMeasures()
    {
        LoudnessReport report = AssertUntouched(LoudnessMethod.Disabled, Tones.Programme(44_100, 2, 2, 0.5f), normalize: false);

        Assert.Null(report.TargetLufs);
        Assert.True(report.InputLufs > -40.0);
    }

    [Fact]
    [Trait("Requirement", "A-07")]
    [Trait("Requirement", "A-08")]
    public void Normalize_AboveFullScaleToIntegers_ReportsWhatTheFileHolds()
    {
        AudioBuffer audio = Tones.Programme(44_100, 2, 3, 4f);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { Normalize = false, BitDepth = BitDepth.Pcm16 });
        TrackLoudness file = TrackMeter.Measure(ReadBack(audio, BitDepth.Pcm16, SampleFormat.Int16));

        Assert.True(report.InputTruePeakDbtp > 6.0);
        Assert.Equal(1.0, report.Peak);
        Assert.Equal(file.IntegratedLufs, report.OutputLufs!.Value, 0.001);
        Assert.Equal(file.TruePeakDbtp, report.TruePeakDbtp!.Value, 0.001);
    }

    [Theory]
    [InlineData(BitDepth.Pcm16, SampleFormat.Int16)]
    [InlineData(BitDepth.Pcm24, SampleFormat.Int24)]
    [Trait("Requirement", "A-05")]
    public void Normalize_ThenQuantised_ReadsAsReported(BitDepth depth, SampleFormat format)
    {
        AudioBuffer audio = Tones.Programme(44_100, 2, 4, 0.3f);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { BitDepth = depth });
        TrackLoudness file = TrackMeter.Measure(ReadBack(audio, depth, format));

        // Half a step of 16 bits beside a peak near 1 is 0.0003 dB.
        Assert.Equal(report.OutputLufs!.Value, file.IntegratedLufs, 0.001);
        Assert.Equal(report.TruePeakDbtp!.Value, file.TruePeakDbtp, 0.001);
    }

    [Theory]
    [InlineData(LoudnessMode.Peak)]
    [InlineData(LoudnessMode.Limiter)]
    [Trait("Requirement", "A-10")]
    public void Normalize_ReadInAnyBlocks_GivesTheSameBitsAndReport(LoudnessMode mode)
    {
        var options = new ExportOptions { Mode = mode, TargetLufs = -9.0 };
        AudioBuffer original = Tones.Programme(22_050, 2, 4, 0.5f);
        AudioBuffer whole = Tones.Copy(original);
        LoudnessReport expected = Normalizer.Normalize(whole, options);
        foreach (int[] sizes in new[] { new[] { original.Frames }, [1_000, 0, 17] })
        {
            (List<float> left, List<float> right) = ([], []);
            LoudnessReport report = Normalizer.Normalize(Tones.Cut(original, sizes), options, block =>
            {
                left.AddRange(block[0]);
                right.AddRange(block[1]);
            });

            Assert.Equal(expected, report);
            Assert.Equal(whole[0].ToArray(), left.ToArray());
            Assert.Equal(whole[1].ToArray(), right.ToArray());
        }
    }

    [Fact]
    public void Normalize_MoreThanTwoChannels_KeepsOneGain()
    {
        AudioBuffer original = Tones.Programme(44_100, 6, 3, 0.2f);
        AudioBuffer audio = Tones.Copy(original);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { TargetLufs = -20.0 });

        Assert.Equal(-20.0, report.OutputLufs!.Value, 1e-4);
        AssertReportIsTrue(report, original, audio);
    }

    [Fact]
    [Trait("Requirement", "X-14")]
    public void Normalize_NotANumber_IsRefused()
    {
        AudioBuffer audio = Tones.Noise(44_100, 2, 44_100, 0.5f);
        audio[1][30_000] = float.NaN;

        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => Normalizer.Normalize(audio, new ExportOptions())).Problem);
    }

    [Fact]
    public void Normalize_NoFrames_IsRefused()
    {
        var thrown = Assert.Throws<PipelineException>(() => Normalizer.Normalize(new AudioBuffer(44_100, 2, 0), new ExportOptions()));

        Assert.Equal(Problem.EmptyAudio, thrown.Problem);
    }

    [Theory]
    [InlineData(-70.5)]
    [InlineData(-4.9)]
    [InlineData(double.NaN)]
    [Trait("Requirement", "A-05")]
    public void Plan_TargetOutOfRange_IsRefused(double targetLufs)
    {
        TrackLoudness input = TrackMeter.Measure(Tones.Steps(48_000, 1, (1, -20)));
        var thrown = Assert.Throws<PipelineException>(() => Normalizer.Plan(input, new ExportOptions { TargetLufs = targetLufs }));

        Assert.Equal(Problem.InvalidRequest, thrown.Problem);
    }

    static LoudnessReport AssertUntouched(LoudnessMethod method, AudioBuffer audio, bool normalize = true)
    {
        AudioBuffer original = Tones.Copy(audio);
        LoudnessReport report = Normalizer.Normalize(audio, new ExportOptions { Normalize = normalize });

        Assert.Equal(method, report.Method);
        Assert.Equal(0.0, report.GainDb);
        Assert.Equal(report.InputLufs, report.OutputLufs);
        Assert.Equal(report.InputTruePeakDbtp, report.TruePeakDbtp);
        for (int channel = 0; channel < audio.Channels; channel++) Assert.Equal(original[channel].ToArray(), audio[channel].ToArray());
        AssertReportIsTrue(report, original, audio);
        return report;
    }

    static void AssertReportIsTrue(LoudnessReport report, AudioBuffer before, AudioBuffer after)
    {
        (TrackLoudness input, TrackLoudness output) = (TrackMeter.Measure(before), TrackMeter.Measure(after));
        Assert.Equal(Decibels.Reported(input.IntegratedLufs), report.InputLufs);
        Assert.Equal(Decibels.Reported(input.TruePeakDbtp), report.InputTruePeakDbtp);
        // One gain is told, not heard: a float's rounding lies between, and what the scanner does not tell apart.
        Equal(output.IntegratedLufs, report.OutputLufs, 1e-6);
        Equal(output.TruePeakDbtp, report.TruePeakDbtp, 0.0006);
        Assert.Equal(output.SamplePeak, report.Peak);
        static void Equal(double heard, double? told, double tolerance)
        {
            if (Decibels.Reported(heard) is { } level) Assert.Equal(level, told!.Value, tolerance);
            else Assert.Null(told);
        }
    }

    static AudioBuffer ReadBack(AudioBuffer audio, BitDepth depth, SampleFormat format)
    {
        var bytes = new byte[audio.Frames * audio.Channels * BitDepths.BytesOf(depth)];
        Quantizer.Write(audio, depth, bytes);
        var read = new AudioBuffer(audio.SampleRateHz, audio.Channels, audio.Frames);
        SampleReader.Read(bytes, format, read);
        return read;
    }
}
