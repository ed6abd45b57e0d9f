using DgxMusic.Dsp.Rhythm;

namespace DgxMusic.Dsp.Tests.Rhythm;

/// <summary>How well a set of loops was heard.</summary>
/// <param name="Metrical">Loops whose tempo is right within 4 %, or a third, a half, the double or the triple of it is.</param>
/// <param name="Exact">Loops whose tempo is the notated one within 0.5 BPM.</param>
/// <param name="BeatF">Mean F-measure of the beats, each within 70 ms: Dixon, J. New Music Research 36(1), 2007.</param>
/// <param name="DownbeatF">The same of the beats that begin bars.</param>
sealed record LoopScore(int Loops, int Metrical, int Exact, double BeatF, double DownbeatF)
{
    internal static LoopScore Of(IEnumerable<Func<Loop>> loops)
    {
        var heard = loops.AsParallel().AsOrdered().Select(make => make()).Select(loop => (loop, Tempo: Hear(loop.Audio))).Select(pair => (
            Metrical: IsMetrical(pair.Tempo.Bpm ?? 0, pair.loop.Bpm), Exact: Math.Abs((pair.Tempo.Bpm ?? 0) - pair.loop.Bpm) <= 0.5, F: BeatFOf(pair.Tempo.BeatsSeconds, pair.loop.Beats),
            DownF: BeatFOf(pair.Tempo.DownbeatsSeconds, [.. pair.loop.Beats.Where((_, beat) => beat % pair.loop.BeatsPerBar == 0)]))).ToArray();
        return new(heard.Length, heard.Count(one => one.Metrical), heard.Count(one => one.Exact), heard.Average(one => one.F), heard.Average(one => one.DownF));
    }

    internal static double BeatFOf(IReadOnlyList<double> heard, double[] played)
    {
        const double Window = 0.07;
        int hits = 0, next = 0;
        foreach (double seconds in heard)
        {
            while (next < played.Length && played[next] < seconds - Window) next++;
            if (next < played.Length && played[next] <= seconds + Window) (hits, next) = (hits + 1, next + 1);
        }

        return heard.Count + played.Length == 0 ? 0 : 2.0 * hits / (heard.Count + played.Length);
    }

    static bool IsMetrical(double bpm, double played) => ((double[])[1, 2, 3, 1 / 2.0, 1 / 3.0]).Any(ratio => Math.Abs((bpm / (played * ratio)) - 1) < 0.04);

    static TempoEstimate Hear(AudioBuffer audio)
    {
        var analyzer = new MusicAnalyzer(audio.SampleRateHz, tempo: true, key: false);
        analyzer.Process(audio);
        return analyzer.Finish().Tempo!;
    }
}
