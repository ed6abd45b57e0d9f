using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>
/// One string: a delay line closed by a symmetric three-tap damping filter (one frame of delay at every frequency, so damping does not detune)
/// convolved with a four-point Lagrange fraction (Laakso et al. 1996).
/// </summary>
sealed class PluckedString(double rate)
{
    const double LowestHertz = 24;
    readonly DelayLine line = new((int)(rate / LowestHertz) + 16);
    readonly float[] taps = new float[6], pluck = new float[(int)(rate / LowestHertz) + Blocks.Tick];
    int whole, step, pluckFrames, at;
    double level, fall;

    public void Start(PluckedPatch patch, double hertz, double velocity, uint key)
    {
        hertz = Math.Clamp(hertz, LowestHertz + 1, rate / 12);
        double period = rate / hertz, height = Math.Pow(0.7, Math.Log2(hertz / 130.8));
        Tune(period, patch.DecaySeconds * height, Math.Min(patch.HighDecaySeconds, patch.DecaySeconds * height));
        line.Clear();
        Pluck(patch, period, velocity, key);
        (at, level, fall) = (0, 1, Math.Pow(Blocks.DecayFactor(patch.DecaySeconds * height, rate), Blocks.Tick));
    }

    /// <summary>Writes one tick; false once it has died away.</summary>
    public bool Render(Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i += step)
        {
            Span<float> part = samples.Slice(i, step);
            Kernels.Convolve(line.Read(whole + 5, step + 5), taps, part);
            for (int k = 0; k < step && at < pluckFrames; k++, at++) part[k] += pluck[at];
            line.Write(part);
        }

        return (level *= fall) > 1e-5;
    }

    void Tune(double period, double seconds, double highSeconds)
    {
        whole = (int)Math.Floor(period - 2);
        double d = period - 1 - whole;
        double loop = Math.Pow(10, -3 * period / (rate * seconds)), high = Math.Pow(10, -3 * period / (rate * highSeconds));
        double bend = Math.Clamp((1 - (high / loop)) / (2 * (1 - Math.Cos(2 * Math.PI * 4000 / rate))), 0, 0.25);
        double[] fraction = [-(d - 1) * (d - 2) * (d - 3) / 6, d * (d - 2) * (d - 3) / 2, -d * (d - 1) * (d - 3) / 2, d * (d - 1) * (d - 2) / 6];
        Array.Clear(taps);
        for (int k = 0; k < 4; k++)
        {
            // Reversed: the convolution runs forward in time.
            taps[5 - k] += (float)(loop * bend * fraction[k]);
            taps[4 - k] += (float)(loop * (1 - (2 * bend)) * fraction[k]);
            taps[3 - k] += (float)(loop * bend * fraction[k]);
        }

        step = Blocks.Tick;
        while (step > Math.Max(1, whole)) step /= 2;
    }

    /// <summary>A pulse and its reflection from the near end, with some noise, smoothed twice; unit energy, no offset.</summary>
    void Pluck(PluckedPatch patch, double period, double velocity, uint key)
    {
        pluckFrames = Math.Min(pluck.Length, (int)period);
        Span<float> shape = pluck.AsSpan(0, pluckFrames);
        Noise.Fill(shape, key, 0);
        Kernels.Scale(shape, (float)(patch.Scrape * Math.Sqrt(3.0 / pluckFrames)));
        double place = patch.Position * (1 + (0.08 * Noise.Signed(key, 7001)));
        shape[Math.Min(2, pluckFrames - 1)] += 1;
        shape[Math.Min(pluckFrames - 1, 2 + (int)(place * period))] -= 1;
        double keep = Math.Exp(-2 * Math.PI * patch.PluckHz * Math.Pow(2, patch.VelocityOctaves * (velocity - 0.7)) / rate);
        for (int pass = 0; pass < 2; pass++)
        {
            double state = 0;
            for (int i = 0; i < shape.Length; i++) shape[i] = (float)(state = ((1 - keep) * shape[i]) + (keep * state));
        }

        double mean = 0, energy = 0;
        foreach (float value in shape) mean += value / shape.Length;
        for (int i = 0; i < shape.Length; i++)
        {
            double edge = Math.Min(1, Math.Min(i, shape.Length - i) / 8.0);
            shape[i] = (float)(edge * (shape[i] - mean));
            energy += shape[i] * shape[i];
        }

        Kernels.Scale(shape, (float)(0.35 * Math.Sqrt(period / Math.Max(energy, 1e-12)) / 4));
    }
}
