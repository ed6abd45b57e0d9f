namespace DgxMusic.Composer.Synthesis.Drums;

/// <summary>Kits that are played by hand, or sampled from such.</summary>
static class AcousticKits
{
    public static readonly DrumKit Rock = new DrumKit
    {
        Key = 1971,
        Drive = 0.25,
        Kick = new(1.1)
        {
            Tones = [new(1, 160, 58, 0.12, 0.32, 0.05), new(0.3, 120, 98, 0.1, 0.18)],
            Noises = [new(0.9, Band.Middle, 3400, 0.9, 0.022), new(0.3, Band.Low, 700, 0.7, 0.08)],
            VelocityOctaves = 0.8,
        },
        Snare = new(0.9)
        {
            Tones = [new(0.75, 235, 196, 0.08, 0.24), new(0.35, 360, 322, 0.06, 0.17), new(0.16, 540, 512, 0.05, 0.12)],
            Noises = [new(0.55, Band.Middle, 2300, 0.5, 0.24), new(0.6, Band.High, 4200, 0.7, 0.22), new(0.6, Band.Middle, 4800, 0.9, 0.016)],
        },
        ClosedHat = new(0.4, 0.35) { Ring = new(0.8, 2600, 15500, 56, 0.11) { Damping = 1.8 }, Noises = [new(0.6, Band.High, 7200, 0.9, 0.08)] },
        OpenHat = new(0.42, 0.35) { Ring = new(0.8, 2300, 15500, 60, 0.8) { Damping = 1.9 }, Noises = [new(0.55, Band.High, 6600, 0.9, 0.6)] },
    }.Complete();

    public static readonly DrumKit Breaks = new DrumKit
    {
        Key = 1969,
        Drive = 0.55,
        Kick = new(1.05)
        {
            Tones = [new(1, 175, 66, 0.1, 0.26, 0.1)],
            Noises = [new(0.9, Band.Middle, 2600, 0.8, 0.024), new(0.3, Band.Middle, 420, 0.8, 0.1)],
        },
        Snare = new(0.9)
        {
            Tones = [new(0.7, 270, 228, 0.06, 0.18), new(0.35, 430, 392, 0.05, 0.12)],
            Noises = [new(0.8, Band.Middle, 3000, 0.6, 0.2), new(0.5, Band.High, 5200, 0.7, 0.16)],
        },
        ClosedHat = new(0.42, 0.25) { Ring = new(0.7, 2400, 13500, 48, 0.1) { Damping = 1.7 }, Noises = [new(0.7, Band.High, 6400, 0.9, 0.08)] },
        OpenHat = new(0.42, 0.25) { Ring = new(0.7, 2400, 13500, 48, 0.5) { Damping = 1.7 }, Noises = [new(0.65, Band.High, 6000, 0.9, 0.4)] },
    }.Complete();

    public static readonly DrumKit JazzBrushes = new DrumKit
    {
        Key = 1959,
        Kick = new(0.8) { Tones = [new(1, 105, 62, 0.1, 0.38, 0.02)], Noises = [new(0.25, Band.Low, 900, 0.7, 0.05)], VelocityOctaves = 0.6 },
        Snare = new(0.55)
        {
            Tones = [new(0.16, 215, 190, 0.06, 0.14)],
            Noises = [new(0.9, Band.Middle, 2600, 0.45, 0.26, 0.016), new(0.35, Band.High, 5600, 0.7, 0.3, 0.03)],
            VelocityOctaves = 1.4,
        },
        ClosedHat = new(0.3, 0.35) { Ring = new(0.8, 2500, 14500, 44, 0.12) { Damping = 1.8 }, Noises = [new(0.5, Band.High, 7000, 0.8, 0.07, 0.002)] },
        OpenHat = new(0.28, 0.35) { Ring = new(0.8, 2100, 14500, 52, 0.9) { Damping = 2 }, Noises = [new(0.4, Band.High, 6500, 0.8, 0.6, 0.004)] },
        Rim = new(0.42, 0.15) { Tones = [new(0.6, 640, 610, 0.02, 0.08)], Noises = [new(0.4, Band.Middle, 2400, 1.5, 0.04)] },
        Ride = new(0.42, 0.4) { Ring = new(0.9, 400, 12500, 72, 2.4) { Damping = 3 }, Noises = [new(0.2, Band.High, 7000, 0.7, 0.6), new(0.35, Band.Middle, 4600, 1.5, 0.035)] },
    }.Complete();

