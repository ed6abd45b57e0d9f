namespace DgxMusic.Dsp.Separations;

/// <summary>
/// What one unit of a separated track adds to its quality. Made from the unit's samples alone, so that it is the same whoever measures the unit;
/// the sums of all units, in order, are what <see cref="SeparationQuality.Of"/> takes.
/// </summary>
/// <param name="Frames">Samples a channel.</param>
/// <param name="Instrumental">The sum of the stems but the vocals; null where there is none to make.</param>
/// <param name="Residual">What the stems leave of the mix.</param>
/// <param name="NullSquares">Σ (mix − (vocals + instrumental))² over all channels; null without an instrumental.</param>
/// <param name="Pairs">Every two stems: the first with the second, the third …, the second with the third ….</param>
public sealed record UnitSums(
    long Frames,
    int Channels,
    TrackSums Mix,
    IReadOnlyList<TrackSums> Stems,
    TrackSums? Instrumental,
    TrackSums Residual,
    double? NullSquares,
    IReadOnlyList<PairSums> Pairs);

/// <param name="Peak">Largest magnitude of a sample; linear.</param>
/// <param name="Squares">Σ x² over all channels.</param>
/// <param name="SilentFrames">Frames in silent blocks.</param>
/// <param name="Bands">Energy by octave, lowest first, in a scale of its own; stems only.</param>
public sealed record TrackSums(string Name, double Peak, double Squares, long SilentFrames, IReadOnlyList<float> Bands);

/// <param name="Products">Σ x y over all channels.</param>
/// <param name="Bands">What both share by octave, in the scale of <see cref="TrackSums.Bands"/>: the real part of their cross-spectrum.</param>
public sealed record PairSums(string First, string Second, double Products, IReadOnlyList<float> Bands);
