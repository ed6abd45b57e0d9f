using DgxMusic.Contracts;

namespace DgxMusic.Audio.Export;

/// <summary>A file that was written, and what it took.</summary>
/// <param name="Bytes">Size of the whole file.</param>
/// <param name="Warnings">What was odd about the source.</param>
public sealed record MasteredTrack(
    LoudnessReport Loudness, int SampleRateHz, int Channels, long Frames, BitDepth BitDepth, long Bytes, IReadOnlyList<string> Warnings)
{
    public double Seconds => (double)Frames / SampleRateHz;
}
