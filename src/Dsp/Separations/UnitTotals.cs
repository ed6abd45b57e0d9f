namespace DgxMusic.Dsp.Separations;

/// <summary>Adds the sums of units.</summary>
static class UnitTotals
{
    /// <exception cref="ArgumentException">There is no unit, or they are not of the same stems and channels.</exception>
    public static UnitSums Of(IReadOnlyList<UnitSums> units)
    {
        if (units.Count == 0) throw new ArgumentException("A track has at least one unit.", nameof(units));
        UnitSums first = units[0];
        if (units.Any(unit => !IsAlike(unit, first))) throw new ArgumentException("The units are not of one track.", nameof(units));
        return new(
            units.Sum(unit => unit.Frames), first.Channels, Add(units, unit => unit.Mix),
            [.. first.Stems.Select((_, stem) => Add(units, unit => unit.Stems[stem]))],
            first.Instrumental is null ? null : Add(units, unit => unit.Instrumental!), Add(units, unit => unit.Residual),
            first.NullSquares is null ? null : units.Sum(unit => unit.NullSquares!.Value),
            [.. first.Pairs.Select((_, pair) => Add(units, unit => unit.Pairs[pair]))]);
    }

    static bool IsAlike(UnitSums unit, UnitSums first) =>
        unit.Channels == first.Channels && unit.Stems.Select(stem => stem.Name).SequenceEqual(first.Stems.Select(stem => stem.Name))
        && unit.Pairs.Count == first.Pairs.Count && unit.Instrumental is null == first.Instrumental is null && unit.NullSquares is null == first.NullSquares is null
        && unit.Pairs.Select(pair => pair.Bands).Concat(unit.Stems.Select(stem => stem.Bands)).All(bands => bands.Count == first.Stems[0].Bands.Count);

    static TrackSums Add(IReadOnlyList<UnitSums> units, Func<UnitSums, TrackSums> part)
    {
        TrackSums[] parts = [.. units.Select(part)];
        return new(
            parts[0].Name, parts.Max(track => track.Peak), parts.Sum(track => track.Squares), parts.Sum(track => track.SilentFrames),
            Add([.. parts.Select(track => track.Bands)]));
    }

    static PairSums Add(IReadOnlyList<UnitSums> units, Func<UnitSums, PairSums> part)
    {
        PairSums[] parts = [.. units.Select(part)];
        return new(parts[0].First, parts[0].Second, parts.Sum(pair => pair.Products), Add([.. parts.Select(pair => pair.Bands)]));
    }

    static float[] Add(IReadOnlyList<float>[] bands) =>
        [.. bands[0].Select((_, band) => (float)bands.Sum(unit => (double)unit[band]))];
}
