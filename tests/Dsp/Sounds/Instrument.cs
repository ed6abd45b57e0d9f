namespace DgxMusic.Dsp.Tests.Sounds;

/// <summary>A pitched sound: one cycle, and how loudness moves over a note.</summary>
/// <param name="AttackSeconds">From nothing to full.</param>
/// <param name="DecaySeconds">To 1/e while held; infinite for what is bowed or blown.</param>
/// <param name="VibratoCents">Half its width; 5.5 times a second, beginning 0.2 s into the note.</param>
sealed record Instrument(float[] Cycle, double AttackSeconds, double DecaySeconds, double VibratoCents = 0)
{
    const int CycleLength = 1024;
    const double ReleaseSeconds = 0.03;

    internal static readonly Instrument Bass = new(Harmonics(1, 0.6, 0.4, 0.25, 0.15, 0.1), 0.006, 0.6);
    internal static readonly Instrument Piano = new(Harmonics(1, 0.5, 0.3, 0.2, 0.12, 0.08, 0.05), 0.004, 0.5);
    internal static readonly Instrument Organ = new(Harmonics(1, 0.8, 0.5, 0.4, 0.1, 0.2), 0.01, double.PositiveInfinity);
    internal static readonly Instrument Pad = new(Harmonics(1, 0.5, 0.33, 0.25, 0.2, 0.16, 0.14), 0.18, double.PositiveInfinity, 4);
    internal static readonly Instrument Voice = new(Harmonics(1, 0.9, 0.5, 0.2, 0.3, 0.25, 0.1, 0.05), 0.06, double.PositiveInfinity, 35);

    internal static double Hz(double pitch) => 440 * Math.Pow(2, (pitch - 69) / 12);

    /// <summary>Adds a note.</summary>
    /// <param name="pitch">MIDI number; fractions are cents.</param>
    internal void Play(float[] track, int rateHz, double fromSeconds, double seconds, double pitch, double gain)
    {
        int start = Math.Max(0, (int)(fromSeconds * rateHz)), frames = (int)((seconds + ReleaseSeconds) * rateHz);
        double place = 0, step = Hz(pitch) / rateHz * CycleLength, held = double.IsInfinity(DecaySeconds) ? 1 : Math.Exp(-1 / (DecaySeconds * rateHz)), loudness = gain;
        double swing = VibratoCents / 1200 * Math.Log(2);
        for (int n = 0; n < frames && start + n < track.Length; n++)
        {
            double t = (double)n / rateHz, envelope = Math.Min(1, t / AttackSeconds) * Math.Clamp((seconds + ReleaseSeconds - t) / ReleaseSeconds, 0, 1);
            int at = (int)place;
            float here = Cycle[at], next = Cycle[(at + 1) % CycleLength];
            track[start + n] += (float)(loudness * envelope * (here + ((place - at) * (next - here))));
            loudness *= held;
            place += swing > 0 && t > 0.2 ? step * (1 + (swing * Math.Sin(2 * Math.PI * 5.5 * t))) : step;
            if (place >= CycleLength) place -= CycleLength;
        }
    }

    static float[] Harmonics(params double[] gains) =>
        [.. Enumerable.Range(0, CycleLength).Select(n => (float)gains.Select((gain, k) => gain * Math.Sin(2 * Math.PI * (k + 1) * n / CycleLength)).Sum())];
}
