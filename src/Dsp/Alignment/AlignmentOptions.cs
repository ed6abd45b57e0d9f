namespace DgxMusic.Dsp.Alignment;

/// <summary>What every stem of a project becomes.</summary>
/// <param name="Frames">0 or more; the song's length.</param>
/// <param name="SampleRateHz">1 to 384,000.</param>
/// <param name="Channels">1 to 8; a mono stem is copied to all, others must have as many.</param>
public sealed record AlignmentTarget(int Frames, int SampleRateHz, int Channels)
{
    public double Seconds => (double)Frames / SampleRateHz;
}

/// <summary>What is known of a stem before it is aligned.</summary>
public sealed record AlignmentOptions
{
    /// <summary>The stem's name, not its path: names like "bass" or "outro" imply a strategy.</summary>
    public string StemName { get; init; } = "";

    /// <summary>What the stem was declared to be, for example "percussion"; null if nothing.</summary>
    public string? StemType { get; init; }

    /// <summary>Asked for; null lets name, type and gap decide.</summary>
    public AlignmentStrategy? Strategy { get; init; }

    /// <summary>Whether the passes of a loop are crossfaded into each other; otherwise they follow as they are.</summary>
    public bool LoopSeamless { get; init; } = true;

    /// <summary>Seconds a beat; where given, a loop is cut at a whole number of them and stays on the grid.</summary>
    public double? BeatSeconds { get; init; }
}

/// <summary>What alignment did; times are seconds of frames over rate, unrounded.</summary>
/// <param name="Success">True: what fails throws.</param>
/// <param name="Strategy">The one applied.</param>
/// <param name="Requested">The one asked for, if any; it differs where the stem was too long, too short or too far off for it.</param>
/// <param name="SourceDuration">Of the stem as it came.</param>
/// <param name="DurationDiff">Target less source: positive where something had to be added.</param>
/// <param name="AlignedFrames">Frames of the result; always the target's.</param>
/// <param name="Warnings">One sentence each.</param>
public sealed record AlignmentResult(
    bool Success,
    AlignmentStrategy Strategy,
    AlignmentStrategy? Requested,
    double SourceDuration,
    double TargetDuration,
    double DurationDiff,
    int AlignedFrames,
    IReadOnlyList<string> Warnings);

/// <summary>A stem with the length, rate and channels of the others.</summary>
public sealed record AlignedStem(AudioBuffer Audio, AlignmentResult Result);
