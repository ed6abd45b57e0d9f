
namespace DgxMusic.Composer.Synthesis.Drums;

/// <summary>A set of drums, found by General MIDI percussion number.</summary>
sealed record DrumKit
{
    // Hi-hats of one kit silence each other.
    const int HatGroup = 1;

    /// <summary>Tells the metal of one kit from that of another.</summary>
    public required uint Key { get; init; }

    public required DrumSound Kick { get; init; }

    public required DrumSound Snare { get; init; }

    public required DrumSound ClosedHat { get; init; }

    public required DrumSound OpenHat { get; init; }

    public DrumSound Rim { get; init; } = Percussion.Rim;

    public DrumSound Clap { get; init; } = Percussion.Clap;

    public DrumSound Crash { get; init; } = Percussion.Crash;

    public DrumSound Ride { get; init; } = Percussion.Ride;

    /// <summary>The middle tom; the others are tuned from it.</summary>
    public DrumSound Tom { get; init; } = Percussion.Tom;

    public DrumSound Cowbell { get; init; } = Percussion.Cowbell;

    /// <summary>Saturation of the whole kit, 0 to 1.</summary>
    public double Drive { get; init; }

    /// <summary>What number <paramref name="number"/> sounds like. A number without a drum of its own is a small tuned percussion.</summary>
    public DrumSound Sound(int number) => number switch
    {
        35 or 36 => Kick,
        37 => Rim,
        38 or 40 => Snare,
        39 => Clap,
        41 => toms[0],
        43 => toms[1],
        45 => toms[2],
        47 => toms[3],
        48 => toms[4],
        50 => toms[5],
        42 => closed,
        44 => pedal,
        46 => open,
        49 or 52 or 55 or 57 => Crash,
        51 or 53 or 59 => Ride,
        54 => Percussion.Tambourine,
        56 => Cowbell,
        69 or 70 or 82 => Percussion.Shaker,
        _ => Percussion.Blocks[Math.Abs(number) % Percussion.Blocks.Count],
    };

    DrumSound[] toms = [];
    DrumSound closed = new(0), pedal = new(0), open = new(0);

    /// <summary>Makes what is derived: toms, pedal, the group of the hats. Done once, so that playing allocates nothing.</summary>
    public DrumKit Complete()
    {
        double[] ratios = [0.62, 0.75, 0.88, 1.0, 1.18, 1.4], pans = [0.45, 0.3, 0.12, -0.08, -0.25, -0.4];
        toms = [.. ratios.Select((ratio, i) => Tuned(Tom, ratio) with { Pan = pans[i] })];
        closed = ClosedHat with { Group = HatGroup };
        open = OpenHat with { Group = HatGroup };
        pedal = ClosedHat with { Group = HatGroup, Level = ClosedHat.Level * 0.6 };
        return this;
    }

    static DrumSound Tuned(DrumSound sound, double ratio) => sound with
    {
        Tones = [.. sound.Tones.Select(tone => tone with { FromHz = tone.FromHz * ratio, ToHz = tone.ToHz * ratio, DecaySeconds = tone.DecaySeconds / Math.Sqrt(ratio) })],
        Ring = sound.Ring is null ? null : sound.Ring with { LowHz = sound.Ring.LowHz * ratio, HighHz = sound.Ring.HighHz * ratio },
    };
}
