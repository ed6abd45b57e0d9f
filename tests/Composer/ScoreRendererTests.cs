using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Composer.Tests;

public sealed class ScoreRendererTests
{
    public static TheoryData<Patch> Patches => [.. Enum.GetValues<Patch>()];

    [Theory]
    [InlineData(997, 1)]
    [InlineData(24_000, 2)]
    public void Render_AnyBlocksAndThreads_GivesTheSameSamples(int blockFrames, int threads)
    {
        Score score = ScoreWriter.Write(new("driving rock with organ", 3, 5)).Score;
        float[] reference = Mix(new ScoreRenderer(score, blockFrames: 4096, threadCount: 2)), other = Mix(new ScoreRenderer(score, blockFrames: blockFrames, threadCount: threads));
        Assert.Equal(reference, other);
    }

    [Theory]
    [InlineData("house")]
    [InlineData("cinematic")]
    public void Render_Stems_AddUpToTheMixAndEndInSilence(string prompt)
    {
        var renderer = new ScoreRenderer(ScoreWriter.Write(new(prompt, 4.001, 1)).Score);
        long frames = 0;
        float last = 1;
        while (renderer.RenderNext(out RenderedBlock block))
        {
            for (int channel = 0; channel < 2; channel++)
            {
                for (int n = 0; n < block.Mix.Frames; n++)
                {
                    double sum = 0;
                    foreach (AudioBuffer stem in block.Stems) sum += stem[channel][n];
                    Assert.True(Math.Abs(sum - block.Mix[channel][n]) <= 1e-6 && float.IsFinite(block.Mix[channel][n]));
                }
            }

            frames += block.Mix.Frames;
            last = Math.Abs(block.Mix[0][^1]);
        }

        Assert.Equal(192_048, frames);
        Assert.True(last < 1e-3, $"It ends at {last}.");
    }

    [Theory]
    [MemberData(nameof(Patches))]
    public void Render_EveryPatch_SoundsAndStaysFinite(Patch patch)
    {
        int pitch = patch <= Patch.KitSoft ? 38 : 57;
        float[] mix = Mix(new ScoreRenderer(Solo(patch, [new(0.5, 2, pitch, 0.9)], 3)));
        Assert.All(mix, sample => Assert.True(float.IsFinite(sample)));
        // Silence before the note; −60 dBFS or more over what follows.
        Assert.True(mix[..(int)(0.24 * 48_000)].All(sample => Math.Abs(sample) < (patch == Patch.VinylNoise ? 0.1f : 1e-4f)));
        double rms = Math.Sqrt(mix.Sum(sample => (double)sample * sample) / mix.Length);
        Assert.True(rms > 1e-3, $"{patch}: {20 * Math.Log10(rms):F1} dBFS");
    }

    [Theory]
    [InlineData(Patch.SubBass, 33)]
    [InlineData(Patch.FingerBass, 40)]
    [InlineData(Patch.AcousticGuitar, 52)]
    [InlineData(Patch.CleanGuitar, 64)]
    [InlineData(Patch.Piano, 60)]
    [InlineData(Patch.ElectricPiano, 57)]
    [InlineData(Patch.SquareLead, 69)]
    [InlineData(Patch.Flute, 74)]
    public void Render_PitchedPatch_IsInTune(Patch patch, int pitch)
    {
        float[] mix = Mix(new ScoreRenderer(Solo(patch, [new(0, 8, pitch, 0.7)], 4)));
        double hz = 440 * Math.Pow(2, (pitch - 69) / 12.0), cents = 1200 * Math.Log2(PeakNear(mix.AsSpan(24_000), hz) / hz);
        // Vibrato and the beating of two strings move the peak by a few cents.
        Assert.InRange(cents, -5, 5);
    }

    [Theory]
    [InlineData(4186)]
    [InlineData(7902.13)]
    [InlineData(11_111)]
    public void Wavetable_HighNotes_HaveNoAliasAbove80DbDown(double hz)
    {
        const int size = 1 << 16;
        const double rate = 48_000;
        foreach (Wavetable wave in (Wavetable[])[Waves.Saw, Waves.Square, Waves.Triangle])
        {
            double cycles = Math.Round(hz / rate * size) / size;
            float[] samples = new float[size];
            wave.Read(samples, wave.LevelFor(cycles), 0, (uint)(cycles * 4294967296.0), 0);
            float[] real = new float[(size / 2) + 1], imaginary = new float[(size / 2) + 1];
            new RealFft(size).Forward(samples, real, imaginary);
            int step = (int)Math.Round(cycles * size);
            double tone = 0, alias = 0;
            for (int bin = 1; bin < size / 2; bin++)
            {
                double magnitude = Math.Sqrt((real[bin] * (double)real[bin]) + (imaginary[bin] * (double)imaginary[bin]));
                int away = Math.Min(bin % step, step - (bin % step));
                if (away <= 1) tone = Math.Max(tone, magnitude);
                else alias = Math.Max(alias, magnitude);
            }

            Assert.True(20 * Math.Log10(alias / tone) <= -80, $"{20 * Math.Log10(alias / tone):F1} dB at {hz} Hz");
        }
    }

    [Fact]
    public void Render_DenseScores_StayBelowFullScale()
    {
        foreach (string prompt in (string[])["edm", "rock", "drum & bass", "cinematic", "jazz"])
            Assert.True(Mix(new ScoreRenderer(ScoreWriter.Write(new(prompt, 20, 2)).Score)).Max(Math.Abs) < 1, prompt);
    }

    static Score Solo(Patch patch, Note[] notes, double seconds) => new()
    {
        Style = "test", Bpm = 120, Metre = new(4, 4), Key = new(0, Mode.Major), DurationSeconds = seconds, Seed = 1, Sections = [new("a", 0, 4, 1)], DuckBeats = [],
        Parts = [new Part("solo", "stem", patch, new Placement(0), notes)],
    };

    static float[] Mix(ScoreRenderer renderer)
    {
        var mix = new float[renderer.Frames];
        while (renderer.RenderNext(out RenderedBlock block))
        {
            for (int n = 0; n < block.Mix.Frames; n++) mix[block.StartFrame + n] = 0.5f * (block.Mix[0][n] + block.Mix[1][n]);
        }

        return mix;
    }

    /// <summary>The frequency of the strongest line within a semitone, by a parabola through the logarithms of a windowed spectrum.</summary>
    static double PeakNear(ReadOnlySpan<float> samples, double hz)
    {
        const int size = 1 << 16;
        float[] windowed = new float[size], real = new float[(size / 2) + 1], imaginary = new float[(size / 2) + 1];
        for (int n = 0; n < size; n++) windowed[n] = (float)(samples[n] * 0.5 * (1 - Math.Cos(2 * Math.PI * n / size)));
        new RealFft(size).Forward(windowed, real, imaginary);
        double Level(int bin) => Math.Log((real[bin] * (double)real[bin]) + (imaginary[bin] * (double)imaginary[bin]) + 1e-30);
        int centre = (int)(hz / 48_000 * size), reach = Math.Max(3, (int)(centre * 0.04)), best = centre;
        for (int bin = centre - reach; bin <= centre + reach; bin++)
        {
            if (Level(bin) > Level(best)) best = bin;
        }

        double below = Level(best - 1), here = Level(best), above = Level(best + 1);
        return (best + (0.5 * (below - above) / (below - (2 * here) + above))) * 48_000 / size;
    }
}
