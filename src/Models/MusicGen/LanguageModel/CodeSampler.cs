using DgxMusic.Contracts;

namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>
/// Chooses a code: the codes in falling order of their logits, equal ones in the order of their numbers; so many of them kept; then the first whose probability and
/// those before it make more than a number between 0 and 1. In double precision, so that where a code begins and ends is the same everywhere. For one thread at a time.
/// </summary>
/// <param name="chance">A number from 0 to below 1 for a step and codebook; a step is the frame and the codebook's delay, counted from the beginning of the music.</param>
public sealed class CodeSampler(SamplingSettings settings, Func<int, int, double> chance)
{
    ulong[] order = [];
    double[] weights = [];

    public SamplingSettings Settings => settings;

    /// <param name="logits">One a code, finite.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidOutput"/>: a logit is not finite.</exception>
    public int Choose(ReadOnlySpan<float> logits, int step, int codebook)
    {
        int likeliest = LikeliestOf(logits, step, codebook);
        if (settings.IsGreedy) return likeliest;
        if (order.Length < logits.Length) (order, weights) = (new ulong[logits.Length], new double[logits.Length]);
        Sort(logits);
        Weigh(logits, logits[likeliest]);
        (int kept, double total) = Keep(logits.Length);
        return CodeAt(IndexAt(chance(step, codebook) * total, kept));
    }

    static int LikeliestOf(ReadOnlySpan<float> logits, int step, int codebook)
    {
        int best = 0;
        for (int code = 0; code < logits.Length; code++)
        {
            if (!float.IsFinite(logits[code])) throw new PipelineException(
                Problem.InvalidOutput,
                $"The language model's logit of code {code} in codebook {codebook} at step {step} is {logits[code]}: its weights are damaged, or too few bits hold them.");
            if (logits[code] > logits[best]) best = code;
        }

        return best;
    }

    /// <summary>Into the upper half of each key goes the logit, such that larger ones come first, into the lower half the code.</summary>
    void Sort(ReadOnlySpan<float> logits)
    {
        for (int code = 0; code < logits.Length; code++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(logits[code] + 0f);   // -0 is 0
            uint falling = (bits & 0x8000_0000) != 0 ? bits : ~bits & 0x7FFF_FFFF;
            order[code] = ((ulong)falling << 32) | (uint)code;
        }

        order.AsSpan(0, logits.Length).Sort();
    }

    /// <summary>Probabilities, times a common factor that makes the likeliest one 1.</summary>
    void Weigh(ReadOnlySpan<float> logits, float highest)
    {
        int count = settings.TopP > 0 || settings.TopK == 0 ? logits.Length : Math.Min(settings.TopK, logits.Length);
        for (int n = 0; n < count; n++) weights[n] = Math.Exp(((double)logits[CodeAt(n)] - highest) / settings.Temperature);
    }

    (int Kept, double Total) Keep(int codes)
    {
        if (settings.TopP == 0)
        {
            int first = settings.TopK == 0 ? codes : Math.Min(settings.TopK, codes);
            return (first, Sum(first));
        }

        double before = 0, most = settings.TopP * Sum(codes);
        int kept = 0;
        for (; kept < codes && before <= most; kept++) before += weights[kept];
        return (kept, before);
    }

    double Sum(int count)
    {
        double sum = 0;
        for (int n = 0; n < count; n++) sum += weights[n];
        return sum;
    }

    /// <summary>The first whose sum exceeds the wanted one; where rounding leaves none, the last that can come at all.</summary>
    int IndexAt(double wanted, int kept)
    {
        double sum = 0;
        int last = 0;
        for (int n = 0; n < kept; n++)
        {
            sum += weights[n];
            if (sum > wanted) return n;
            if (weights[n] > 0) last = n;
        }

        return last;
    }

    int CodeAt(int index) => (int)(uint)order[index];
}
