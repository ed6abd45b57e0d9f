using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Analysis;

/// <summary>Tempo and key. Both are extras: what goes wrong here becomes a warning and never takes the rest of the analysis with it.</summary>
sealed class MusicProbe(IMusicListener listener, AnalysisOptions options) : IProbe
{
    // A millisecond is finer than anybody hears.
    const int BeatDigits = 3;
    string? fault;

    public void Process(AudioBuffer block)
    {
        if (fault is null) Guarded(() => listener.Process(block));
    }

    public TrackMetadata Describe(TrackMetadata metadata)
    {
        var facts = new MusicFacts(null, null, [], [], [], null, null);
        if (fault is null) Guarded(() => facts = listener.Complete());
        bool isTooShort = metadata.DurationSeconds < TrackAnalyzer.LeastTempoSeconds;
        double? bpm = options.Bpm && !isTooShort ? facts.Bpm : null;
        string? key = options.Key ? facts.Key : null;
        return metadata with
        {
            Bpm = bpm,
            BpmConfidence = bpm is null ? null : facts.BpmConfidence,
            BpmAlternatives = bpm is null ? null : facts.BpmAlternatives,
            Beats = bpm is null || !options.Beats ? null : Rounded(facts.Beats),
            Downbeats = bpm is null || !options.Beats ? null : Rounded(facts.Downbeats),
            Key = key,
            KeyConfidence = key is null ? null : facts.KeyConfidence,
            Warnings = [.. metadata.Warnings, .. Warnings(bpm, key, isTooShort)],
        };
    }

    static double[] Rounded(IReadOnlyList<double> beats) => [.. beats.Select(seconds => Math.Round(seconds, BeatDigits))];

    IEnumerable<string> Warnings(double? bpm, string? key, bool isTooShort)
    {
        if (fault is not null) yield return $"Tempo and key could not be measured ({fault}).";
        else
        {
            if (options.Bpm && isTooShort) yield return $"Tempo takes {TrackAnalyzer.LeastTempoSeconds} s of music or more.";
            else if (options.Bpm && bpm is null) yield return "No steady tempo was found.";
            if (options.Key && key is null) yield return "No key stands out.";
        }
    }

    void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception thrown) when (thrown is not OperationCanceledException)
        {
            fault = thrown.GetType().Name;
        }
    }
}
