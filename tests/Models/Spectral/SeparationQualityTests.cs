using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>What the separator gains over the mix itself, in dB, on pieces whose parts are known.</summary>
public sealed class SeparationQualityTests
{
    // All were heard while the constants were chosen: this guards what was reached, it does not foretell other music.
    static readonly (string Prompt, ulong Seed)[] pieces =
    [
        ("house", 2), ("jazz trio", 8), ("acoustic folk", 10), ("disco", 104), ("dubstep", 109),
    ];

    static readonly Lazy<Dictionary<string, List<double>>> improvements = new(MeasureAll);

    /// <summary>
    /// Each threshold is the median measured, less 1.5 dB for what the composer may sound like tomorrow. Without the comb the bass loses 3.3 dB,
    /// without the middle the voice loses 2.8 dB and the rest 4.0.
    /// </summary>
    [Theory]
    [InlineData("drums", 7.7)]
    [InlineData("bass", 4.9)]
    [InlineData("vocals", 7.4)]
    [InlineData("other", 5.8)]
    [InlineData("vocals in mono", 4.5)]
    public void Separate_SungPieces_BringsTheStemOut(string stem, double leastDb)
    {
        double[] decibels = [.. improvements.Value[stem].Order()];
        double median = (decibels[(decibels.Length - 1) / 2] + decibels[decibels.Length / 2]) / 2;
        Assert.True(median >= leastDb, $"{stem}: the median is {median:F2} dB, of {string.Join(", ", decibels.Select(value => $"{value:F1}"))}.");
    }

    static Dictionary<string, List<double>> MeasureAll()
    {
        Dictionary<string, List<double>> all = [];
        foreach (var (prompt, seed) in pieces)
        {
            foreach (var (stem, decibels) in Measure(prompt, seed))
            {
                if (!all.TryGetValue(stem, out List<double>? list)) all[stem] = list = [];
                list.Add(decibels);
            }
        }

        return all;
    }

    static IEnumerable<(string Stem, double Decibels)> Measure(string prompt, ulong seed)
    {
        var (drums, bass, other) = Music.Compose(prompt, seed, 6);
        AudioBuffer band = Music.Add(drums, bass, other);
        AudioBuffer voice = Voice.Sing(band.Frames, (int)seed, 0.6 * Music.Rms(band)), sung = Music.Add(band, voice);
        SpectralStems played = Music.Separate(band), stems = Music.Separate(sung);
        yield return ("drums", Judgement.Improvement(played.Drums, band, drums));
        yield return ("bass", Judgement.Improvement(played.Bass, band, bass));
        yield return ("vocals", Judgement.Improvement(stems.Vocals, sung, voice));
        yield return ("other", Judgement.Improvement(stems.Other, sung, other));
        AudioBuffer mono = Music.ToMono(sung), monoVoice = Music.ToMono(voice);
        yield return ("vocals in mono", Judgement.Improvement(Music.Separate(mono).Vocals, mono, monoVoice));
    }
}
