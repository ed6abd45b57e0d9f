using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Arrangement;

/// <summary>One player with an instrument in hand.</summary>
sealed record Seat(Role Role, string Name, Patch Patch, PartSheet Sheet);

/// <summary>What all players agree on before they play.</summary>
sealed record Plan
{
    public required StyleSheet Style { get; init; }

    public required BarGrid Grid { get; init; }

    public required Scale Scale { get; init; }

    public required IReadOnlyList<SectionPlan> Sections { get; init; }

    public required Ending Ending { get; init; }

    public required Harmony Harmony { get; init; }

    public required Motif Motif { get; init; }

    /// <summary>0 gentle to 1 driven.</summary>
    public required double Energy { get; init; }

    /// <summary>−1 dark to 1 bright.</summary>
    public required double Brightness { get; init; }

    /// <summary>The backbeat comes once a bar, on its middle, instead of twice.</summary>
    public required bool HalfTime { get; init; }

    public required Timing Timing { get; init; }

    /// <summary>What the drums play; null where there are none.</summary>
    public required DrumGroove[]? Grooves { get; init; }

    public required Dice Dice { get; init; }

    public double BeatOf(int bar) => bar * Grid.BarBeats;

    public double Level(Role role, SectionPlan section)
    {
        double level = Levels.Of(Style.Form, role, section.Kind);
        bool optional = role is Role.Arp or Role.Counter or Role.Pad or Role.Lead && level is > 0 and < 0.6;
        bool rests = optional && Dice.At("rests").At((int)role).At((int)section.Kind).At(section.Occurrence).Chance(0.2);
        return rests ? 0 : level;
    }

    /// <summary>How much of its stress a place in the bar leaves to a note: all on a pulse, less between two, least between those.</summary>
    public double Accent(int step) => Grid.IsPulse(step) ? 1 : step % 2 == 0 ? 0.88 : 0.82;

    /// <summary>Velocity of a note that is neither stressed nor hidden, in a section: louder where there is more energy.</summary>
    public double Velocity(SectionPlan section, double stress) => stress * Style.Force * (0.62 + (0.38 * section.Energy)) * (0.85 + (0.15 * Energy));

    /// <summary>The groove of a section: the first one again and again, another in the drops.</summary>
    public DrumGroove GrooveOf(SectionPlan section)
    {
        int other = section.Kind is SectionKind.Drop or SectionKind.Bridge ? 1 : 0;
        return Grooves![(other + (section.Occurrence > 1 ? 1 : 0)) % Grooves.Length];
    }
}
