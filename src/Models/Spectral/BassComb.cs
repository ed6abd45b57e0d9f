using System.Numerics.Tensors;

namespace DgxMusic.Models.Spectral;

/// <summary>
/// The overtones of the bass: the tone of 36 to 190 Hz whose harmonics are strongest together is the bass, its overtones lie near multiples of it and fall
/// off with their number, so that nothing there takes more than a bass would have.
/// </summary>
sealed class BassComb
{
    const double LowestHz = 36, HighestHz = 190, CandidatesPerOctave = 24;
    const int Harmonics = 8, Fundamentals = 3;
    const double HarmonicWeight = 0.84;

    // A comb's tooth: whole within half of its width, none from one and a half. Windows blur by so many Hz, hands and strings by so much of the pitch.
    const double ToothHz = 5, ToothOfPitch = 0.01;

    readonly double hertzPerBin;
    readonly int[][] bins;           // by candidate and harmonic: the bin below; the next one counts too
    readonly float[] candidates, upper, amplitudes;

    public BassComb(int bins, int sampleRateHz)
    {
        hertzPerBin = sampleRateHz / 2.0 / (bins - 1);
        int count = (int)(Math.Log2(HighestHz / LowestHz) * CandidatesPerOctave) + 1;
        candidates = [.. Enumerable.Range(0, count).Select(candidate => (float)(LowestHz * Math.Pow(2, candidate / CandidatesPerOctave)))];
        this.bins = [.. candidates.Select(hertz => Enumerable.Range(1, Harmonics).Select(k => Math.Min((int)(k * hertz / hertzPerBin), bins - 2)).ToArray())];
        upper = Gains.Below(bins, sampleRateHz, 500, 1500);
        amplitudes = new float[bins];
    }

    /// <summary>Raises the bass's gains where its overtones are.</summary>
    /// <param name="power">By bin, of what is steady.</param>
    /// <param name="middle">By bin, 0 … 1: how much of it may be bass by its place.</param>
    /// <param name="gains">By bin, 0 … 1, what is bass already. Changed in place, never lowered.</param>
    public void Raise(ReadOnlySpan<float> power, ReadOnlySpan<float> middle, Span<float> gains)
    {
        TensorPrimitives.Sqrt(power, amplitudes);
        int pitch = Strongest();
        float strongest = 0;
        for (int k = 0; k < Fundamentals; k++) strongest = Math.Max(strongest, Math.Max(power[bins[pitch][k]], power[bins[pitch][k] + 1]));
        if (strongest == 0) return;
        double hertz = candidates[pitch];
        for (int bin = bins[pitch][0]; bin < gains.Length && upper[bin] > 0; bin++)
        {
            double at = bin * hertzPerBin, number = Math.Max(1, Math.Round(at / hertz));
            double tooth = Math.Clamp(1.5 - (Math.Abs(at - (number * hertz)) / (ToothHz + (ToothOfPitch * at))), 0, 1);
            double most = Math.Min(1, strongest * hertz / at / (power[bin] + Gains.Silence));
            gains[bin] = Math.Max(gains[bin], (float)(tooth * most) * upper[bin] * middle[bin]);
        }
    }

    int Strongest()
    {
        int best = 0;
        double most = -1;
        for (int candidate = 0; candidate < bins.Length; candidate++)
        {
            double sum = 0, weight = 1;
            foreach (int bin in bins[candidate])
            {
                weight *= HarmonicWeight;
                sum += weight * Math.Max(amplitudes[bin], amplitudes[bin + 1]);
            }

            if (sum > most) (best, most) = (candidate, sum);
        }

        return best;
    }
}
