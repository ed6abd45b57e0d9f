namespace DgxMusic.Composer.Scores;

/// <summary>A composed piece: all that the synthesiser and the MIDI file need. Times are in beats; a beat is a quarter note at <see cref="Bpm"/>.</summary>
public sealed record Score
{
    public required string Style { get; init; }

    /// <summary>Quarter notes a minute, 40 to 220, constant through the piece.</summary>
    public required double Bpm { get; init; }

    public required Metre Metre { get; init; }

    public required Key Key { get; init; }

    /// <summary>Length of the sound; it ends between bars where the bars do not fill it.</summary>
    public required double DurationSeconds { get; init; }

    public required ulong Seed { get; init; }

    public required IReadOnlyList<Section> Sections { get; init; }

    public required IReadOnlyList<Part> Parts { get; init; }

    /// <summary>Beats (quarter notes) at which a kick ducks what is side-chained to it; rising.</summary>
    public required IReadOnlyList<double> DuckBeats { get; init; }

    public double SecondsPerBeat => 60.0 / Bpm;
}

/// <summary>Notes in a bar: <c>4/4</c>, <c>3/4</c>, <c>6/8</c>.</summary>
public readonly record struct Metre(int Beats, int Unit)
{
    /// <summary>Length of a bar in quarter notes.</summary>
    public double QuartersPerBar => 4.0 * Beats / Unit;
}

/// <param name="Tonic">Pitch class, C = 0 to B = 11.</param>
public readonly record struct Key(int Tonic, Mode Mode);

public enum Mode { Major, Minor, Dorian, Phrygian, Lydian, Mixolydian, HarmonicMinor }

/// <param name="Energy">0 (hardly there) to 1 (all that the style has).</param>
public sealed record Section(string Name, int StartBar, int Bars, double Energy);

/// <summary>One player: an instrument, what it plays and where it stands in the mix.</summary>
/// <param name="Stem">The file it belongs to: <c>drums</c>, <c>bass</c>, <c>guitars</c>, <c>keys</c>, <c>synths</c>, <c>pads</c>, <c>lead</c>, <c>fx</c>. Several parts may share one.</param>
/// <param name="Notes">Sorted by start, then pitch.</param>
public sealed record Part(string Name, string Stem, Patch Patch, Placement Placement, IReadOnlyList<Note> Notes)
{
    /// <summary>Brightness over time, 0 (dark) to 1 (open), linear between points; empty: the patch's own.</summary>
    public IReadOnlyList<BrightnessPoint> Brightness { get; init; } = [];
}

/// <param name="StartBeats">Quarter notes from the start of the piece, swing and feel included; may be any fraction.</param>
/// <param name="LengthBeats">Quarter notes until the key is let go; drums ignore it.</param>
/// <param name="Pitch">MIDI note number, 60 = C4; for drum patches the General MIDI percussion number.</param>
/// <param name="Velocity">0 to 1.</param>
public readonly record struct Note(double StartBeats, double LengthBeats, int Pitch, double Velocity);

public readonly record struct BrightnessPoint(double Beat, double Value);

/// <summary>A part's place in the mix.</summary>
/// <param name="GainDb">Relative to the patch's own level; patches are levelled alike.</param>
/// <param name="Pan">−1 left, 0 centre, +1 right.</param>
/// <param name="Width">0 mono to 1 wide.</param>
/// <param name="Reverb">Send, 0 to 1.</param>
/// <param name="Delay">Send to a tempo-synchronous delay, 0 to 1.</param>
/// <param name="Chorus">0 to 1.</param>
/// <param name="Duck">How far <see cref="Score.DuckBeats"/> push it down: 0 not at all, 1 to silence.</param>
/// <param name="Drive">Saturation, 0 to 1.</param>
public readonly record struct Placement(
    double GainDb, double Pan = 0, double Width = 0, double Reverb = 0, double Delay = 0, double Chorus = 0, double Duck = 0, double Drive = 0);

/// <summary>The instruments the synthesiser can play.</summary>
public enum Patch
{
    // Drum kits, General MIDI percussion numbers.
    Kit909, Kit808, KitTrap, KitBreaks, KitRock, KitJazzBrushes, KitLoFi, KitSynthwave, KitCinematic, KitSoft,

    // Bass.
    SubBass, Bass808, ReeseBass, AcidBass, SawBass, FmBass, FingerBass, PickBass, UprightBass,

    // Guitars, plucked-string models.
    AcousticGuitar, CleanGuitar, MutedGuitar, DistortedGuitar,

    // Keys.
    Piano, ElectricPiano, Organ, Vibraphone, MusicBox,

    // Synths: chords, arpeggios, stabs.
    SuperSaw, Stab, Pluck, Arp, PolySynth, Brass,

    // Pads.
    WarmPad, GlassPad, StringSection, Choir, Drone,

    // Lead voices.
    SquareLead, SawLead, SoftLead, Flute, Trumpet, Saxophone, Bell, SoloStrings,

    // Transitions: length is the length of the effect; pitch is ignored where there is none.
    Riser, Downlifter, Impact, NoiseSweep, VinylNoise,
}
