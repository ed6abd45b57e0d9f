using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;

namespace DgxMusic.Benchmarks;

/// <summary>How fast the composer plays, prompt to samples, in memory.</summary>
static class ComposerSpeed
{
    const double Seconds = 60;

    static readonly (string Style, string Prompt)[] prompts =
    [
        ("edm", "upbeat electronic dance music at 140 BPM"),
        ("drum & bass", "fast dark drum and bass with a reese bass"),
        ("rock", "driving rock with distorted guitars"),
        ("ambient", "calm ambient pads, dreamy and slow"),
        ("cinematic", "epic cinematic orchestra with strings and brass"),
    ];

    public static IEnumerable<Measurement> Run()
    {
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            foreach ((string style, string prompt) in prompts)
                yield return Measurement.OfRealTime($"composer, {style}, {Seconds:F0} s with stems, {threads} thread(s)", Seconds, () => Play(prompt, threads), threads == 1 ? "aim: 30" : "");
        }
    }

    static void Play(string prompt, int threads)
    {
        Composition piece = ScoreWriter.Write(new(prompt, Seconds, Seed: 1));
        var renderer = new ScoreRenderer(piece.Score, threadCount: threads);
        while (renderer.RenderNext(out _))
        {
        }
    }
}
