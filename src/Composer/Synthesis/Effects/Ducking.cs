namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>How far the side chain is pressed, computed from the score: 0 not at all, 1 fully. Down within 6 ms, back before the next beat.</summary>
sealed class Ducking(IReadOnlyList<double> beats, double secondsPerBeat, double rate)
{
    const double DownSeconds = 0.006;
    readonly double backSeconds = Math.Min(0.34, 0.8 * secondsPerBeat);
    int next;
    double last = double.NegativeInfinity, before = double.NegativeInfinity;

    /// <summary>Writes the frames from <paramref name="start"/> on; calls follow one another.</summary>
    public void Fill(long start, Span<float> pressed)
    {
        for (int i = 0; i < pressed.Length; i++)
        {
            double seconds = (start + i) / rate;
            while (next < beats.Count && (beats[next] * secondsPerBeat) <= seconds) (before, last) = (last, beats[next++] * secondsPerBeat);
            pressed[i] = (float)Math.Max(At(seconds - last), At(seconds - before));
        }
    }

    double At(double since)
    {
        if (since < 0 || since >= DownSeconds + backSeconds) return 0;
        if (since < DownSeconds) return Smooth(since / DownSeconds);
        double rest = 1 - ((since - DownSeconds) / backSeconds);
        return Smooth(rest);
    }

    static double Smooth(double t) => t * t * (3 - (2 * t));
}
