using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Live;

/// <summary>Settings of live sessions, section <c>Live</c>.</summary>
public sealed class LiveOptions
{
    /// <summary>Seconds without a push after which a session ends by itself, as if it were closed.</summary>
    [Range(1, 3600)] public double IdleSeconds { get; set; } = 60;

    /// <summary>Minutes of audio that a session takes.</summary>
    [Range(0.1, 24 * 60)] public double MostMinutes { get; set; } = 60;

    /// <summary>Seconds of audio that may be there and not be taken apart yet; more is refused until the work has caught up.</summary>
    [Range(20, 3600)] public double MostBacklogSeconds { get; set; } = 60;

    /// <summary>Sessions of one caller that are open at the same time. Two that are opened at the same instant may both be the last.</summary>
    [Range(1, 1000)] public int SessionsPerCaller { get; set; } = 4;

    /// <summary>Minutes that the audio of a session that has ended can still be pulled.</summary>
    [Range(0, 7 * 24 * 60)] public double KeepMinutes { get; set; } = 60;
}
