namespace DgxMusic.Dsp.Rhythm;

/// <summary>One way to count: how strong the music is on these beats and between them, folded to twelve beats, of which two, three and four are parts.</summary>
sealed class Pulse
{
    /// <summary>Places in a beat, so that halves, thirds and quarters are whole.</summary>
    internal const int Parts = 12;
    const int Cycle = 12 * Parts;
    const double LargestRefinement = 0.0015;

    readonly double[][] sums;   // by kind of strength, one a place of the cycle
    readonly int[] counts = new int[Cycle];

    /// <param name="beats">Frames, ascending; at least one.</param>
    /// <param name="period">Frames from beat to beat.</param>
    internal Pulse(double[][] strengths, List<int> beats, double period)
    {
        (Period, Beats) = (period, beats);
        for (int i = 0; i < beats.Count * Parts; i++) counts[i % Cycle]++;
        sums = [.. strengths.Select(Fold)];
    }

    internal double Period { get; }

    internal List<int> Beats { get; }

    /// <summary>Slope of the least-squares line through the beats where it is within 0.15 % of the period, which is how far the spectrum errs; else the period.</summary>
    internal double RefinedPeriod
    {
        get
        {
            double middle = (Beats.Count - 1) / 2.0, products = 0, squares = 0;
            for (int i = 0; i < Beats.Count; i++) (products, squares) = (products + ((i - middle) * Beats[i]), squares + ((i - middle) * (i - middle)));
            double slope = squares > 0 ? products / squares : Period;
            return Math.Abs((slope / Period) - 1) < LargestRefinement ? slope : Period;
        }
    }

    /// <summary>Frame of a place of a beat.</summary>
    internal double PlaceOf(int beat, int part)
    {
        double length = beat + 1 < Beats.Count ? Beats[beat + 1] - Beats[beat] : Period;
        return Beats[beat] + (length * part / Parts);
    }

    /// <summary>Mean strength at every <paramref name="stride"/>th place from <paramref name="start"/> on; 1 where all places are as strong.</summary>
    /// <param name="stride">A divisor of the cycle.</param>
    internal double Mean(int kind, int start, int stride)
    {
        double sum = 0;
        int count = 0;
        for (int i = start % stride; i < Cycle; i += stride) (sum, count) = (sum + sums[kind][i], count + counts[i]);
        return count == 0 ? 0 : sum / count;
    }

    double[] Fold(double[] strength)
    {
        double[] folded = new double[Cycle];
        double total = 0;
        for (int i = 0; i < Beats.Count * Parts; i++)
        {
            double place = PlaceOf(i / Parts, i % Parts);
            int frame = (int)place;
            if (frame + 1 >= strength.Length) break;
            double value = strength[frame] + ((place - frame) * (strength[frame + 1] - strength[frame]));
            folded[i % Cycle] += value;
            total += value;
        }

        for (int i = 0; i < Cycle && total > 0; i++) folded[i] *= Beats.Count * Parts / total;
        return folded;
    }
}
