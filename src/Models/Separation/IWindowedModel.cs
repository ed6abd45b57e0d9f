namespace DgxMusic.Models.Separation;

/// <summary>A model that hears windows of one length, each by itself.</summary>
public interface IWindowedModel : ISeparationModel
{
    SegmentPlan PlanOf(SeparationSettings settings);

    /// <summary>Takes one window apart, normalised by statistics of its own.</summary>
    /// <param name="window">(2, T), one channel after the other.</param>
    /// <param name="heard">Mean and deviation that the window is brought to 0 and 1 by, and the stems back.</param>
    /// <param name="stems">Gets (sources, 2, T), as loud as the window.</param>
    void Separate(ReadOnlySpan<float> window, TrackStatistics heard, Span<float> stems, CancellationToken cancellation = default);
}
