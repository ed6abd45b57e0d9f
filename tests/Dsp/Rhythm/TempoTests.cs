using DgxMusic.Dsp.Rhythm;

namespace DgxMusic.Dsp.Tests.Rhythm;

public sealed class TempoTests
{
    [Theory]
    [Trait("Requirement", "A-25")]
    [InlineData(60, 44_100)]
    [InlineData(76.5, 48_000)]
    [InlineData(93, 22_050)]
    [InlineData(100, 32_000)]
    [InlineData(124, 44_100)]
    [InlineData(128.7, 48_000)]
    [InlineData(140, 96_000)]
    [InlineData(174, 44_100)]
    [InlineData(180, 16_000)]
    public void Finish_ClickTrack_HasItsTempoUpToAnOctave(double bpm, int rate)
    {
        TempoEstimate tempo = Analyze(Clicks(bpm, rate, 20));
        double ratio = tempo.Bpm!.Value / bpm;
        double octave = Math.Pow(2, Math.Round(Math.Log2(ratio)));
        Assert.InRange(octave, 0.5, 2);
        // Half a beat a minute at 120, which is what a listener with a metronome could tell.
        Assert.Equal(1, ratio / octave, 0.004);
        Assert.InRange(tempo.Confidence, 0.06, 1);
    }

    [Theory]
    [InlineData(96)]
    [InlineData(120)]
    [InlineData(132)]
    public void Finish_DrumLoop_BeatsFallOnTheKicks(double bpm)
    {
        TempoEstimate tempo = Analyze(DrumLoop(bpm, 44_100, 24));
        Assert.Equal(bpm, tempo.Bpm!.Value, 0.5);
        double beat = 60 / bpm;
        int hits = tempo.BeatsSeconds.Count(seconds => Math.Abs(Math.IEEERemainder(seconds, beat)) < 0.07);
        // The usual window of beat evaluation is ±70 ms.
        Assert.True(hits >= 0.9 * tempo.BeatsSeconds.Count, $"{hits} of {tempo.BeatsSeconds.Count}");
    }

    [Fact]
    public void Finish_SilenceBeforeAndAfter_HasNoBeats()
    {
        AudioBuffer loop = DrumLoop(120, 44_100, 16), padded = new(44_100, 1, 44_100 * 26);
        loop[0].CopyTo(padded[0][(44_100 * 5)..]);
        TempoEstimate tempo = Analyze(padded);
        Assert.Equal(120, tempo.Bpm!.Value, 0.5);
        // A beat on either side may still be taken for one.
        Assert.InRange(tempo.BeatsSeconds[0], 4.4, 5.1);
        Assert.InRange(tempo.BeatsSeconds[^1], 20.4, 21.6);
    }

    [Fact]
    [Trait("Requirement", "A-25")]
    public void Finish_SilenceDcShortOrSteadyNoise_HasNone()
    {
        var noise = new AudioBuffer(44_100, 1, 44_100 * 10);
        uint state = 1;
        for (int n = 0; n < noise.Frames; n++) noise[0][n] = ((state = (state * 1664525) + 1013904223) / 4294967296f) - 0.5f;
        var dc = new AudioBuffer(44_100, 1, 44_100 * 10);
        dc[0].Fill(0.5f);
        Assert.Null(Analyze(new AudioBuffer(44_100, 2, 44_100 * 10)).Bpm);
        Assert.Null(Analyze(dc).Bpm);
        Assert.Null(Analyze(Clicks(120, 44_100, 3.9)).Bpm);
        Assert.True(Analyze(noise) is { Bpm: null } or { Confidence: < 0.15 });
    }

    [Fact]
    public void Process_AnyBlockSize_GivesTheSameEstimate()
    {
        AudioBuffer loop = DrumLoop(110, 48_000, 12);
        TempoEstimate whole = Analyze(loop, loop.Frames), blocks = Analyze(loop, 997);
        Assert.Equal(whole.Bpm, blocks.Bpm);
        Assert.Equal(whole.BeatsSeconds, blocks.BeatsSeconds);
    }

    static TempoEstimate Analyze(AudioBuffer audio, int block = 4096)
    {
        var analyzer = new MusicAnalyzer(audio.SampleRateHz, tempo: true, key: false);
        for (int at = 0; at < audio.Frames; at += block) analyzer.Process(audio.Slice(at, Math.Min(block, audio.Frames - at)));
        return analyzer.Finish().Tempo!;
    }

    static AudioBuffer Clicks(double bpm, int rate, double seconds)
    {
        var audio = new AudioBuffer(rate, 1, (int)(seconds * rate));
        for (int beat = 0; beat * 60 / bpm < seconds; beat++) Hit(audio, beat * 60 / bpm, 1000, 0.02, 0.8);
        return audio;
    }

    static AudioBuffer DrumLoop(double bpm, int rate, double seconds)
    {
        var audio = new AudioBuffer(rate, 1, (int)(seconds * rate));
        for (int eighth = 0; eighth * 30 / bpm < seconds; eighth++)
        {
            double at = eighth * 30 / bpm;
            if (eighth % 2 == 0) Hit(audio, at, 55, 0.15, 0.8);
            if (eighth % 4 == 2) Hit(audio, at, 1800, 0.06, 0.4);
            Hit(audio, at, 7000, 0.015, eighth % 2 == 1 ? 0.3 : 0.15);
        }

        return audio;
    }

    static void Hit(AudioBuffer audio, double seconds, double hz, double decay, double gain)
    {
        int start = (int)(seconds * audio.SampleRateHz);
        for (int n = 0; n < 6 * decay * audio.SampleRateHz && start + n < audio.Frames; n++)
        {
            double t = (double)n / audio.SampleRateHz;
            audio[0][start + n] += (float)(gain * Math.Exp(-t / decay) * Math.Sin(2 * Math.PI * Math.Min(hz, 0.4 * audio.SampleRateHz) * t));
        }
    }
}
