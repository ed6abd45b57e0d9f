using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>A beat as the listener taps it: a quarter note, or a group of two or three shorter ones.</summary>
/// <param name="Step">Sixteenths from the start of the bar.</param>
/// <param name="Length">Sixteenths.</param>
/// <param name="Quarter">The beat of a 4/4 bar, 0 to 3, whose part this one plays when a 4/4 pattern is laid over another metre.</param>
readonly record struct Pulse(int Step, int Length, int Quarter);

/// <summary>The raster of sixteenths on which a piece is written.</summary>
sealed class BarGrid
{
    public BarGrid(Metre metre, double bpm, double durationSeconds)
    {
        (Metre, Bpm, DurationSeconds) = (metre, bpm, durationSeconds);
        var lengths = Groups(metre);
        var pulses = new Pulse[lengths.Count];
        for (int i = 0, step = 0; i < pulses.Length; step += lengths[i++]) pulses[i] = new Pulse(step, lengths[i], QuarterOf(i, pulses.Length));
        Pulses = pulses;
        Steps = pulses[^1].Step + pulses[^1].Length;
    }

    public Metre Metre { get; }

    public double Bpm { get; }

    public double DurationSeconds { get; }

    public IReadOnlyList<Pulse> Pulses { get; }

    /// <summary>Sixteenths in a bar.</summary>
    public int Steps { get; }

    /// <summary>Quarter notes in a bar.</summary>
    public double BarBeats => Steps / 4.0;

    /// <summary>Quarter notes in the piece.</summary>
    public double TotalBeats => DurationSeconds * Bpm / 60;

    public double ToBeats(double seconds) => seconds * Bpm / 60;

    public double ToSeconds(double beats) => beats * 60 / Bpm;

    /// <summary>The sixteenth on which the second half of the bar begins; 0 where a bar has one pulse only.</summary>
    public int MiddleStep => Pulses[Pulses.Count / 2].Step;

    public bool IsPulse(int step)
    {
        foreach (var pulse in Pulses)
        {
            if (pulse.Step == step) return true;
        }
        return false;
    }

    static List<int> Groups(Metre metre)
    {
        if (metre.Unit <= 4) return [.. Enumerable.Repeat(4, metre.Beats * 4 / metre.Unit)];
        int note = 16 / metre.Unit;
        var groups = new List<int>();
        int left = metre.Beats;
        bool compound = left % 3 == 0;
        while (left > 0)
        {
            int size = compound || left == 3 ? 3 : Math.Min(2, left);
            groups.Add(size * note);
            left -= size;
        }
        return groups;
    }

    static int QuarterOf(int pulse, int count) => count switch
    {
        3 => pulse == 2 ? 3 : pulse,
        5 => pulse > 2 ? pulse - 1 : pulse,
        7 => pulse == 6 ? 3 : pulse % 4,
        _ => pulse % 4,
    };
}
