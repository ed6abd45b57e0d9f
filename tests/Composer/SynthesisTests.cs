using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Composer.Synthesis.Drums;
using DgxMusic.Composer.Synthesis.Effects;
using DgxMusic.Composer.Synthesis.Patches;
using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Composer.Tests;

public sealed class SynthesisTests
{
    const double Rate = 48_000;

    [Theory]
    [InlineData(84, 3.37)]
    [InlineData(96, 1.41)]
    [InlineData(108, 7)]
    public void Fm_IndexBeyondReason_FoldsNothingBackAbove80DbDown(int pitch, double ratio)
    {
        const int size = 1 << 16;
        var voice = new FmVoice(new([new(1, 1, ratio, 40, 1e6, 1, 1e6, Touch: 0)], new(0.001, 1, 1, 0.1)) { VelocityDb = 0 }, Rate);
        voice.Start(new(long.MaxValue, pitch, pitch, 1, 1));
        var samples = new float[size + 4096];
        for (int at = 0; at < samples.Length; at += Blocks.Tick) voice.Render(samples.AsSpan(at, Blocks.Tick), default, 0.5);
        double[] spectrum = Spectrum(samples.AsSpan(4096, size));
        double carrier = Blocks.Hertz(pitch) / Rate * size, modulator = carrier * ratio, loudest = spectrum.Max();
        for (int bin = 8; bin < spectrum.Length; bin++)
        {
            // Beyond eight bins the window's side lobes are 92 dB down.
            bool isSideBand = Enumerable.Range(-60, 121).Any(n => Math.Abs(Math.Abs(carrier + (n * modulator)) - bin) <= 8);
            Assert.True(isSideBand || spectrum[bin] <= 1e-4 * loudest, $"{20 * Math.Log10(spectrum[bin] / loudest):F1} dB at {bin * Rate / size:F0} Hz.");
        }
    }

    [Fact]
    public void DrumVoice_HalfTheVelocity_IsFifteenDecibelsSofter()
    {
        double Loudness(double velocity)
        {
            var voice = new DrumVoice(PatchBank.Kit(Patch.Kit909)!, Rate);
            voice.Start(new(4800, DrumKick, DrumKick, velocity, 3));
            float[] left = new float[Blocks.Tick], right = new float[Blocks.Tick];
            double sum = 0;
            for (int tick = 0; tick < 200; tick++)
            {
                Array.Clear(left);
                voice.Render(left, right, 0.5);
                sum += left.Sum(sample => (double)sample * sample);
            }

            return 10 * Math.Log10(sum);
        }

        // 30 dB over the whole range; a softer hit is darker too, which takes a little more or less.
        Assert.InRange(Loudness(1) - Loudness(0.5), 13.5, 16.5);
    }

    [Fact]
    public void Ducking_OnABeat_PressesFullyWithinSixMillisecondsAndIsGoneBeforeTheNext()
    {
        var pressed = new float[48_000];
        new Ducking([0.5, 1.5], 0.5, Rate).Fill(0, pressed);
        Assert.All(pressed[..11_900], value => Assert.Equal(0, value));
        Assert.InRange(pressed[12_000 + 288], 0.99, 1);
        Assert.InRange(pressed[35_950], 0, 0.001);
        Assert.InRange(pressed[36_000 + 288], 0.99, 1);
    }

