using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>What the separator gains over the mix itself, on pieces whose parts are known. The thresholds are what was measured, less a margin.</summary>
public sealed class SeparationQualityTests
{
    static readonly (string Prompt, ulong Seed)[] pieces = [("driving rock", 1), ("house", 2), ("lofi hip hop", 6), ("drum and bass", 9), ("acoustic folk", 10)];
    static readonly Lazy<List<(double Drums, double Bass, double Voice)>> improvements = new(() => [.. pieces.Select(Measure)]);

    [Fact]
    public void Separate_ComposedPieces_BringOutTheDrums() => AssertMedian(4.0, [.. improvements.Value.Select(piece => piece.Drums)]);

    [Fact]
    public void Separate_ComposedPieces_BringOutTheBass() => AssertMedian(3.5, [.. improvements.Value.Select(piece => piece.Bass)]);

    [Fact]
    public void Separate_SungPieces_BringOutTheVoice() => AssertMedian(4.0, [.. improvements.Value.Select(piece => piece.Voice)]);

    static (double Drums, double Bass, double Voice) Measure((string Prompt, ulong Seed) piece)
    {
        var (drums, bass, other) = Music.Compose(piece.Prompt, piece.Seed, 8);
        AudioBuffer mix = Music.Add(drums, bass, other);
        SpectralStems stems = Music.Separate(mix);
        AudioBuffer voice = Music.Sing(mix.Frames, (int)piece.Seed, 0.6 * Music.Rms(mix)), sung = Music.Add(mix, voice);
        return (Music.Improvement(stems.Drums, mix, drums), Music.Improvement(stems.Bass, mix, bass),
            Music.Improvement(Music.Separate(sung).Vocals, sung, voice));
    }

    static void AssertMedian(double least, double[] decibels)
    {
        double median = decibels.Order().ElementAt(decibels.Length / 2);
        Assert.True(median >= least, $"The median is {median:F2} dB, of {string.Join(", ", decibels.Select(value => $"{value:F1}"))}.");
    }
}
