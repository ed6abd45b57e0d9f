namespace DgxMusic.Composer.Synthesis.Drums;

/// <summary>Kits that are machines.</summary>
static class ElectronicKits
{
    public static readonly DrumKit Kit909 = new DrumKit
    {
        Key = 909,
        Drive = 0.25,
        Kick = new(1.05)
        {
            Tones = [new(1, 340, 51, 0.16, 0.55, 0.06)],
            Noises = [new(0.55, Band.Low, 4200, 0.8, 0.022)],
            VelocityOctaves = 0.6,
        },
        Snare = new(0.75)
        {
            Tones = [new(0.55, 260, 185, 0.08, 0.16), new(0.3, 410, 330, 0.06, 0.11)],
            Noises = [new(0.75, Band.High, 2100, 0.7, 0.26), new(0.5, Band.Middle, 1400, 0.8, 0.12)],
        },
        ClosedHat = new(0.42, 0.18) { Noises = [new(0.85, Band.High, 8200, 1, 0.075)], Ring = new(0.6, 3400, 14500, 32, 0.085) { Damping = 1.4 } },
        OpenHat = new(0.4, 0.18) { Noises = [new(0.75, Band.High, 7600, 1, 0.42)], Ring = new(0.6, 3400, 14500, 32, 0.5) { Damping = 1.5 } },
    }.Complete();

    public static readonly DrumKit Kit808 = new DrumKit
    {
        Key = 808,
        Drive = 0.15,
        Kick = new(1.05) { Tones = [new(1, 150, 47, 0.1, 1.35, 0.02)], Noises = [new(0.35, Band.Low, 2600, 0.8, 0.014)], VelocityOctaves = 0.4 },
        Snare = new(0.7)
        {
            Tones = [new(0.6, 250, 238, 0.05, 0.2), new(0.35, 490, 476, 0.05, 0.13)],
            Noises = [new(0.6, Band.High, 1900, 0.7, 0.2)],
        },
        ClosedHat = Bell(0.42, 0.065),
        OpenHat = Bell(0.4, 0.5),
        Clap = new(0.9) { Noises = [new(1.8, Band.Middle, 1050, 1.8, 0.3, Bursts: 4)], VelocityOctaves = 0.4 },
        Rim = new(0.5, 0.2) { Tones = [new(0.7, 460, 455, 0.02, 0.05), new(0.7, 1670, 1667, 0.02, 0.05)] },
        Tom = new(0.8) { Tones = [new(1, 150, 112, 0.15, 0.8)], Noises = [new(0.08, Band.Low, 900, 0.7, 0.25)] },
    }.Complete();

    public static readonly DrumKit Trap = new DrumKit
    {
        Key = 140,
        Drive = 0.3,
        Kick = new(1.1) { Tones = [new(1, 280, 46, 0.12, 0.6, 0.08)], Noises = [new(0.7, Band.Low, 5200, 0.8, 0.016)], VelocityOctaves = 0.5 },
        Snare = new(0.8)
        {
            Tones = [new(0.5, 270, 205, 0.05, 0.12)],
            Noises = [new(0.8, Band.High, 2600, 0.8, 0.2), new(0.9, Band.Middle, 1700, 1.4, 0.16, Bursts: 2, BurstSeconds: 0.008)],
        },
        ClosedHat = new(0.36, 0.12) { Noises = [new(0.9, Band.High, 9500, 1.2, 0.05)], Ring = new(0.5, 5200, 15500, 24, 0.05) { Damping = 1.3 } },
        OpenHat = new(0.36, 0.12) { Noises = [new(0.8, Band.High, 8600, 1, 0.3)], Ring = new(0.5, 5200, 15500, 24, 0.34) { Damping = 1.4 } },
        Clap = new(0.85) { Noises = [new(1.7, Band.Middle, 1350, 1.5, 0.24, Bursts: 4, BurstSeconds: 0.009), new(0.6, Band.High, 5200, 0.7, 0.14, Bursts: 4, BurstSeconds: 0.009)] },
        Rim = new(0.55, -0.2) { Tones = [new(0.8, 840, 820, 0.02, 0.06)], Noises = [new(0.4, Band.Middle, 2600, 2, 0.03)] },
    }.Complete();

    public static readonly DrumKit Synthwave = new DrumKit
    {
        Key = 1984,
        Drive = 0.3,
        Kick = new(1.05) { Tones = [new(1, 240, 54, 0.13, 0.4, 0.1)], Noises = [new(0.8, Band.Low, 3600, 0.8, 0.03)], VelocityOctaves = 0.5 },
        Snare = new(0.85)
        {
            Tones = [new(0.8, 240, 172, 0.16, 0.26, 0.1)],
            Noises = [new(0.7, Band.Middle, 1900, 0.5, 0.5), new(0.5, Band.High, 4200, 0.7, 0.36)],
        },
        ClosedHat = new(0.36, 0.2) { Noises = [new(0.9, Band.High, 7600, 0.9, 0.07)], Ring = new(0.4, 4200, 14000, 28, 0.07) },
        OpenHat = new(0.36, 0.2) { Noises = [new(0.8, Band.High, 7000, 0.9, 0.4)], Ring = new(0.4, 4200, 14000, 28, 0.45) },
        Tom = new(0.9) { Tones = [new(1, 290, 105, 0.45, 0.7, 0.12)], Noises = [new(0.35, Band.Low, 3200, 0.7, 0.1)] },
    }.Complete();

    /// <summary>The six ratios of the square oscillators that make an analogue drum machine's cymbal.</summary>
    static DrumSound Bell(double level, double seconds) => new(level, 0.2)
    {
        Ring = new(0.9, 2960, 15000, 0, seconds * 1.2)
        {
            Ratios = [1, 1.342, 1.507, 1.8, 2.02, 2.36, 2.71, 3.01, 3.34, 3.7, 4.05, 4.4, 4.8],
            Damping = 1.2,
        },
        Noises = [new(0.35, Band.High, 8800, 1, seconds)],
    };
}
