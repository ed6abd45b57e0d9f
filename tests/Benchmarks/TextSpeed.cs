using DgxMusic.Models.MusicGen.Text;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>The text encoder of the published MusicGen models, T5-base, on a prompt of 32 tokens, beside the same layers in PyTorch.</summary>
static class TextSpeed
{
    const int Tokens = 32;

    public static IEnumerable<Measurement> Run()
    {
        string path = Path.GetTempFileName();
        try
        {
            FullSizeWeights.Write(path, [.. FullSizeMusicGen.Text(FullSizeMusicGen.Small.Text)]);
            foreach (int threads in new[] { Environment.ProcessorCount, 1 }.Distinct())
            {
                foreach (Measurement measurement in Of(path, threads)) yield return measurement;
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    static IEnumerable<Measurement> Of(string path, int threads)
    {
        using var engine = new ManagedEngine(threads);
        using WeightFile file = WeightFile.Open(path);
        var encoder = new T5Encoder(new Parameters(engine, file)["text_encoder"], FullSizeMusicGen.Small.Text);
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(n => (n * 997) % FullSizeMusicGen.Small.Text.Vocabulary)];
        // By itself first: threads of the opponent look for work for a while after each of its rounds.
        for (int round = 0; round < 20; round++) Forward();
        yield return Measurement.Of($"T5-base, {Tokens} tokens, {threads} thread(s), alone", "ms", () => 1000 * Measurement.SecondsOf(Forward));
        yield return Duel.Of($"T5-base, {Tokens} tokens, {threads} thread(s)", 1, 1, Opponent.OfTorchModel("t5.py", $"{Tokens}", threads), Forward, "prompts/s");

        void Forward()
        {
            using ITensorScope scope = engine.Scope();
            encoder.Forward(ids);
        }
    }
}
