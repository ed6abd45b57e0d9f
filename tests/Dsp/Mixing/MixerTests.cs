using DgxMusic.Contracts;
using DgxMusic.Dsp.Mixing;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Mixing;

[Trait("Category", "Kernels")]
public sealed class MixerTests
{
    [Fact]
    public void Sum_AnyInputs_EqualsPlainArithmetic() => Property.Holds(
        from count in Property.Between(1, 6) from frames in Property.Between(0, 2500) from seed in Property.Between(0, 1000)
        select (count, frames, seed),
        drawn =>
        {
            var random = new Random(drawn.seed);
            MixInput[] inputs = [.. Enumerable.Range(0, drawn.count).Select(i => new MixInput(
                Property.Noise(drawn.seed + i, 1 + random.Next(2), random.Next(3000)), (4 * random.NextDouble()) - 2, (2 * random.NextDouble()) - 1))];
            (AudioBuffer mix, MixReport report) = Mixer.Sum(inputs, drawn.frames);
            Assert.Equal((2, drawn.frames), (mix.Channels, mix.Frames));
            float[] all = [.. mix[0], .. mix[1]];
            for (int i = 0; i < drawn.frames; i++)
            {
                Assert.Equal((float)inputs.Sum(input => Part(input, 0, i)), mix[0][i], 1e-6f);   // the same sum but for the order of products
                Assert.Equal((float)inputs.Sum(input => Part(input, 1, i)), mix[1][i], 1e-6f);
            }

            Assert.Equal(all.Length == 0 ? 0 : all.Max(Math.Abs), report.Peak);
            Assert.True(report.TruePeak >= report.Peak);
            Assert.Equal(all.LongCount(x => Math.Abs(x) > 1f), report.SamplesBeyondOne);
            Assert.Equal(Enumerable.Range(0, drawn.frames).Where(i => Math.Abs(all[i]) > 1f || Math.Abs(all[i + drawn.frames]) > 1f).Take(10), report.FirstBeyondOne);
        });

    [Fact]
    public void Sum_ToneBetweenItsSamples_ReportsItsTruePeak()
    {
        // A quarter of the rate at 45°: every sample is 0.707 of the crest. Two of them make twice one; the fades keep the ends from overshooting.
        var tone = new AudioBuffer(48_000, 1, 4_800);
        for (int i = 0; i < tone.Frames; i++) tone[0][i] = (float)(0.4 * Math.Min(1, Math.Min(i, tone.Frames - i) / 480.0) * Math.Sin((Math.PI / 2 * i) + (Math.PI / 4)));

        MixReport report = Mixer.Sum([new(tone), new(tone)], tone.Frames).Report;

        Assert.Equal(0.8 * Math.Sqrt(0.5), report.Peak, 1e-6);
        Assert.Equal(0.8, report.TruePeak, 0.8 * 0.0023);   // 0.02 dB, what the meter promises
    }

    [Fact]
    public void Sum_LargestFloats_ReportsNumbers()
    {
        var loud = new AudioBuffer(48_000, [[float.MaxValue, -float.MaxValue, float.MaxValue, float.MaxValue]]);
        MixReport report = Mixer.Sum([new(loud, 1e6)], 4).Report;
        Assert.Equal(float.MaxValue, report.Peak);
        Assert.True(double.IsFinite(report.TruePeak) && report.TruePeak >= report.Peak);
    }

    [Fact]
    public void Accumulation_AnyLength_EqualsScalarBitForBit() => Property.Holds(
        from frames in Property.Between(0, 100) from gain in Property.Between(-3000, 3000) from large in Gen.Elements(1f, float.MaxValue)
        select (frames, gain: gain / 777.0, large),
        drawn =>
        {
            float[] samples = Property.Noise(drawn.frames, 1, drawn.frames)[0].ToArray(), fast = new float[drawn.frames], plain = new float[drawn.frames];
            for (int i = 0; i < samples.Length; i++) samples[i] *= drawn.large;
            double[] sums = [.. samples.Select(x => x / 3.0)], plainSums = [.. sums];
            Accumulation.Add(samples, drawn.gain, sums);
            Accumulation.AddScalar(samples, drawn.gain, plainSums);
            Accumulation.Store(sums, fast);
            Accumulation.StoreScalar(plainSums, plain);
            Assert.Equal(plainSums, sums);
            Assert.Equal(plain, fast);
            Assert.All(fast, x => Assert.True(float.IsFinite(x)));
        });

