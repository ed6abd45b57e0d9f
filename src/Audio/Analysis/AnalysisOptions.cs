namespace DgxMusic.Audio.Analysis;

/// <summary>What is worth the time. With none of them the header alone answers where it can.</summary>
/// <param name="Stats">Peak, RMS, dynamic range, loudness, loudness range, true peak.</param>
/// <param name="Bpm">Tempo.</param>
/// <param name="Key">Key; experimental.</param>
/// <param name="Beats">With the tempo, the time of every beat.</param>
public sealed record AnalysisOptions(bool Stats = true, bool Bpm = true, bool Key = false, bool Beats = false);
