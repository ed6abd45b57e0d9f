namespace DgxMusic.Dsp.Rhythm;

/// <summary>How fast the music goes.</summary>
/// <param name="Bpm">Beats a minute; null for less than 4 s, for silence, and where nothing repeats.</param>
/// <param name="Confidence">0 to 1: how alike the onsets are one to four beats later.</param>
/// <param name="BeatsSeconds">Ascending, from the start of the audio; empty where there is no tempo.</param>
/// <param name="DownbeatsSeconds">Those of the beats that begin bars.</param>
/// <param name="Alternatives">Half and double the tempo, the likelier one first: the same music counted at another metrical level.</param>
public sealed record TempoEstimate(double? Bpm, double Confidence, IReadOnlyList<double> BeatsSeconds, IReadOnlyList<double> DownbeatsSeconds, IReadOnlyList<double> Alternatives)
{
    public static readonly TempoEstimate None = new(null, 0, [], [], []);
}
