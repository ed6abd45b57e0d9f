using System.Diagnostics;
using System.Globalization;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>
/// Where the time of one segment goes, from one of the model's parts to the next, and what the first segment of a process takes longer.
/// A part begins where the one before it ended; <c>crosstransformer.layers.0</c> holds both branches' layers 0. Parts of less than a thousandth are left out.
/// </summary>
static class HTDemucsProfile
{
    const int Runs = 5;

    public static IEnumerable<Measurement> Run()
    {
        string weights = Path.GetTempFileName();
        try
        {
            FullSizeWeights.Write(weights, FullSizeWeights.Published);
            return [.. Of(weights, threads: 2)];
        }
        finally
        {
            File.Delete(weights);
        }
    }

    static IEnumerable<Measurement> Of(string weights, int threads)
    {
        using var engine = new ManagedEngine(threads);
        HTDemucs model = HTDemucs.Load(engine, weights);
        float[] mix = FullSizeWeights.Noise(model.Config.SegmentFrames);
        List<(string Part, double Milliseconds)> first = [.. Segment(engine, model, mix)];
        List<(string Part, double Milliseconds)>[] later = [.. Enumerable.Range(0, Runs).Select(_ => Segment(engine, model, mix))];
        double whole = later[0].Select((_, n) => Middle(later, n)).Sum();
        yield return new(
            $"htdemucs, whole segment, {threads} threads", [.. later.Select(run => run.Sum(part => part.Milliseconds))], "ms",
            string.Create(CultureInfo.InvariantCulture, $"{first.Sum(part => part.Milliseconds):G4} ms in the process's first"));
        for (int n = 0; n < first.Count; n++)
        {
            if (Middle(later, n) < whole / 1000) continue;
            string beside = string.Create(CultureInfo.InvariantCulture, $"{100 * Middle(later, n) / whole:F1} % of the segment; {first[n].Milliseconds:G4} ms in the process's first");
            yield return new($"htdemucs, {first[n].Part}, {threads} threads", [.. later.Select(run => run[n].Milliseconds)], "ms", beside);
        }
    }

    static List<(string Part, double Milliseconds)> Segment(ManagedEngine engine, HTDemucs model, float[] mix)
    {
        List<(string, double)> parts = [];
        long last = Stopwatch.GetTimestamp();
        void Told(string part)
        {
            long now = Stopwatch.GetTimestamp();
            parts.Add((part, Stopwatch.GetElapsedTime(last, now).TotalMilliseconds));
            last = now;
        }

        model.Probe = (name, _) => Told(name.Replace(".out", "", StringComparison.Ordinal));
        using ITensorScope scope = engine.Scope();
        model.Forward(engine.Upload(mix, 1, 2, model.Config.SegmentFrames)).ToArray();
        Told("inverse transform and sum");
        return parts;
    }

    static double Middle(List<(string Part, double Milliseconds)>[] runs, int part) => runs.Select(run => run[part].Milliseconds).Order().ElementAt(runs.Length / 2);
}
