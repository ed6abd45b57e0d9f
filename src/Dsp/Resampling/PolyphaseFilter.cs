using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Resampling;

/// <summary>
/// A Kaiser-windowed sinc, sampled once a phase: row p holds the weights of the input samples around an output that falls p/<see cref="Phases"/> of a sample after one of them.
/// Design: Kaiser 1974; polyphase form: Crochiere and Rabiner, Multirate Digital Signal Processing, 1983, §3.3.
/// </summary>
sealed class PolyphaseFilter
{
    const int RowMultiple = 16;   // a row is whole vectors, up to 512 bits
    const int LargestExactTable = 1 << 20;

    // Cubic interpolation between rows 1/128 of a lower-rate sample apart errs by 3/128 (π/128)⁴ ≈ 9e-9 of the highest frequency's amplitude, -161 dB.
    const int InterpolatedPhases = 128;

    readonly float[] weights = [];
    readonly double[] preciseWeights = [];

    internal PolyphaseFilter(int inputRateHz, int outputRateHz, ResamplerQuality quality)
    {
        int divisor = GreatestCommonDivisor(inputRateHz, outputRateHz);
        (Phases, Step) = (outputRateHz / divisor, inputRateHz / divisor);
        double lowerPerInput = Math.Min(1.0, (double)outputRateHz / inputRateHz);
        double span = (quality.AttenuationDb - 7.95) / (2.285 * Math.PI * (quality.StopBand - quality.PassBand)) / lowerPerInput;
        Taps = (int)Math.Ceiling((span + 2) / 2) * 2;   // 2: every phase finds the whole window inside its row
        IsExact = (long)Phases * Taps <= LargestExactTable;
        IsPrecise = quality.IsPrecise;
        if (!IsExact || IsPrecise) Taps = (Taps + RowMultiple - 1) / RowMultiple * RowMultiple;
        Rows = IsExact ? Phases : Math.Max(8, (int)Math.Ceiling(InterpolatedPhases * lowerPerInput));
        var sinc = new WindowedSinc((quality.PassBand + quality.StopBand) / 2 * lowerPerInput, span / 2, Windows.KaiserBeta(quality.AttenuationDb));
        double[] table = IsExact ? Table(sinc, 0, Phases) : Table(sinc, -1, Rows + 3);
        if (IsPrecise) preciseWeights = table;
        else weights = [.. table.Select(weight => (float)weight)];
    }

    /// <summary>L: an output falls on one of so many places between two inputs.</summary>
    internal int Phases { get; }

    /// <summary>M: outputs are M/L input samples apart.</summary>
    internal int Step { get; }

    /// <summary>Weights in a row; even, and a multiple of 16 in a table that is not exact or is in double. The first belongs to the input <c>Taps/2 - 1</c> before the output's, the last to the one <c>Taps/2</c> after.</summary>
    internal int Taps { get; }

    /// <summary>Whether each phase has its own row. Otherwise four neighbouring rows of <see cref="Rows"/> + 3 are interpolated.</summary>
    internal bool IsExact { get; }

    /// <summary>Rows from one input sample to the next.</summary>
    internal int Rows { get; }

    /// <summary>Whether the weights are <see cref="PreciseWeights"/>; otherwise they are <see cref="Weights"/>.</summary>
    internal bool IsPrecise { get; }

    internal ReadOnlySpan<float> Weights => weights;

    internal ReadOnlySpan<double> PreciseWeights => preciseWeights;

    static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }

    double[] Table(WindowedSinc sinc, int firstRow, int rows)
    {
        double[] table = new double[rows * Taps];
        for (int r = 0; r < rows; r++)
        {
            double sum = 0;
            Span<double> row = table.AsSpan(r * Taps, Taps);
            for (int tap = 0; tap < Taps; tap++) sum += row[tap] = sinc.At(((double)(firstRow + r) / Rows) - (tap - (Taps / 2) + 1));
            for (int tap = 0; tap < Taps; tap++) row[tap] /= sum;   // unit gain at 0 Hz in every phase
        }

        return table;
    }

    /// <param name="cutoff">Where the response is half, as a fraction of the input's Nyquist frequency.</param>
    /// <param name="halfWidth">Input samples from the middle to the window's end.</param>
    sealed class WindowedSinc(double cutoff, double halfWidth, double beta)
    {
        internal double At(double position)
        {
            double angle = Math.PI * cutoff * position;
            double sinc = Math.Abs(angle) < 1e-9 ? 1 : Math.Sin(angle) / angle;
            return sinc * Windows.KaiserAt(position / halfWidth, beta);
        }
    }
}
