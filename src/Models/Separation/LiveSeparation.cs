using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>Where a live separation stands: all it has to know to go on.</summary>
/// <param name="Step">The next, counted from 0.</param>
/// <param name="Finished">Frames whose stems were given.</param>
/// <param name="Heard">Of all frames that a step so far has heard; left at 0 frames by a model that asks for none.</param>
public sealed record LivePoint(long Step, long Finished, RunningStatistics Heard)
{
    public static readonly LivePoint Start = new(0, 0, default);
}

/// <summary>What a step made.</summary>
/// <param name="Stems">In the order of the model's sources: frames from <see cref="LivePoint.Finished"/> of the point before up to that of <paramref name="Next"/>.</param>
/// <param name="Tail">What the step adds to the frames of the next; null where nothing overlaps.</param>
public sealed record LiveStep(LivePoint Next, AudioBuffer[] Stems, float[]? Tail);

/// <summary>When a live separation has work to do: the same for every session with a model at a rate.</summary>
/// <param name="SegmentFrames">Frames that the first step hears.</param>
/// <param name="StepFrames">Frames from step to step.</param>
/// <param name="LatencyFrames">The most that have to come, from a frame on, until its stems are given.</param>
public sealed record LiveGrid(int SegmentFrames, int StepFrames, int LatencyFrames)
{
    /// <summary>Frames that have to be there for a step to be run; at the end of the music, those there are.</summary>
    public long FramesFor(long step) => SegmentFrames + (step * StepFrames);

    /// <summary>Whether there is a step to run.</summary>
    /// <param name="received">Frames that are there.</param>
    /// <param name="isWhole">Whether no more will come.</param>
    public bool CanStep(LivePoint point, long received, bool isWhole) => isWhole ? point.Finished < received : FramesFor(point.Step) <= received;
}

/// <summary>
/// Takes music apart while it is being played: in steps, each a pure function of the music up to it, wherever and how often it is run.
/// </summary>
/// <remarks>
/// <para>
/// The stems of a frame are given at the latest when <see cref="LiveGrid.LatencyFrames"/> frames have come, counted from it: with a windowed model (HTDemucs: 7.8 s) those of one whole
/// window, for a frame may be the first that its window hears; with another one a step and what the model itself holds back (spectral: 2.1 s at 44.1 kHz). The time of the work comes on top.
/// </para>
/// <para>
/// A model that is normalised by its track gets, for each window, the statistics of all that was played up to the end of that window, for the end of the music is not known.
/// Windows that overlap were then brought to different scales; each is brought back to its own before they are joined.
/// </para>
/// </remarks>
public sealed class LiveSeparation
{
    const int Channels = 2;

    /// <summary>One pass, and no frame in more than two windows.</summary>
    static readonly SeparationSettings settings = new();

    // Of music whose end nobody knows; half of what there is room for, so that sums with it fit.
    const long Endless = long.MaxValue / 2;
    static readonly TrackStatistics endless = new(Endless, 0, 0);

    readonly ISeparationModel model;
    readonly int sampleRateHz;
    readonly LiveWindows? windows;

    /// <exception cref="ArgumentException">The model takes another rate, or has to know the whole track and hears no windows.</exception>
    public LiveSeparation(ISeparationModel model, int sampleRateHz)
    {
        if (model.SampleRateHz is { } only && only != sampleRateHz) throw new ArgumentException($"{model.Name} takes {only} Hz, not {sampleRateHz} Hz.", nameof(sampleRateHz));
        (this.model, this.sampleRateHz) = (model, sampleRateHz);
        if (model is IWindowedModel windowed) windows = new(windowed, windowed.PlanOf(settings), sampleRateHz);
        else if (model.NeedsStatistics) throw new ArgumentException($"{model.Name} has to know the whole track first.", nameof(model));
        int stride = windows?.Plan.Stride ?? model.StrideOf(sampleRateHz, settings);
        Grid = windows is null ? new(stride, stride, stride + model.LatencyOf(sampleRateHz)) : new(windows.Plan.Frames, stride, windows.Plan.Frames);
    }

    /// <summary>When there is a step to run.</summary>
    public LiveGrid Grid { get; }

    /// <summary>Whether windows are normalised by what was heard so far.</summary>
    public bool UsesStatistics => model.NeedsStatistics;

    /// <summary>The frames that a step hears.</summary>
    /// <param name="received">Frames that are there.</param>
    public FrameSpan HeardFor(LivePoint point, long received)
    {
        long to = Math.Min(received, Grid.FramesFor(point.Step));
        return new(windows is not null ? windows.HeardFrom(point.Step) : model.HeardFor(new(point.Finished, Endless), endless, sampleRateHz, settings).From, to);
    }

    /// <summary>Runs the next step.</summary>
    /// <param name="audio">The frames of <see cref="HeardFor"/>, stereo.</param>
    /// <param name="received">Frames that are there; changes nothing as long as they are enough.</param>
    /// <param name="isWhole">Whether no more will come; changes nothing as long as they are enough.</param>
    /// <param name="tail">What the step before gave; null: it is made again. Whether it is there changes no sample.</param>
    public LiveStep Run(LivePoint point, AudioBuffer audio, long received, bool isWhole, float[]? tail = null, CancellationToken cancellation = default)
    {
        FrameSpan heard = HeardFor(point, received);
        if (!Grid.CanStep(point, received, isWhole)) throw new InvalidOperationException($"Step {point.Step} waits for {Grid.FramesFor(point.Step)} frames; there are {received}.");
        if (audio.Channels != Channels || audio.SampleRateHz != sampleRateHz || audio.Frames != heard.Frames)
            throw new ArgumentException($"This step takes {heard.Frames} stereo frames at {sampleRateHz} Hz, not {audio.Frames} of {audio.Channels} channels at {audio.SampleRateHz} Hz.", nameof(audio));
        return windows is not null ? windows.Run(point, audio, heard, tail, cancellation) : Stream(point, audio, isWhole && Grid.FramesFor(point.Step) > received, received, cancellation);
    }

    /// <summary>Runs a model that gives its stems frame by frame: from what it has to hear for the first of them on.</summary>
    LiveStep Stream(LivePoint point, AudioBuffer audio, bool isLast, long received, CancellationToken cancellation)
    {
        long to = isLast ? received : Endless;
        List<AudioBuffer[]> given = [];
        IStemStream stream = model.Open(
            endless with { Frames = to }, sampleRateHz, settings, stems => given.Add([.. stems.Select(stem => Joined([stem]))]), null, cancellation, new(new(point.Finished, to)));
        stream.Process(audio);
        if (isLast) stream.Complete();
        AudioBuffer[] stems = [.. model.Sources.Select((_, source) => Joined([.. given.Select(some => some[source])]))];
        return new(point with { Step = point.Step + 1, Finished = point.Finished + given.Sum(some => some[0].Frames) }, stems, null);
    }

    AudioBuffer Joined(IReadOnlyList<AudioBuffer> blocks)
    {
        var joined = new AudioBuffer(sampleRateHz, Channels, blocks.Sum(block => block.Frames));
        int at = 0;
        foreach (AudioBuffer block in blocks)
        {
            for (int channel = 0; channel < Channels; channel++) block[channel].CopyTo(joined[channel][at..]);
            at += block.Frames;
        }

        return joined;
    }
}