    [Fact]
    public void Render_DuckedPart_FallsByItsDepth()
    {
        // A drone ducked by a half: 6 dB between its level on the beat and its level without one.
        Score Drone(double duck) => new()
        {
            Style = "test", Bpm = 120, Metre = new(4, 4), Key = new(0, Mode.Major), DurationSeconds = 4, Seed = 1, Sections = [new("a", 0, 2, 1)], DuckBeats = [4],
            Parts = [new Part("drone", "pads", Patch.Organ, new Placement(-12, Duck: duck), [new(0, 8, 57, 0.7)])],
        };
        float[] open = Mix(Drone(0)), ducked = Mix(Drone(0.5));
        int pressed = (4 * 24_000) + 288 + Oversampler.Latency;
        double Level(float[] mix, int from) => Math.Sqrt(mix.AsSpan(from, 240).ToArray().Average(sample => (double)sample * sample));
        Assert.InRange(20 * Math.Log10(Level(open, pressed) / Level(ducked, pressed)), 5, 6.2);
        Assert.Equal(Level(open, 48_000), Level(ducked, 48_000), 1e-6);
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Period_AnyLength_EqualsScalarBitForBit()
    {
        const int bits = 12;
        float[] table = [.. Enumerable.Range(0, (1 << bits) + 1).Select(i => (float)Math.Sin(2 * Math.PI * i / (1 << bits)))];
        for (int length = 0; length <= 40; length++)
        {
            uint[] phases = [.. Enumerable.Range(0, length).Select(i => Noise.Hash(7, (uint)i))];
            var samples = new float[length];
            Period.Read(table, bits, phases, samples);
            Assert.Equal(phases.Select(phase => Period.Read(table, bits, phase)), samples);
        }
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Kernels_AnyLength_EqualTheirDefinitionsBitForBit()
    {
        for (int length = 0; length <= 40; length++)
        {
            float[] source = Draw(length, 1), gains = Draw(length, 2), start = Draw(length, 3);
            float step = (0.9f - 0.2f) / length;
            Assert.Equal(start.Zip(source, (t, s) => t + (s * 0.3f)), Changed(start, span => Kernels.Add(span, source, 0.3f)));
            Assert.Equal(start.Zip(gains, (t, g) => t * g), Changed(start, span => Kernels.Multiply(span, gains)));
            Assert.Equal(start.Select(t => t * 0.7f), Changed(start, span => Kernels.Scale(span, 0.7f)));
            Assert.Equal(start.Select((t, i) => t * (0.2f + (i * step))), Changed(start, span => Kernels.Ramp(span, 0.2f, 0.9f)));
            Assert.Equal(start.Select((t, i) => t + (source[i] * (0.2f + (i * step)))), Changed(start, span => Kernels.AddRamp(span, source, 0.2f, 0.9f)));
            var sums = new double[length];
            Kernels.Accumulate(sums, source);
            Kernels.Accumulate(sums, gains);
            Assert.Equal(source.Zip(gains, (a, b) => (double)a + b), sums);
        }
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Filter_TwoChannelsAtOnce_EqualEachAloneBitForBit()
    {
        FilterCoefficients from = FilterCoefficients.Lowpass(300, 2, Rate), to = FilterCoefficients.Lowpass(5000, 0.7, Rate);
        float[] left = Draw(64, 5), right = Draw(64, 6), aloneLeft = [.. left], aloneRight = [.. right];
        Filter a = default, b = default, c = default, d = default;
        for (int tick = 0; tick < 3; tick++)
        {
            Filter.Process(ref a, ref b, left, right, from, tick == 2 ? from : to);
            c.Process(aloneLeft, from, tick == 2 ? from : to);
            d.Process(aloneRight, from, tick == 2 ? from : to);
            Assert.Equal(aloneLeft, left);
            Assert.Equal(aloneRight, right);
        }
    }

    const int DrumKick = 36;

    static float[] Draw(int length, uint key) => [.. Enumerable.Range(0, length).Select(i => (float)Noise.Signed(key, (uint)i))];

    static float[] Changed(float[] start, Action<float[]> kernel)
    {
        float[] copy = [.. start];
        kernel(copy);
        return copy;
    }

    static float[] Mix(Score score)
    {
        var renderer = new ScoreRenderer(score);
        var mix = new float[renderer.Frames];
        while (renderer.RenderNext(out RenderedBlock block)) block.Mix[0].CopyTo(mix.AsSpan((int)block.StartFrame));
        return mix;
    }

    /// <summary>Magnitudes under a four-term Blackman-Harris window (Harris 1978).</summary>
    static double[] Spectrum(ReadOnlySpan<float> samples)
    {
        int size = samples.Length;
        float[] windowed = new float[size], real = new float[(size / 2) + 1], imaginary = new float[(size / 2) + 1];
        for (int n = 0; n < size; n++)
        {
            double turn = 2 * Math.PI * n / size;
            windowed[n] = (float)(samples[n] * (0.35875 - (0.48829 * Math.Cos(turn)) + (0.14128 * Math.Cos(2 * turn)) - (0.01168 * Math.Cos(3 * turn))));
        }

        new RealFft(size).Forward(windowed, real, imaginary);
        return [.. real.Zip(imaginary, (re, im) => Math.Sqrt(((double)re * re) + ((double)im * im)))];
    }
}
