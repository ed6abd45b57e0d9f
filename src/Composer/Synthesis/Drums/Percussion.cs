namespace DgxMusic.Composer.Synthesis.Drums;

/// <summary>Drums that kits share where they have none of their own.</summary>
static class Percussion
{
    public static readonly DrumSound Rim = new(0.5, 0.15)
    {
        Tones = [new(0.5, 520, 480, 0.02, 0.09), new(0.4, 1750, 1650, 0.02, 0.06)],
        Noises = [new(0.5, Band.Middle, 3200, 1.2, 0.05)],
    };

    public static readonly DrumSound Clap = new(0.8)
    {
        Noises = [new(1.6, Band.Middle, 1250, 1.6, 0.22, Bursts: 4), new(0.5, Band.High, 4500, 0.7, 0.12, Bursts: 4)],
        VelocityOctaves = 0.5,
    };

    public static readonly DrumSound Crash = new(0.55, -0.3)
    {
        Ring = new(0.9, 420, 15500, 80, 2.6, 0.002) { Damping = 1.6 },
        Noises = [new(0.5, Band.High, 5200, 0.7, 1.5, 0.002), new(0.35, Band.Middle, 3200, 0.8, 0.25)],
        VelocityOctaves = 0.8,
    };

    public static readonly DrumSound Ride = new(0.36, 0.35)
    {
        Ring = new(0.8, 480, 13500, 60, 1.9) { Damping = 2.6 },
        Noises = [new(0.22, Band.High, 7500, 0.7, 0.5), new(0.3, Band.Middle, 5200, 1.5, 0.04)],
    };

    public static readonly DrumSound Tom = new(0.85)
    {
        Tones = [new(0.9, 190, 118, 0.3, 0.75, 0.05), new(0.25, 300, 262, 0.2, 0.3)],
        Noises = [new(0.25, Band.Low, 2200, 0.7, 0.06), new(0.1, Band.Middle, 700, 0.8, 0.3)],
    };

    public static readonly DrumSound Cowbell = new(0.42, 0.2)
    {
        Ring = new(1.4, 540, 6000, 0, 0.42) { Ratios = [1, 1.504, 2.74, 3.05, 4.1, 5.43], Damping = 4 },
    };

    public static readonly DrumSound Tambourine = new(0.34, -0.35)
    {
        Ring = new(0.5, 3800, 15500, 26, 0.3) { Damping = 1.5 },
        Noises = [new(0.6, Band.High, 6500, 0.8, 0.2, 0.004, Bursts: 2, BurstSeconds: 0.016)],
    };

    public static readonly DrumSound Shaker = new(0.3, 0.4)
    {
        Noises = [new(0.9, Band.Middle, 7200, 1.1, 0.12, 0.018), new(0.3, Band.High, 9500, 0.7, 0.09, 0.024)],
        VelocityOctaves = 0.5,
    };

    /// <summary>Wood blocks of rising pitch.</summary>
    public static readonly IReadOnlyList<DrumSound> Blocks = [.. Enumerable.Range(0, 12).Select(step => new DrumSound(0.4, ((step % 5) - 2) * 0.2)
    {
        Tones = [new(0.7, 430 * Math.Pow(2, step / 8.0), 410 * Math.Pow(2, step / 8.0), 0.03, 0.16)],
        Noises = [new(0.25, Band.Middle, 1800 * Math.Pow(2, step / 8.0), 2, 0.03)],
    })];
}
