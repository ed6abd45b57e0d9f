namespace DgxMusic.Composer.Arrangement;

/// <summary>One hit of a groove.</summary>
/// <param name="Pitch">General MIDI percussion number.</param>
/// <param name="Tier">1: always, 2: in full sections, 3: at the top.</param>
readonly record struct DrumHit(int Step, int Pitch, double Velocity, int Tier);

/// <summary>A bar of drums.</summary>
sealed class DrumGroove
{
    public const int Kick = 36, Rim = 37, Snare = 38, Clap = 39, ClosedHat = 42, OpenHat = 46, Crash = 49, Ride = 51;

    DrumGroove(List<DrumHit> hits) => Hits = hits;

    public IReadOnlyList<DrumHit> Hits { get; }

    /// <summary>Reads lanes such as <c>K1 X...x...</c> divided by bars: a letter for the drum, its tier, a bar of sixteenths. <c>X</c> accent, <c>x</c> hit, <c>o</c> soft, <c>g</c> ghost.</summary>
    public static DrumGroove Read(string text, BarGrid grid)
    {
        var hits = new List<DrumHit>();
        foreach (string lane in text.Split('|'))
        {
            foreach (var sign in StepPattern.Read(lane[3..], grid, bar: 0)) hits.Add(new DrumHit(sign.Step, PitchOf(lane[0]), VelocityOf(sign.Sign), lane[1] - '0'));
        }
        return new DrumGroove(hits);
    }

    /// <summary>The same groove at half the pace: backbeats only on the second half of the bar.</summary>
    public DrumGroove HalfTime(BarGrid grid)
    {
        var hits = new List<DrumHit>();
        foreach (var hit in Hits)
        {
            if (hit.Pitch is not (Snare or Clap or Rim)) hits.Add(hit);
            else if (hit.Velocity < 0.5) hits.Add(hit);
        }
        hits.Add(new DrumHit(grid.MiddleStep, Snare, 1, 1));
        return new DrumGroove(hits);
    }

    static int PitchOf(char lane) => lane switch
    {
        'K' => Kick,
        'S' => Snare,
        'C' => Clap,
        'R' => Rim,
        'H' => ClosedHat,
        'P' => 44,
        'O' => OpenHat,
        'D' => Ride,
        'B' => 53,
        'M' => 70,
        'T' => 54,
        'W' => 56,
        'L' => 64,
        'l' => 41,
        'm' => 45,
        'h' => 48,
        _ => throw new ArgumentException($"There is no drum lane '{lane}'.", nameof(lane)),
    };

    static double VelocityOf(char sign) => sign switch { 'X' => 1.0, 'x' => 0.82, 'o' => 0.58, _ => 0.34 };
}
