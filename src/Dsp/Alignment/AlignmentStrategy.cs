using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Alignment;

/// <summary>How a stem got the length of the others.</summary>
public enum AlignmentStrategy
{
    /// <summary>It had that length, but for less than 10 ms.</summary>
    None,

    /// <summary>Silence behind it.</summary>
    ZeroPad,

    /// <summary>Repeated from its start.</summary>
    Loop,

    /// <summary>Its last part repeated.</summary>
    Crossfade,

    /// <summary>Cut, with a short fade.</summary>
    Truncate,

    /// <summary>Played faster or slower at the same pitch.</summary>
    Stretch,
}

public static class AlignmentStrategies
{
    /// <summary>The strategy a caller asks for: <c>zero_pad</c>, <c>loop</c>, <c>crossfade</c>, <c>stretch</c>; null for <c>auto</c> or nothing.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: none of these.</exception>
    public static AlignmentStrategy? Parse(string? name) => name?.Trim().ToLowerInvariant() switch
    {
        null or "" or "auto" => null,
        "zero_pad" => AlignmentStrategy.ZeroPad,
        "loop" => AlignmentStrategy.Loop,
        "crossfade" => AlignmentStrategy.Crossfade,
        "stretch" => AlignmentStrategy.Stretch,
        _ => throw new PipelineException(Problem.InvalidRequest, $"The strategy is auto, zero_pad, loop, crossfade or stretch, not '{name}'."),
    };
}
