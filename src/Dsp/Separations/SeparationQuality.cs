namespace DgxMusic.Dsp.Separations;

/// <summary>How good a separation looks from its own tracks, without knowing the truth. Null stands for what nothing can be said of, and for −∞ dB.</summary>
/// <param name="Frames">Samples a channel.</param>
/// <param name="Tracks">The mix, the stems, the instrumental where there is one, the residual.</param>
/// <param name="VocalsInstrumental">Both results beside each other; null without an instrumental.</param>
/// <param name="ReconstructionErrorDb">Energy of mix − Σ stems over that of the mix. Null: nothing is left, or the mix is silent.</param>
/// <param name="NullTestDb">Energy of mix − (vocals + instrumental) over that of the mix. Null as before, or without an instrumental.</param>
public sealed record SeparationQuality(
    long Frames,
    IReadOnlyList<TrackQuality> Tracks,
    IReadOnlyList<PairQuality> StemPairs,
    PairQuality? VocalsInstrumental,
    double? ReconstructionErrorDb,
    double? NullTestDb)
{
    /// <summary>Puts units together. Adds them in their order, so that the bits do not depend on who measured which.</summary>
    /// <param name="units">All units of the track, in order; at least one, of the same stems.</param>
    public static SeparationQuality Of(IReadOnlyList<UnitSums> units)
    {
        UnitSums whole = UnitTotals.Of(units);
        TrackSums[] tracks = [whole.Mix, .. whole.Stems, .. whole.Instrumental is { } instrumental ? [instrumental] : (TrackSums[])[], whole.Residual];
        return new(
            whole.Frames,
            [.. tracks.Select(track => Describe(track, whole))],
            [.. whole.Pairs.Select(pair => Describe(pair, Stem(whole, pair.First), Stem(whole, pair.Second)))],
            VocalsBesideRest(whole),
            RatioDb(whole.Residual.Squares, whole.Mix.Squares),
            whole.NullSquares is { } left ? RatioDb(left, whole.Mix.Squares) : null);
    }

    static TrackSums Stem(UnitSums whole, string name) => whole.Stems.First(stem => stem.Name == name);

    static TrackQuality Describe(TrackSums track, UnitSums whole) => new(
        track.Name, track.Peak, RatioDb(track.Squares, (double)whole.Frames * whole.Channels), whole.Frames == 0 ? null : (double)track.SilentFrames / whole.Frames);

    static PairQuality Describe(PairSums pair, TrackSums first, TrackSums second)
    {
        double scale = Math.Sqrt(first.Squares) * Math.Sqrt(second.Squares);
        return new(
            first.Name, second.Name, scale > 0 ? Math.Clamp(pair.Products / scale, -1.0, 1.0) : null,
            RatioDb(Explained(pair, second), Energy(first)), RatioDb(Explained(pair, first), Energy(second)));
    }

    /// <summary>Energy that the best gain of <paramref name="source"/> in each octave makes of it: Σ (Re S)²/E.</summary>
    static double Explained(PairSums pair, TrackSums source) =>
        pair.Bands.Zip(source.Bands, (shared, energy) => energy > 0 ? (double)shared * shared / energy : 0.0).Sum();

    static double Energy(TrackSums track) => track.Bands.Sum(energy => (double)energy);

    /// <summary>The instrumental's sums follow from its stems': what it shares with the vocals, and its energy, are sums over pairs.</summary>
    static PairQuality? VocalsBesideRest(UnitSums whole)
    {
        if (whole.Instrumental is null) return null;
        PairSums[] shared = [.. whole.Pairs.Where(pair => UnitMeter.Vocals == pair.First || UnitMeter.Vocals == pair.Second)];
        PairSums[] within = [.. whole.Pairs.Except(shared)];
        var bands = new float[shared[0].Bands.Count];
        var energies = new float[bands.Length];
        for (int band = 0; band < bands.Length; band++)
        {
            bands[band] = (float)shared.Sum(pair => (double)pair.Bands[band]);
            double energy = whole.Stems.Where(stem => stem.Name != UnitMeter.Vocals).Sum(stem => (double)stem.Bands[band]);
            energies[band] = (float)Math.Max(0.0, energy + (2.0 * within.Sum(pair => (double)pair.Bands[band])));
        }

        var together = new PairSums(UnitMeter.Vocals, UnitMeter.Instrumental, shared.Sum(pair => pair.Products), bands);
        return Describe(together, Stem(whole, UnitMeter.Vocals), whole.Instrumental with { Bands = energies });
    }

    /// <summary>10 log₁₀; null where one of both is 0.</summary>
    internal static double? RatioDb(double energy, double reference) => energy > 0 && reference > 0 ? 10.0 * Math.Log10(energy / reference) : null;
}

/// <param name="Peak">Largest magnitude of a sample; linear.</param>
/// <param name="RmsDbfs">Mean square over all channels; 0 dBFS is a square wave of ±1, a sine of that peak reads −3.01. Null for silence.</param>
/// <param name="SilenceShare">Time in blocks of 50 ms below −60 dBFS, 0 to 1; null of nothing. Blocks begin anew with every unit.</param>
public sealed record TrackQuality(string Name, double Peak, double? RmsDbfs, double? SilenceShare);

/// <summary>What two tracks have in common.</summary>
/// <remarks>
/// A share is found by least squares over the whole track: the other track, with the best gain in each octave, is taken away, and what that takes of the energy
/// is the share. It is the interference of Vincent, Gribonval and Févotte (Performance measurement in blind audio source separation, IEEE TASLP 14(4), 2006)
/// with one gain an octave as the distortion allowed, and with the estimate of the other source in the place of the true one. So it reads bleed of −20 dB as
/// −20 dB; but it cannot tell bleed from voices in unison or a common room, nor which of the two tracks bleeds into the other, and it does not see bleed
/// that was delayed or turned in phase. In a minute of composed music the true stems share −25 dB and less with each other, a piano and the bass that doubles
/// its left hand −15 dB: what lies above is bleed or unison.
/// </remarks>
/// <param name="Correlation">Of the samples, −1 to 1; null where a track is silent.</param>
/// <param name="SecondInFirstDb">Share of the first track's energy that the second explains. Null: none, or silence.</param>
/// <param name="FirstInSecondDb">Share of the second track's energy that the first explains. Null: none, or silence.</param>
public sealed record PairQuality(string First, string Second, double? Correlation, double? SecondInFirstDb, double? FirstInSecondDb);