    [Theory]
    [InlineData(-1.0, 1.4142135, 0.0)]
    [InlineData(0.0, 1.0, 1.0)]
    [InlineData(0.5, 0.5411961, 1.3065630)]
    [InlineData(1.0, 0.0, 1.4142135)]
    public void OfMono_AnyPlace_IsAsLoudAndAtTheCentreACopy(double position, double left, double right)
    {
        Pan pan = Pan.OfMono(position);
        Assert.Equal(left, pan.Left, 1e-7);
        Assert.Equal(right, pan.Right, 1e-7);
        Assert.Equal(2.0, (pan.Left * pan.Left) + (pan.Right * pan.Right), 1e-12);
    }

    [Theory]
    [InlineData(-1.0, 1.0, 0.0)]
    [InlineData(0.0, 1.0, 1.0)]
    [InlineData(0.5, 0.7071067811865476, 1.0)]
    [InlineData(1.0, 0.0, 1.0)]
    public void OfStereo_AnyPlace_LeavesTheNearerSide(double position, double left, double right)
    {
        Pan pan = Pan.OfStereo(position);
        Assert.Equal(left, pan.Left, 1e-12);
        Assert.Equal(right, pan.Right, 1e-12);
    }

    [Fact]
    public void Sum_MonoInTheCentre_IsACopyInBothChannels()
    {
        AudioBuffer mono = Property.Noise(1, 1, 1500);
        (AudioBuffer mix, _) = Mixer.Sum([new(mono)], 2000);
        for (int i = 0; i < 1500; i++)
        {
            Assert.Equal(mono[0][i], mix[0][i], 1e-7f);   // √2 cos(π/4) is 1 but for its last bit
            Assert.Equal(mono[0][i], mix[1][i], 1e-7f);
        }

        Assert.All(mix[1][1500..].ToArray(), x => Assert.Equal(0f, x));
    }

    [Fact]
    public void For_AnyStems_HoldsTheCeilingWithTheLargestGain() => Property.Holds(
        from count in Property.Between(0, 5) from frames in Property.Between(0, 300) from loud in Property.Between(1, 400) from ceiling in Property.Between(1, 150)
        select (count, frames, loud: loud / 100f, ceiling: ceiling / 100f),
        drawn =>
        {
            AudioBuffer[] stems = [.. Enumerable.Range(0, drawn.count).Select(i => Property.Noise(i, 1 + (i % 3), drawn.frames))];
            foreach (AudioBuffer stem in stems) for (int channel = 0; channel < stem.Channels; channel++) CommonGain.ApplyScalar(stem[channel], drawn.loud);
            float peak = Peak(stems), gain = CommonGain.For(stems, drawn.ceiling);
            foreach (AudioBuffer stem in stems) CommonGain.Apply(stem, gain);
            Assert.InRange(gain, 0f, 1f);
            Assert.True(Peak(stems) <= drawn.ceiling);
            Assert.True(gain == 1f || float.BitIncrement(float.BitIncrement(gain)) * peak > drawn.ceiling);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1000)]
    public void Apply_AnyLength_EqualsScalarBitForBit(int frames)
    {
        AudioBuffer audio = Property.Noise(2, 1, frames), plain = Property.Copy(audio);
        CommonGain.Apply(audio, 0.7123f);
        CommonGain.ApplyScalar(plain[0], 0.7123f);
        Assert.Equal(plain[0].ToArray(), audio[0].ToArray());
    }

    [Fact]
    public void Sum_Impossible_Throws()
    {
        var audio = new AudioBuffer(48_000, 1, 10);
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([], 10));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(audio)], -1));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(audio, double.NaN)], 10));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(audio, -1.1e6)], 10));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(audio, 1, 1.01)], 10));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(audio, 1, double.NaN)], 10));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(new AudioBuffer(48_000, 3, 10))], 10));
        Assert.ThrowsAny<ArgumentException>(() => Mixer.Sum([new(audio), new(new AudioBuffer(44_100, 1, 10))], 10));
        Assert.ThrowsAny<ArgumentException>(() => CommonGain.For([audio], 0f));
        Assert.ThrowsAny<ArgumentException>(() => CommonGain.Apply(audio, float.NaN));
        audio[0][3] = float.PositiveInfinity;
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => Mixer.Sum([new(audio)], 10)).Problem);
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => CommonGain.For([audio], 1f)).Problem);
    }

    static double Part(MixInput input, int side, int frame)
    {
        if (frame >= input.Audio.Frames) return 0;
        Pan pan = input.Audio.Channels == 1 ? Pan.OfMono(input.Position) : Pan.OfStereo(input.Position);
        return input.Audio[Math.Min(side, input.Audio.Channels - 1)][frame] * input.Gain * (side == 0 ? pan.Left : pan.Right);
    }

    static float Peak(AudioBuffer[] stems) =>
        stems.SelectMany(stem => Enumerable.Range(0, stem.Channels).SelectMany(channel => stem[channel].ToArray())).Select(Math.Abs).DefaultIfEmpty(0f).Max();
}
