using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Composer.Synthesis.Effects;
using DgxMusic.Composer.Synthesis.Patches;

namespace DgxMusic.Composer.Tests;

public sealed class NoteEdgeTests
{
    public static TheoryData<Patch> Patches => [.. Enum.GetValues<Patch>()];

    /// <summary>A click is a step between two samples that its surroundings do not have.</summary>
    [Theory]
    [MemberData(nameof(Patches))]
    public void Render_NoteEdges_StepNoFurtherThanTheirNeighbourhood(Patch patch)
    {
        bool isKit = patch <= Patch.KitSoft;
        // Staccato, legato into the same key, a chord, and notes cut off by others; at 120 BPM a beat is 24,000 frames.
        Note[] notes = isKit
            ? [new(0.5, 0.25, 36, 0.9), new(1, 0.25, 38, 0.8), new(1.5, 0.25, 42, 0.7), new(1.75, 0.25, 46, 0.8), new(2, 0.25, 42, 0.7), new(2.5, 0.25, 49, 0.9), new(3, 0.25, 41, 0.9)]
            : [new(0.5, 0.3, 52, 0.9), new(1, 1, 57, 0.7), new(2, 0.5, 57, 0.9), new(2.5, 0.4, 45, 0.8), new(2.5, 0.4, 52, 0.8), new(2.5, 0.4, 57, 0.8), new(3, 0.7, 64, 0.5)];
        float[] mix = Mix(new ScoreRenderer(Solo(patch, notes, 4)));
        // The bus and a saturated instrument delay by their oversampler each.
        Instrument instrument = PatchBank.Instrument(patch);
        int late = Oversampler.Latency * (instrument.Amplified || instrument.Drive > 0 ? 2 : 1);
        foreach (double beat in notes.SelectMany(note => new[] { note.StartBeats, note.StartBeats + note.LengthBeats }).Distinct())
        {
            int edge = (int)(beat * 24_000) + late;
            double step = Largest(mix, edge - 1, edge + 2), usual = Quantile(mix, edge - 4800, edge + 4800);
            Assert.True(step <= usual, $"{patch} at beat {beat}: a step of {step:G3}, where 99.9 % are below {usual:G3}.");
        }
    }

    static double Largest(float[] samples, int from, int to)
    {
        double largest = 0;
        for (int n = from; n < to; n++) largest = Math.Max(largest, Math.Abs(samples[n] - samples[n - 1]));
        return largest;
    }

    static double Quantile(float[] samples, int from, int to)
    {
        double[] steps = [.. Enumerable.Range(from, to - from).Select(n => (double)Math.Abs(samples[n] - samples[n - 1])).Order()];
        return steps[(int)Math.Ceiling(0.999 * (steps.Length - 1))];
    }

    static Score Solo(Patch patch, Note[] notes, double seconds) => new()
    {
        Style = "test", Bpm = 120, Metre = new(4, 4), Key = new(0, Mode.Major), DurationSeconds = seconds, Seed = 1, Sections = [new("a", 0, 4, 1)], DuckBeats = [],
        Parts = [new Part("solo", "stem", patch, new Placement(0), notes)],
    };

    static float[] Mix(ScoreRenderer renderer)
    {
        var mix = new float[renderer.Frames];
        while (renderer.RenderNext(out RenderedBlock block)) block.Mix[0].CopyTo(mix.AsSpan((int)block.StartFrame));
        return mix;
    }
}
