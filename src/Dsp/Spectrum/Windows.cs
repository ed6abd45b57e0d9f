namespace DgxMusic.Dsp.Spectrum;

/// <summary>Window functions, computed in double.</summary>
public static class Windows
{
    /// <summary>Periodic Hann: 0.5 - 0.5 cos(2π n/N). Its translates by N/2, N/4, … sum to a constant.</summary>
    public static float[] Hann(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return [.. Enumerable.Range(0, size).Select(n => (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * n / size))))];
    }

    /// <summary>Symmetric Kaiser window, 1 in its middle. Kaiser, Nonrecursive digital filter design using the I0-sinh window function, ISCAS 1974.</summary>
    public static float[] Kaiser(int size, double beta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        double middle = Math.Max((size - 1) / 2.0, 0.5);
        return [.. Enumerable.Range(0, size).Select(n => (float)KaiserAt(size == 1 ? 0 : (n - middle) / middle, beta))];
    }

    /// <summary>The Kaiser window as a function of position: 1 at 0, 1/I₀(β) at ±1, 0 beyond.</summary>
    public static double KaiserAt(double position, double beta) =>
        Math.Abs(position) > 1 ? 0 : BesselI0(beta * Math.Sqrt(1 - (position * position))) / BesselI0(beta);

    /// <summary>Kaiser's empirical β for a stop band of so many dB, valid above 50 dB.</summary>
    public static double KaiserBeta(double attenuationDb) => 0.1102 * (attenuationDb - 8.7);

    /// <summary>Modified Bessel function of the first kind, order 0, by its power series Σ ((x/2)ᵏ/k!)²; all terms are positive, so nothing cancels.</summary>
    internal static double BesselI0(double x)
    {
        double sum = 1, term = 1, quarterSquare = x * x / 4;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= quarterSquare / ((double)k * k);
            sum += term;
        }

        return sum;
    }
}