    public static readonly DrumKit LoFi = new DrumKit
    {
        Key = 1994,
        Drive = 0.4,
        Kick = new(1) { Tones = [new(1, 130, 55, 0.12, 0.36, 0.12)], Noises = [new(0.3, Band.Low, 1300, 0.7, 0.04)], VelocityOctaves = 0.5 },
        Snare = new(0.7)
        {
            Tones = [new(0.6, 225, 182, 0.08, 0.16, 0.1)],
            Noises = [new(0.8, Band.Middle, 1700, 0.6, 0.2), new(0.25, Band.Middle, 4200, 0.8, 0.12)],
            VelocityOctaves = 0.7,
        },
        ClosedHat = new(0.3, 0.2) { Noises = [new(0.9, Band.Middle, 6800, 0.9, 0.06)], Ring = new(0.4, 3000, 9500, 28, 0.06) },
        OpenHat = new(0.3, 0.2) { Noises = [new(0.8, Band.Middle, 6200, 0.9, 0.3)], Ring = new(0.4, 3000, 9500, 28, 0.34) },
    }.Complete();

    public static readonly DrumKit Cinematic = new DrumKit
    {
        Key = 2008,
        Drive = 0.2,
        Kick = new(1.1)
        {
            Tones = [new(1, 92, 41, 0.35, 1.5, 0.05), new(0.5, 150, 74, 0.2, 0.7)],
            Noises = [new(0.5, Band.Low, 900, 0.7, 0.16), new(0.35, Band.Middle, 2400, 0.7, 0.03)],
        },
        Snare = new(0.8)
        {
            Tones = [new(0.8, 150, 108, 0.2, 0.7), new(0.3, 260, 214, 0.1, 0.4)],
            Noises = [new(0.5, Band.Middle, 1500, 0.5, 0.4), new(0.25, Band.High, 4200, 0.7, 0.3)],
        },
        ClosedHat = new(0.3, 0.3) { Ring = new(0.7, 2600, 14500, 48, 0.14) { Damping = 1.8 }, Noises = [new(0.6, Band.High, 7200, 0.9, 0.1, 0.004)] },
        OpenHat = new(0.3, 0.3) { Ring = new(0.7, 2200, 14500, 56, 0.9) { Damping = 1.9 }, Noises = [new(0.5, Band.High, 6600, 0.9, 0.7, 0.004)] },
        Tom = new(1) { Tones = [new(1, 128, 78, 0.4, 1.3, 0.06), new(0.3, 196, 152, 0.2, 0.6)], Noises = [new(0.4, Band.Low, 1500, 0.7, 0.1)] },
        Crash = Percussion.Crash with { Level = 0.6, Ring = new(1, 300, 14500, 90, 4.2, 0.012) { Damping = 2 } },
    }.Complete();

    public static readonly DrumKit Soft = new DrumKit
    {
        Key = 2014,
        Kick = new(0.9) { Tones = [new(1, 96, 52, 0.12, 0.42, 0.02)], Noises = [new(0.12, Band.Low, 1100, 0.7, 0.03)], VelocityOctaves = 0.4 },
        Snare = new(0.55) { Tones = [new(0.4, 210, 186, 0.06, 0.13)], Noises = [new(0.7, Band.Middle, 2100, 0.6, 0.15, 0.002)], VelocityOctaves = 0.8 },
        ClosedHat = new(0.26, 0.25) { Noises = [new(0.8, Band.High, 8200, 0.8, 0.05, 0.002)], Ring = new(0.3, 4200, 13000, 24, 0.06) },
        OpenHat = new(0.26, 0.25) { Noises = [new(0.7, Band.High, 7600, 0.8, 0.3, 0.002)], Ring = new(0.3, 4200, 13000, 24, 0.34) },
        Clap = new(0.5) { Noises = [new(1.2, Band.Middle, 1500, 1.2, 0.16, 0.001, Bursts: 3)] },
    }.Complete();
}
