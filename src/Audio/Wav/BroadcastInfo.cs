namespace DgxMusic.Audio.Wav;

/// <summary>What the <c>bext</c> chunk of a Broadcast Wave file says. It has a date and an id too: those we neither keep nor write.</summary>
public sealed record BroadcastInfo
{
    /// <summary>ASCII, at most 256 letters are written; others become question marks.</summary>
    public string Description { get; init; } = "";

    /// <summary>ASCII, at most 32 letters are written.</summary>
    public string Originator { get; init; } = "";

    /// <summary>Frames since midnight.</summary>
    public ulong TimeReference { get; init; }

    /// <summary>One line a step, as EBU R 98 lays it out; lines end in CR LF.</summary>
    public string CodingHistory { get; init; } = "";

    public BroadcastLoudness Loudness { get; init; } = BroadcastLoudness.Unknown;
}

/// <summary>Loudness of the programme, to a hundredth; null where it is not known or beyond ±99.99.</summary>
public sealed record BroadcastLoudness(
    double? IntegratedLufs, double? RangeLu, double? MaxTruePeakDbtp, double? MaxMomentaryLufs, double? MaxShortTermLufs)
{
    public static readonly BroadcastLoudness Unknown = new(null, null, null, null, null);
}
