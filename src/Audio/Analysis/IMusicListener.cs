using DgxMusic.Dsp;

namespace DgxMusic.Audio.Analysis;

/// <summary>Hears a track block by block and says at the end how fast it goes and what key it is in.</summary>
interface IMusicListener
{
    void Process(AudioBuffer block);

    MusicFacts Complete();
}

/// <param name="Bpm">Null for silence, for too little music and where nothing repeats.</param>
/// <param name="BpmConfidence">0 to 1.</param>
/// <param name="BpmAlternatives">Half and double the tempo, the likelier one first; empty without one.</param>
/// <param name="Beats">Seconds from the start, ascending; empty without a tempo.</param>
/// <param name="Downbeats">Those that begin bars.</param>
/// <param name="Key">Tonic (sharps) and mode; null for silence and where none stands out.</param>
/// <param name="KeyConfidence">0 to 1.</param>
sealed record MusicFacts(double? Bpm, double? BpmConfidence, IReadOnlyList<double> BpmAlternatives, IReadOnlyList<double> Beats, IReadOnlyList<double> Downbeats, string? Key, double? KeyConfidence);
