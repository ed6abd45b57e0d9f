using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// K-weights two channels side by side and adds up their squares. One vector lane a channel: the recursion of one channel leaves the
/// machine idle, two hide each other's latency. The form keeps one product and one sum between y[n−1] and y[n].
/// </summary>
sealed class KWeightedEnergy(KWeighting filters)
{
    // Below −500 dBFS a recursion only makes subnormal numbers, which some machines handle a hundred times slower.
    const double Vanished = 1e-25;

    readonly double powerGain = filters.HighPass.B0 * filters.HighPass.B0;
    Vector128<double> x1, x2, y1, y2, z1, z2, sum;

    /// <summary>Sums of squares of both channels since the last call; both start again at 0.</summary>
    public (double Left, double Right) TakeEnergies()
    {
        (double left, double right) = (sum[0] * powerGain, sum[1] * powerGain);
        sum = Vector128<double>.Zero;
        (x1, x2, y1, y2, z1, z2) = (Settled(x1), Settled(x2), Settled(y1), Settled(y2), Settled(z1), Settled(z2));
        return (left, right);
    }

    /// <summary>Takes further frames of both channels, equally many; linear amplitude.</summary>
    public void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            AddScalar(left, right);
            return;
        }

        (Biquad shelf, Biquad highPass) = filters;
        Vector128<double> b0 = Vector128.Create(shelf.B0), b1 = Vector128.Create(shelf.B1), b2 = Vector128.Create(shelf.B2);
        Vector128<double> shelfA1 = Vector128.Create(shelf.A1), shelfA2 = Vector128.Create(shelf.A2);
        Vector128<double> highA1 = Vector128.Create(highPass.A1), highA2 = Vector128.Create(highPass.A2);
        (Vector128<double> px1, Vector128<double> px2, Vector128<double> py1) = (x1, x2, y1);
        (Vector128<double> py2, Vector128<double> pz1, Vector128<double> pz2, Vector128<double> total) = (y2, z1, z2, sum);
        right = right[..left.Length];
        for (int i = 0; i < left.Length; i++)
        {
            Vector128<double> x = Vector128.Create((double)left[i], (double)right[i]);
            Vector128<double> y = (((b0 * x) + (b1 * px1)) + ((b2 * px2) - (shelfA2 * py2))) - (shelfA1 * py1);
            Vector128<double> z = (((y + py2) - (py1 + py1)) - (highA2 * pz2)) - (highA1 * pz1);
            total += z * z;
            (px2, px1, py2, py1, pz2, pz1) = (px1, x, py1, y, pz1, z);
        }

        (x1, x2, y1, y2, z1, z2, sum) = (px1, px2, py1, py2, pz1, pz2, total);
    }

    /// <summary>The definition of <see cref="Add"/>, one channel at a time.</summary>
    internal void AddScalar(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        AddScalar(left, 0);
        AddScalar(right[..left.Length], 1);
    }

    void AddScalar(ReadOnlySpan<float> channel, int lane)
    {
        ((double b0, double b1, double b2, double shelfA1, double shelfA2), Biquad highPass) = filters;
        (double px1, double px2, double py1, double py2, double pz1, double pz2) = (x1[lane], x2[lane], y1[lane], y2[lane], z1[lane], z2[lane]);
        double total = sum[lane];
        foreach (double x in channel)
        {
            double y = (((b0 * x) + (b1 * px1)) + ((b2 * px2) - (shelfA2 * py2))) - (shelfA1 * py1);
            double z = (((y + py2) - (py1 + py1)) - (highPass.A2 * pz2)) - (highPass.A1 * pz1);
            total += z * z;
            (px2, px1, py2, py1, pz2, pz1) = (px1, x, py1, y, pz1, z);
        }

        (x1, x2, y1) = (x1.WithElement(lane, px1), x2.WithElement(lane, px2), y1.WithElement(lane, py1));
        (y2, z1, z2, sum) = (y2.WithElement(lane, py2), z1.WithElement(lane, pz1), z2.WithElement(lane, pz2), sum.WithElement(lane, total));
    }

    static Vector128<double> Settled(Vector128<double> state) => Vector128.Create(Settled(state[0]), Settled(state[1]));

    static double Settled(double state) => Math.Abs(state) < Vanished ? 0.0 : state;
}
