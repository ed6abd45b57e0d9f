using DgxMusic.Contracts;

namespace DgxMusic.Audio.Export;

/// <summary>A file that was written, and what it took.</summary>
/// <param name="BitDepth">Of the codes in the file; where it is coded with loss, of those its encoder was fed with.</param>
/// <param name="Bytes">Size of the whole file.</param>
/// <param name="Warnings">What was odd about the source, and what of the request the format could not hold.</param>
public sealed record MasteredTrack(
    LoudnessReport Loudness, FileFormat Format, int SampleRateHz, int Channels, long Frames, BitDepth BitDepth, long Bytes, IReadOnlyList<string> Warnings)
{
    public bool IsLossless => Format is FileFormat.Wav or FileFormat.Flac;

    public double Seconds => (double)Frames / SampleRateHz;
}
