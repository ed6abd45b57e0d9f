namespace DgxMusic.Dsp.Rhythm;

/// <summary>Which beats begin bars: there the lows are strong and the harmony moves, and the backbeat is not.</summary>
/// <param name="BeatsPerBar">3 or 4.</param>
/// <param name="First">The first tracked beat that begins a bar.</param>
readonly record struct Metre(int BeatsPerBar, int First)
{
    // Most music has bars of four; three has to say so clearly.
    const double FourIsUsual = 1.25;

    // By kind of strength: lows, snare and chords, voices, cymbals, all of them, harmony.
    static readonly double[] weights = [1, -0.35, 0.1, 0, 0.2, 1.2];

    /// <param name="shift">Twelfths of a beat by which the beats are late.</param>
    internal static Metre Of(Pulse pulse, int shift)
    {
        (Metre metre, double score) four = Best(pulse, shift, 4), three = Best(pulse, shift, 3);
        return three.score > FourIsUsual * four.score ? three.metre : four.metre;
    }

    static (Metre Metre, double Score) Best(Pulse pulse, int shift, int beats)
    {
        double[] strengths = new double[beats];
        for (int beat = 0; beat < beats; beat++)
        {
            for (int kind = 0; kind < weights.Length; kind++)
                strengths[beat] += weights[kind] * pulse.Mean(kind, shift + (beat * Pulse.Parts), beats * Pulse.Parts);
        }

        int first = Array.IndexOf(strengths, strengths.Max());
        return (new(beats, first), strengths[first] - strengths.Average());
    }
}
