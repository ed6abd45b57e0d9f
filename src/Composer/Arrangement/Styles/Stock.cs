using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement.Styles;

/// <summary>What several styles share: progressions, rhythms of melodies, players set up the usual way.</summary>
static class Stock
{
    public static readonly string[] MinorPop = ["i VI iv V", "i iv VI V", "i VI VII v", "i iv i V", "i III VI V", "i VII VI V"];
    public static readonly string[] MajorPop = ["I V vi IV", "I vi IV V", "I IV vi V", "I iii IV V", "I IV I V", "I ii IV V"];
    public static readonly string[] MinorDark = ["i i VI V", "i i iv V", "i VI i V", "i iv VI V", "i i i VII"];
    public static readonly string[] MinorSeventh = ["i iv VII V", "i VI iv V", "i iv i V", "i iv VI V"];
    public static readonly string[] MajorSeventh = ["I vi ii V", "I IV iii V", "I iii ii V", "I ii I V", "I IV ii V"];
    public static readonly string[] MinorEpic = ["i VI III V", "i VI iv V", "i iv VI V", "i VII VI V", "i III iv V"];
    public static readonly string[] MajorEpic = ["I V vi IV", "I IV vi V", "I iii vi V", "I bVII IV V", "I vi IV V"];

    // A quarter note of a melody each; what stands twice is taken twice as often.
    public static readonly string[] Flowing = ["x...", "x...", "x.x.", "x.x.", "x..x", "....", "x.xx"];
    public static readonly string[] Driving = ["x.x.", "x.x.", "x..x", "x...", "..x.", "xxx.", ".x.x"];
    public static readonly string[] Syncopated = ["x..x", "..x.", "x..x", "x.x.", ".x..", "x...", "...x"];
    public static readonly string[] Sparse = ["x...", "....", "x...", "..x.", "....", "x.x."];
    public static readonly string[] Long = ["x...", "....", "x...", "....", "....", "..x."];
    public static readonly string[] Swung = ["x.x.", "x...", "..x.", "x.x.", "..x.", "x...", "...."];

    public static PartSheet Pad(params Patch[] patches) => new(patches)
    {
        Low = 52, High = 79, Brightness = 0.5, Articulation = 1,
        Placement = new(-9, Width: 0.9, Reverb: 0.4, Chorus: 0.3),
    };

    /// <summary>A line of guide tones beside the lead.</summary>
    public static PartSheet Counter(params Patch[] patches) => new(patches)
    {
        Low = 57, High = 79, Articulation = 0.97, Brightness = 0.5,
        Placement = new(-8, Pan: -0.3, Width: 0.3, Reverb: 0.35),
    };

    /// <summary>Broken chords; digits are the notes of the chord from below.</summary>
    public static PartSheet Arp(Patch[] patches, params string[] patterns) => new(patches, patterns)
    {
        Low = 60, High = 88, Articulation = 0.6, Brightness = 0.6,
        Placement = new(-9, Pan: 0.25, Width: 0.5, Reverb: 0.25, Delay: 0.3),
    };

    public static PartSheet Lead(Patch[] patches, string[] cells) => new(patches, cells)
    {
        Low = 64, High = 88, Brightness = 0.7, Placement = new(-4, Width: 0.2, Reverb: 0.25, Delay: 0.2),
    };

    public static PartSheet Bass(Patch[] patches, params string[] patterns) => new(patches, patterns)
    {
        Low = 28, High = 50, Brightness = 0.5, Placement = new(-2),
    };
}
