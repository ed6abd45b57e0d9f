using DgxMusic.Dsp.Alignment;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Alignment;

[Trait("Category", "Kernels")]
public sealed class TimeStretchTests
{
    const int Rate = 44_100;

    static readonly double[] hann = [.. Enumerable.Range(0, Rate).Select(n => 0.5 - (0.5 * Math.Cos(2 * Math.PI * n / Rate)))];

    public static TheoryData<double> Ratios => [0.8, 0.87, 0.97, 1.03, 1.13, 1.25];

    [Fact]
    public void Apply_AnyLengths_HasExactFrames() => Property.Holds(
        from frames in Gen.OneOf(Property.Between(0, 200), Property.Between(200, 9000)) from ratio in Property.Between(800, 1250)
        from clicks in Property.Between(0, 30) from rate in Gen.Elements(50, 8000, 44_100)
        select (frames, target: frames * ratio / 1000, clicks, rate),
        drawn =>
        {
            AudioBuffer source = Property.Noise(drawn.frames, 2, drawn.frames, drawn.rate);
            for (int i = 0; i < drawn.frames; i++) source[0][i] *= drawn.clicks > 0 && i * drawn.clicks / drawn.frames % 2 == 0 ? 0.01f : 1f;
            AudioBuffer output = TimeStretch.Apply(source, drawn.target);
            Assert.Equal((drawn.target, 2, drawn.rate), (output.Frames, output.Channels, output.SampleRateHz));
            for (int channel = 0; channel < 2; channel++) Assert.All(output[channel].ToArray(), x => Assert.InRange(x, -1.5f, 1.5f));
        }, times: 200);

    [Fact]
    public void Apply_SameLength_IsTheSource()
    {
        AudioBuffer source = Property.Noise(1, 2, 40_000, Rate);
        Assert.Equal(source[1].ToArray(), TimeStretch.Apply(source, 40_000)[1].ToArray());
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void Apply_Tone_KeepsPitchAndLevel(double ratio)
    {
        foreach (double hertz in (double[])[55, 220.5, 1000, 3000])
        {
            AudioBuffer output = TimeStretch.Apply(Tones(3, hertz), (int)(ratio * 3 * Rate));
            (double measured, double inBand) = Pitch(output[0], hertz);
            Assert.InRange(1200 * Math.Log2(measured / hertz), -1, 1);   // cents
            Assert.InRange(inBand, 0.995, 1.001);
            for (int i = 4000; i < output.Frames - 4000; i += 500) Assert.InRange(Rms(output[0].Slice(i, 1603)), 0.7071 * 0.94, 0.7071 * 1.06);
        }
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void Apply_Chord_KeepsItsPartialsPure(double ratio)
    {
        double[] partials = [220, 277.18, 329.63, 440, 554.37, 659.26];
        AudioBuffer output = TimeStretch.Apply(Tones(4, partials), (int)(ratio * 4 * Rate));
        double inBand = partials.Sum(hertz => Pitch(output[0], hertz).InBand) * partials.Length;   // each has 1/6 of the amplitude
        Assert.InRange(inBand, 0.9, 1.02);
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void Apply_Drums_EveryAttackStandsOnceWhereItBelongsSampleBySample(double ratio)
    {
        // Decaying noise every 250 ms over a soft tone.
        AudioBuffer source = Tones(5, 110);
        var random = new Random(4);
        for (int i = 0; i < source.Frames; i++)
        {
            int since = (i + 5000) % (Rate / 4);
            source[0][i] = (0.05f * source[0][i]) + (float)(0.6 * Math.Exp(-since / 800.0) * ((2 * random.NextDouble()) - 1));
        }

        AudioBuffer output = TimeStretch.Apply(source, (int)(ratio * 5 * Rate));
        int[] attacks = [.. Transients.Find(source, 4000)];
        int[] expected = [.. attacks.Select(at => (int)Math.Round(at * (double)output.Frames / source.Frames))];
        int[] found = [.. Transients.Find(output, 1000)];
        Assert.Equal(20, expected.Length);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second - pair.First, -250, 250));   // 2 ms of freedom, 2.5 ms of the detector's grid

        // From 5 ms before to 20 ms after, each is the source itself, up to 2 ms beside its place; the last tenth of a second has no room for that.
        Assert.All(attacks.Zip(expected).Where(pair => pair.Second < output.Frames - (Rate / 10)), pair => Assert.Contains(Enumerable.Range(-88, 177), shift =>
            source[0].Slice(pair.First + shift - 220, 1100).SequenceEqual(output[0].Slice(pair.Second - 220, 1100))));
    }

    [Fact]
    public void Apply_TooFar_Throws()
    {
        Assert.ThrowsAny<ArgumentException>(() => TimeStretch.Apply(new AudioBuffer(Rate, 1, 1000), 790));
        Assert.ThrowsAny<ArgumentException>(() => TimeStretch.Apply(new AudioBuffer(Rate, 1, 1000), 1260));
    }

    static AudioBuffer Tones(double seconds, params double[] hertz)
    {
        var audio = new AudioBuffer(Rate, 1, (int)(seconds * Rate));
        for (int i = 0; i < audio.Frames; i++) audio[0][i] = (float)(hertz.Sum(f => Math.Sin((2 * Math.PI * f * i / Rate) + f)) / hertz.Length);
        return audio;
    }

    /// <summary>The frequency of most energy near one that is expected, and the share of a unit tone's energy within ±6 Hz of it (Hann window of a second).</summary>
    internal static (double Hertz, double InBand) Pitch(ReadOnlySpan<float> samples, double hertz)
    {
        double[] powers = new double[49];
        for (int step = 0; step < powers.Length; step++) powers[step] = Power(samples.Slice(samples.Length / 4, Rate), hertz + ((step - 24) / 4.0));
        double centroid = powers.Select((power, step) => power * (step - 24) / 4.0).Sum() / powers.Sum();
        double reference = 0;
        float[] pure = [.. Enumerable.Range(0, Rate).Select(n => (float)Math.Sin(2 * Math.PI * hertz * n / Rate))];
        for (int step = 0; step < powers.Length; step++) reference += Power(pure, hertz + ((step - 24) / 4.0));
        return (hertz + centroid, powers.Sum() / reference);
    }

    static double Power(ReadOnlySpan<float> samples, double hertz)
    {
        (double real, double imaginary) = (0, 0);
        (double turnSine, double turnCosine) = Math.SinCos(2 * Math.PI * hertz / Rate);
        (double cosine, double sine) = (1, 0);
        for (int i = 0; i < samples.Length; i++)
        {
            double x = samples[i] * hann[i];
            (real, imaginary) = (real + (x * cosine), imaginary + (x * sine));
            (cosine, sine) = ((cosine * turnCosine) - (sine * turnSine), (sine * turnCosine) + (cosine * turnSine));
        }

        return (real * real) + (imaginary * imaginary);
    }

    static double Rms(ReadOnlySpan<float> samples)
    {
        double sum = 0;
        foreach (float x in samples) sum += (double)x * x;
        return Math.Sqrt(sum / samples.Length);
    }
}
