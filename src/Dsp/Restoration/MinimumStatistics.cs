namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// The power that each bin falls back to: R. Martin, Noise power spectral density estimation based on optimal smoothing and minimum statistics, IEEE Transactions
/// on Speech and Audio Processing 9(5), 2001, without its rule for noise that rises fast, which takes music for it.
/// </summary>
/// <remarks>The minimum is taken over 8 stretches, the last of them not yet ended; before they are all there, its bias is that of as many frames as there were.</remarks>
sealed class MinimumStatistics
{
    /// <summary>Frames until the first estimate.</summary>
    public const int WarmUpFrames = 8;

    const int Stretches = 8;
    const double HorizonSeconds = 3.0;

    // His constants, for windows every 16 ms.
    const double PaperHopSeconds = 0.016, MostSmoothing = 0.96, LeastSmoothing = 0.3, MomentSmoothing = 0.8, BiasGrowth = 2.12;

    // What he keeps from frame to frame, to this power; windows every 93 ms would ask for 6. Tried on composed music without noise and on white noise: at 1
    // the music is changed by 3 to 14 dB more; at 2.5 the floor of mono noise drifts down from −1 to −2 dB, at 3 its minima scatter as partials do.
    const double SmoothingPower = 2.0;

    readonly int stretchFrames;
    readonly double[] smoothed, noise, mean, square, lowest, lowestOfStretch;
    readonly double[][] stretches;
    double correction = 1.0;
    int frameOfStretch, stretch, frames;

    public MinimumStatistics(int bins, double hopSeconds)
    {
        stretchFrames = Math.Max(2, (int)Math.Round(HorizonSeconds / hopSeconds / Stretches));
        (smoothed, noise, mean, square) = (new double[bins], new double[bins], new double[bins], new double[bins]);
        stretches = [.. Enumerable.Range(0, Stretches).Select(_ => Filled(bins))];
        (lowest, lowestOfStretch) = (Filled(bins), Filled(bins));
    }

    /// <summary>Power of the noise in each bin; 0 before there was anything.</summary>
    public ReadOnlySpan<double> Noise => noise;

    /// <param name="power">|Y|² by bin of the next frame.</param>
    public void Push(ReadOnlySpan<float> power)
    {
        double total = 0;
        foreach (float value in power) total += value;
        if (total == 0) return;
        if (frames++ < WarmUpFrames)
        {
            Begin(power);
            return;
        }

        double inverseDegrees = Smooth(power, total);
        TrackMinima(1.0 + (BiasGrowth * Math.Sqrt(inverseDegrees / power.Length)));
    }

    /// <summary>The plain mean of the first frames. The power of one alone is chance, and its minima would last for the whole horizon.</summary>
    void Begin(ReadOnlySpan<float> power)
    {
        for (int bin = 0; bin < power.Length; bin++)
        {
            double value = smoothed[bin] += (power[bin] - smoothed[bin]) / frames;
            if (frames == WarmUpFrames) (noise[bin], mean[bin], square[bin]) = (value, value, value * value);
        }
    }

    /// <summary>Smooths by as much as the noise estimate allows (his equations 9 to 14) and keeps the moments.</summary>
    /// <returns>Σ 1/Q over the bins, the variance of the smoothed power as a share of twice the squared noise.</returns>
    double Smooth(ReadOnlySpan<float> power, double total)
    {
        double before = smoothed.Sum(), floor = noise.Sum();
        double change = (before / total) - 1.0;
        correction = (0.7 * correction) + (0.3 * Math.Max(1.0 / (1.0 + (change * change)), 0.7));
        double least = floor > 0 ? Math.Min(LeastSmoothing, Math.Pow(before / floor, -PaperHopSeconds * SmoothingPower / 0.064)) : LeastSmoothing;
        double sum = 0;
        for (int bin = 0; bin < power.Length; bin++)
        {
            double deviation = noise[bin] > 0 ? (smoothed[bin] / noise[bin]) - 1.0 : 0.0;
            double keep = Math.Pow(Math.Max(least, MostSmoothing * correction / (1.0 + (deviation * deviation))), SmoothingPower);
            double value = smoothed[bin] = (keep * smoothed[bin]) + ((1.0 - keep) * power[bin]);
            double weight = Math.Min(keep * keep, MomentSmoothing);
            mean[bin] = (weight * mean[bin]) + ((1.0 - weight) * value);
            square[bin] = (weight * square[bin]) + ((1.0 - weight) * value * value);
            sum += InverseDegrees(bin);
        }

        return sum;
    }

    /// <summary>1/Q of equation 25: at most one half.</summary>
    double InverseDegrees(int bin)
    {
        double variance = square[bin] - (mean[bin] * mean[bin]), scale = 2.0 * noise[bin] * noise[bin];
        return scale > 0 ? Math.Clamp(variance / scale, 1e-4, 0.5) : 0.5;
    }

    void TrackMinima(double bias)
    {
        bool ends = ++frameOfStretch == stretchFrames;
        (double wholeFactor, double wholeShare) = Bias(Math.Min(frames, Stretches * stretchFrames));
        (double partFactor, double partShare) = Bias(Math.Min(frames, stretchFrames));
        for (int bin = 0; bin < noise.Length; bin++)
        {
            double degrees = 1.0 / InverseDegrees(bin), value = bias * smoothed[bin];
            double whole = value * (1.0 + (wholeFactor / Math.Max(1e-3, degrees - (2.0 * wholeShare))));
            if (whole < lowest[bin])
            {
                lowest[bin] = whole;
                lowestOfStretch[bin] = value * (1.0 + (partFactor / Math.Max(1e-3, degrees - (2.0 * partShare))));
            }

            if (!ends)
            {
                if (frameOfStretch > 1) noise[bin] = Math.Min(noise[bin], lowestOfStretch[bin]);
                continue;
            }

            stretches[stretch][bin] = lowest[bin];
            double least = double.MaxValue;
            foreach (double[] earlier in stretches) least = Math.Min(least, earlier[bin]);
            (noise[bin], lowest[bin], lowestOfStretch[bin]) = (least, double.MaxValue, double.MaxValue);
        }

        if (!ends) return;
        (frameOfStretch, stretch) = (0, (stretch + 1) % Stretches);
    }

    /// <summary>The mean of the least of so many values as a share of their mean is 1 / (1 + factor / (Q − 2 share)): his equation 17.</summary>
    static (double Factor, double Share) Bias(int frames)
    {
        // M(D) of his table III.
        ReadOnlySpan<int> lengths = [1, 2, 5, 8, 10, 15, 20, 30, 40, 60, 80, 120, 140, 160, 180, 220, 260, 300];
        ReadOnlySpan<double> shares = [0, 0.26, 0.48, 0.58, 0.61, 0.668, 0.705, 0.762, 0.8, 0.841, 0.865, 0.89, 0.9, 0.91, 0.92, 0.93, 0.935, 0.94];
        int next = 1;
        while (next < lengths.Length - 1 && lengths[next] < frames) next++;
        double part = Math.Min(1.0, (double)(frames - lengths[next - 1]) / (lengths[next] - lengths[next - 1]));
        double share = shares[next - 1] + (part * (shares[next] - shares[next - 1]));
        return (2.0 * (frames - 1) * (1.0 - share), share);
    }

    static double[] Filled(int count)
    {
        double[] values = new double[count];
        Array.Fill(values, double.MaxValue);
        return values;
    }
}
