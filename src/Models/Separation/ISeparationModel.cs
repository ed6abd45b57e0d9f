using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>What the samples of a whole track say before any of it is taken apart.</summary>
/// <param name="Mean">Of the mean of both channels.</param>
/// <param name="Deviation">Of the same; divisor n − 1.</param>
public sealed record TrackStatistics(long Frames, double Mean, double Deviation);

/// <summary>How a model is run over a track.</summary>
/// <param name="Shifts">Passes at different places of the window grid whose mean is taken; 0 is one pass without a shift.</param>
/// <param name="Overlap">Part of a window that the next one hears too.</param>
public sealed record SeparationSettings(int Shifts = 0, double Overlap = 0.25);

/// <summary>Frames <paramref name="From"/> to before <paramref name="To"/> of a track.</summary>
public readonly record struct FrameSpan(long From, long To)
{
    public static readonly FrameSpan All = new(0, long.MaxValue);

    public long Frames => To - From;
}

/// <summary>What models made of windows that two parts of a track hear: work on the next part need not do it again. Whether it is found never changes a sample.</summary>
public interface IWindowStore
{
    /// <param name="pass">Counted from 0.</param>
    /// <param name="window">Counted from 0 at the beginning of the track.</param>
    /// <returns>(sources, channels, T), or null.</returns>
    float[]? Find(int pass, long window);

    /// <param name="stems">(sources, channels, T); valid during the call.</param>
    void Keep(int pass, long window, ReadOnlySpan<float> stems);
}

/// <summary>A part of a track that is worked on apart from the rest. The frames of all parts are, bit for bit, those of the whole.</summary>
/// <param name="Span">From and up to multiples of <see cref="ISeparationModel.StrideOf"/>, or the end of the track.</param>
/// <param name="Windows">Null where nothing is handed on.</param>
public sealed record TrackPart(FrameSpan Span, IWindowStore? Windows = null)
{
    public static readonly TrackPart Whole = new(FrameSpan.All);
}

/// <summary>Takes stereo music apart into sources.</summary>
public interface ISeparationModel : IDisposable
{
    string Name { get; }

    /// <summary>In the order in which stems come.</summary>
    IReadOnlyList<string> Sources { get; }

    /// <summary>The one rate it takes; null: any.</summary>
    int? SampleRateHz { get; }

    /// <summary>True where <see cref="Open"/> has to know the whole track first.</summary>
    bool NeedsStatistics { get; }

    /// <summary>Networks that hear every window, one after the other; 1 also for what is no network.</summary>
    int Networks => 1;

    /// <summary>Runs of a network, or what else counts as one piece of work, that a span of a track takes.</summary>
    long RunsOf(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) =>
        SegmentPlan.Parts(Math.Min(span.To, track.Frames) - span.From, StrideOf(sampleRateHz, settings));

    /// <summary>Frames between the places where a track may be parted.</summary>
    int StrideOf(int sampleRateHz, SeparationSettings settings);

    /// <summary>The most frames that have to come after one until its stems are given; of one that hears no windows.</summary>
    int LatencyOf(int sampleRateHz) => 0;

    /// <summary>The frames of the track that have to be heard for the stems of a span of it.</summary>
    FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings);

    /// <summary>Begins a track, or a part of one.</summary>
    /// <param name="finished">Takes finished frames of all stems, in order; valid during the call.</param>
    /// <param name="progress">Told the part of the work that is done, 0 to 1, ascending.</param>
    /// <param name="part">Null: all of the track. Else the stream takes the frames of <see cref="HeardFor"/>, and gives those of the span.</param>
    IStemStream Open(
        TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null);
}

/// <summary>A track, or a part of one, on its way through a model.</summary>
public interface IStemStream
{
    /// <param name="block">Next frames, stereo.</param>
    void Process(AudioBuffer block);

    /// <summary>Ends the track or the part and gives what is left of the stems.</summary>
    void Complete();
}
