namespace DgxMusic.Dsp.Rhythm;

/// <summary>What speaks for and against counting the music in a certain way, in numbers.</summary>
static class PulseFeatures
{
    const int Speeds = 6, Recurrences = 10, OfAKind = 13;
    internal const int Count = Speeds + (Strengths.Kinds * OfAKind) + Recurrences + 1;

    const int Parts = Pulse.Parts;

    // Lags, in beats, after which onsets may return.
    static readonly double[] lags = [1, 2, 3, 4, 6, 8, 1 / 2.0, 1 / 3.0, 1 / 4.0, 3 / 2.0];

    /// <param name="shift">Twelfths of a beat by which the beats are late.</param>
    /// <param name="bestScore">The highest that any period of this music reached.</param>
    internal static double[] Of(Pulse pulse, int shift, Periodicity periodicity, double bestScore)
    {
        List<double> features = new(Count);
        AddSpeed(features, 60.0 * OnsetEnvelopes.FramesPerSecond / pulse.Period);
        // Two beats begin where the lows are stronger.
        int first = Accent(pulse, 0, shift) >= 0 ? shift : shift + Parts;
        for (int kind = 0; kind < Strengths.Kinds; kind++) AddPlaces(features, pulse, kind, first);
        foreach (double lag in lags) features.Add(periodicity.At(lag * pulse.Period));
        features.Add(periodicity.Score(pulse.Period) - bestScore);
        return [.. features];
    }

    /// <summary>A parabola over the logarithm of the tempo, steeper at both ends.</summary>
    static void AddSpeed(List<double> features, double bpm)
    {
        double octaves = Math.Log2(bpm / 110);
        features.Add(octaves);
        features.Add(octaves * octaves);
        features.Add(Math.Max(0, Math.Log2(60 / bpm)));
        features.Add(Math.Max(0, Math.Log2(80 / bpm)));
        features.Add(Math.Max(0, Math.Log2(bpm / 140)));
        features.Add(Math.Max(0, Math.Log2(bpm / 180)));
    }

    static void AddPlaces(List<double> features, Pulse pulse, int kind, int first)
    {
        for (int quarter = 0; quarter < 8; quarter++) features.Add(Log(pulse.Mean(kind, first + (quarter * Parts / 4), 2 * Parts)));
        features.Add(Log(pulse.Mean(kind, first + (Parts / 3), Parts)));
        features.Add(Log(pulse.Mean(kind, first + (2 * Parts / 3), Parts)));
        features.Add(Math.Abs(Accent(pulse, kind, first)));
        features.Add(Metre(pulse, kind, first, 3));
        features.Add(Metre(pulse, kind, first, 4));
    }

    /// <summary>By how much even beats are stronger than odd ones: -1 to 1.</summary>
    static double Accent(Pulse pulse, int kind, int shift)
    {
        double even = pulse.Mean(kind, shift, 2 * Parts), odd = pulse.Mean(kind, shift + Parts, 2 * Parts);
        return (even - odd) / (even + odd + Floor);
    }

    /// <summary>How strongly beats differ within groups of so many: the first harmonic of their strengths, 0 to 1.</summary>
    static double Metre(Pulse pulse, int kind, int shift, int beats)
    {
        double real = 0, imaginary = 0, sum = Floor;
        for (int beat = 0; beat < beats; beat++)
        {
            double mean = pulse.Mean(kind, shift + (beat * Parts), beats * Parts), angle = 2 * Math.PI * beat / beats;
            (real, imaginary, sum) = (real + (mean * Math.Cos(angle)), imaginary + (mean * Math.Sin(angle)), sum + mean);
        }

        return Math.Sqrt((real * real) + (imaginary * imaginary)) / sum;
    }

    // What is a fifth as strong as the mean differs little from nothing.
    const double Floor = 0.2;

    static double Log(double strength) => Math.Log(strength + (Floor / 2));
}
