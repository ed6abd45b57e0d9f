namespace DgxMusic.Dsp.Tests.Sounds;

enum Drum
{
    Kick, Snare, Clap, Rim, Hat, Ride, Shaker, Conga, Bell, Pedal,
}

/// <summary>Drum sounds made of decaying sines and noise.</summary>
static class Drums
{
    /// <param name="softness">0: a sharp attack and all of the treble; 1: 15 ms of attack and dull.</param>
    /// <returns>One stroke, peak about 1.</returns>
    internal static float[] Stroke(Drum drum, int rateHz, double softness, Dice dice)
    {
        float[] stroke = drum switch
        {
            Drum.Kick => Sum(rateHz, 0.45, Sweep(rateHz, dice.Between(110, 190), dice.Between(42, 60), 0.03, dice.Between(0.08, 0.18)), Noise(rateHz, 0.004, 0.15, 0, dice)),
            Drum.Snare => Sum(rateHz, 0.4, Sweep(rateHz, 260, dice.Between(170, 210), 0.02, 0.06), Noise(rateHz, dice.Between(0.05, 0.1), 0.8, 0.5, dice)),
            Drum.Clap => Noise(rateHz, dice.Between(0.05, 0.09), 0.9, 0.75, dice),
            Drum.Rim => Sum(rateHz, 0.1, Sweep(rateHz, 1750, 1700, 0.01, 0.012), Sweep(rateHz, 520, 500, 0.01, 0.015)),
            Drum.Hat => Noise(rateHz, dice.Between(0.015, 0.035), 0.5, 0.97, dice),
            Drum.Pedal => Noise(rateHz, 0.02, 0.4, 0.9, dice),
            Drum.Ride => Sum(rateHz, 0.6, Noise(rateHz, 0.03, 0.35, 0.97, dice), Sweep(rateHz, 5300, 5300, 1, 0.15, 0.15), Sweep(rateHz, 3471, 3471, 1, 0.2, 0.1)),
            Drum.Shaker => Noise(rateHz, 0.03, 0.35, 0.95, dice),
            Drum.Conga => Sweep(rateHz, dice.Between(230, 300), dice.Between(200, 225), 0.02, 0.08, 0.8),
            _ => Sum(rateHz, 0.2, Sweep(rateHz, 845, 845, 1, 0.05, 0.5), Sweep(rateHz, 1430, 1430, 1, 0.03, 0.3)),
        };
        double attackSeconds = drum == Drum.Shaker ? 0.02 : softness * 0.012;
        Soften(stroke, attackSeconds * rateHz, softness);
        return stroke;
    }

    static void Soften(float[] stroke, double attack, double softness)
    {
        float kept = (float)(1 - (0.6 * softness)), before = 0;
        for (int n = 0; n < stroke.Length; n++)
        {
            if (n < attack) stroke[n] *= (float)(n / attack);
            stroke[n] = before += kept * (stroke[n] - before);
        }
    }

    static float[] Sum(int rateHz, double seconds, params float[][] parts)
    {
        float[] sum = new float[(int)(seconds * rateHz)];
        foreach (float[] part in parts)
        {
            for (int n = 0; n < Math.Min(part.Length, sum.Length); n++) sum[n] += part[n];
        }

        return sum;
    }

    static float[] Sweep(int rateHz, double fromHz, double toHz, double glideSeconds, double decaySeconds, double gain = 1)
    {
        float[] wave = new float[(int)(6 * decaySeconds * rateHz)];
        double phase = 0;
        for (int n = 0; n < wave.Length; n++)
        {
            double t = (double)n / rateHz;
            wave[n] = (float)(gain * Math.Exp(-t / decaySeconds) * Math.Sin(phase));
            phase += 2 * Math.PI * (toHz + ((fromHz - toHz) * Math.Exp(-t / glideSeconds))) / rateHz;
        }

        return wave;
    }

    /// <param name="brightness">0: white; towards 1 the lows are taken away.</param>
    static float[] Noise(int rateHz, double decaySeconds, double gain, double brightness, Dice dice)
    {
        float[] wave = new float[(int)(6 * decaySeconds * rateHz)];
        double before = 0;
        for (int n = 0; n < wave.Length; n++)
        {
            double white = dice.Between(-1, 1);
            wave[n] = (float)(gain * Math.Exp(-n / (decaySeconds * rateHz)) * (white - (brightness * before)));
            before = white;
        }

        return wave;
    }
}
