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

    /// <summary>Begins a track.</summary>
    /// <param name="finished">Takes finished frames of all stems, in order; valid during the call.</param>
    /// <param name="progress">Told the part of the work that is done, 0 to 1, ascending.</param>
    IStemStream Open(TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation);
}

/// <summary>One track on its way through a model.</summary>
public interface IStemStream
{
    /// <param name="block">Next frames, stereo.</param>
    void Process(AudioBuffer block);

    /// <summary>Ends the track and gives what is left of the stems.</summary>
    void Complete();
}
