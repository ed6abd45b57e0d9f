using DgxMusic.Dsp;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>A synthetic singer: harmonics under the formants of an open and a closed vowel in turn.</summary>
static class Voice
{
    static readonly (double Hertz, double Width, double Gain)[] open = [(700, 80, 1), (1220, 90, 0.7), (2600, 120, 0.4), (3300, 150, 0.25)];
    static readonly (double Hertz, double Width, double Gain)[] closed = [(300, 60, 1), (2300, 100, 0.7), (3000, 120, 0.4), (3600, 150, 0.25)];

    /// <summary>The same in both channels: notes of a scale, each scooped from below, with a vibrato of 60 cents at 5.5 Hz.</summary>
    public static AudioBuffer Sing(int frames, int seed, double rms)
    {
        var random = new Random(seed);
        float[] samples = new float[frames];
        for (int start = 0, note = 0; start < frames; note++)
        {
            int length = (int)(Music.Rate * (0.3 * (1 + random.Next(3))));
            double hertz = 220 * Math.Pow(2, new[] { 0, 2, 4, 5, 7, 9, 12 }[random.Next(7)] / 12.0);
            SingNote(samples.AsSpan(start, Math.Min(length, frames - start)), hertz, note % 2 == 0 ? open : closed);
            start += length + (int)(Music.Rate * 0.1 * random.Next(1, 4));
        }

        double gain = rms / Math.Sqrt(samples.Average(sample => (double)sample * sample));
        for (int i = 0; i < frames; i++) samples[i] *= (float)gain;
        return new(Music.Rate, [samples, [.. samples]]);
    }

    static void SingNote(Span<float> samples, double hertz, (double Hertz, double Width, double Gain)[] formants)
    {
        double[] gains = [];
        double cycles = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double t = (double)i / Music.Rate, cents = (60 * Math.Sin((2 * Math.PI * 5.5 * t) + 1) * Math.Min(1, t / 0.15)) - (150 * Math.Exp(-t / 0.04));
            double now = hertz * Math.Pow(2, cents / 1200), fade = Math.Min(1, Math.Min(t / 0.04, (samples.Length - i) / (0.06 * Music.Rate)));
            if (i % 64 == 0) gains = [.. Enumerable.Range(1, (int)(10_000 / now)).Select(k => GainAt(k * now, formants) / Math.Sqrt(k))];
            cycles += now / Music.Rate;
            samples[i] = (float)(fade * Harmonics(2 * Math.PI * cycles, gains));
        }
    }

    // sin kx = 2 cos x sin (k - 1)x - sin (k - 2)x.
    static double Harmonics(double phase, double[] gains)
    {
        double sum = 0, sine = Math.Sin(phase), twiceCosine = 2 * Math.Cos(phase), before = 0;
        foreach (double gain in gains)
        {
            sum += gain * sine;
            (sine, before) = ((twiceCosine * sine) - before, sine);
        }

        return sum;
    }

    static double GainAt(double hertz, (double Hertz, double Width, double Gain)[] formants) =>
        0.02 + formants.Sum(formant => formant.Gain * formant.Width * formant.Width / (Math.Pow(hertz - formant.Hertz, 2) + (formant.Width * formant.Width)));
}
