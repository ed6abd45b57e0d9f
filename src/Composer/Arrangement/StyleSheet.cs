using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Arrangement;

/// <summary>What a player does in the band.</summary>
enum Role { Drums, Bass, Chords, Pad, Arp, Lead, Counter, Effects }

/// <summary>How a phrase leads back to the tonic: from the dominant, or softly from the subdominant.</summary>
enum Cadence { Authentic, Plagal }

/// <summary>How the drums lead into what comes next.</summary>
enum Fill { Snare, Toms, Hats, Silence, Breakbeat, Brushes, Percussion }

/// <summary>One role as a style plays it: instruments to choose from, rhythms to choose from, register and place in the mix.</summary>
/// <param name="Patterns">As <see cref="StepPattern"/>; what the signs mean is the player's affair. For a lead: rhythms of one quarter, more often the more often listed.</param>
sealed record PartSheet(IReadOnlyList<Patch> Patches, params IReadOnlyList<string> Patterns)
{
    public Placement Placement { get; init; } = new(0);

    /// <summary>MIDI numbers between which the part moves.</summary>
    public int Low { get; init; } = 48;

    public int High { get; init; } = 76;

    public int Voices { get; init; } = 4;

    /// <summary>Share of its written length for which a note sounds.</summary>
    public double Articulation { get; init; } = 0.9;

    /// <summary>0 dark to 1 open, at full energy.</summary>
    public double Brightness { get; init; } = 0.6;

    /// <summary>Seconds between the lowest and the highest note of a struck chord.</summary>
    public double StrumSeconds { get; init; }

    /// <summary>Bars of a lead's motif.</summary>
    public int MotifBars { get; init; } = 1;
}

/// <param name="Kits">Drum kits to choose from.</param>
/// <param name="Grooves">One bar each, as <see cref="DrumGroove"/> reads them.</param>
/// <param name="CrashVelocity">Of the cymbal that opens a section; 0: none.</param>
sealed record DrumSheet(IReadOnlyList<Patch> Kits, IReadOnlyList<string> Grooves, IReadOnlyList<Fill> Fills, double CrashVelocity = 0.8)
{
    public double GainDb { get; init; }

    public double Reverb { get; init; } = 0.1;

    public double Drive { get; init; }
}

/// <summary>All that makes a style: data, no behaviour.</summary>
sealed record StyleSheet
{
    public required string Name { get; init; }

    public required (double Low, double High) Tempo { get; init; }

    public required FormKind Form { get; init; }

    /// <summary>How often the mode is minor where neither key nor mood says.</summary>
    public double MinorShare { get; init; } = 0.5;

    /// <summary>Chord progressions; each begins on the tonic.</summary>
    public required IReadOnlyList<string> Minor { get; init; }

    public required IReadOnlyList<string> Major { get; init; }

    public Richness Richness { get; init; } = Richness.Triad;

    public Cadence Cadence { get; init; }

    public double BarsPerChord { get; init; } = 1;

    /// <summary>How late the second note of a swung pair comes, as a share of a note: 0 straight, 0.33 triplets.</summary>
    public double Swing { get; init; }

    /// <summary>Sixteenths in a note that swings: 1 or 2.</summary>
    public int SwingSteps { get; init; } = 1;

    /// <summary>How far hands stray from the raster, either way.</summary>
    public double LooseSeconds { get; init; }

    /// <summary>How late the backbeat comes.</summary>
    public double LaidBackSeconds { get; init; }

    /// <summary>Loudness of the whole drum kit against the rest: 0 to 1, scales velocities.</summary>
    public double Force { get; init; } = 0.9;

    /// <summary>Risers, impacts, sweeps at the borders of sections.</summary>
    public bool Transitions { get; init; }

    /// <summary>Vinyl noise under the piece.</summary>
    public bool Crackle { get; init; }

    public required DrumSheet Drums { get; init; }

    public required PartSheet Bass { get; init; }

    public required PartSheet Chords { get; init; }

    public PartSheet? Pad { get; init; }

    public PartSheet? Arp { get; init; }

    public required PartSheet Lead { get; init; }

    public PartSheet? Counter { get; init; }
}
