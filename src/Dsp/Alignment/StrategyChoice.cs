namespace DgxMusic.Dsp.Alignment;

/// <summary>Which strategy fits a stem.</summary>
static class StrategyChoice
{
    /// <summary>A difference smaller than this needs no strategy.</summary>
    public const double NegligibleSeconds = 0.01;

    /// <summary>A shorter gap is filled with silence; exactly this is not.</summary>
    public const double ShortGapSeconds = 0.5;

    public const double SlowestStretch = 0.8, FastestStretch = 1.25;

    static readonly string[] rhythmic = ["drum", "bass", "perc"];

    /// <param name="difference">Target less source, in seconds.</param>
    /// <param name="ratio">Target over source.</param>
    public static AlignmentStrategy Of(AlignmentOptions options, double difference, double ratio)
    {
        if (Math.Abs(difference) < NegligibleSeconds) return AlignmentStrategy.None;
        if (options.Strategy == AlignmentStrategy.Stretch && ratio is >= SlowestStretch and <= FastestStretch) return AlignmentStrategy.Stretch;
        if (difference < 0.0) return AlignmentStrategy.Truncate;
        return options.Strategy is { } asked && asked != AlignmentStrategy.Stretch ? asked : ByName(options) ?? ByGap(options, difference);
    }

    static AlignmentStrategy? ByName(AlignmentOptions options) => options.StemName.ToLowerInvariant() switch
    {
        "bass" or "drums" => AlignmentStrategy.Loop,
        "bridge" or "outro" => AlignmentStrategy.Crossfade,
        _ => null,
    };

    static AlignmentStrategy ByGap(AlignmentOptions options, double gap)
    {
        if (gap < ShortGapSeconds) return AlignmentStrategy.ZeroPad;
        return IsRhythmic(options.StemName) || IsRhythmic(options.StemType ?? "") ? AlignmentStrategy.Loop : AlignmentStrategy.Crossfade;
    }

    static bool IsRhythmic(string text) =>
        text.Equals("rhythmic", StringComparison.OrdinalIgnoreCase) || rhythmic.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
