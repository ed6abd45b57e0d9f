using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.Tests.MusicGen.LanguageModel;

/// <summary>The recorded small language model on an engine, and the text it was recorded with.</summary>
sealed class GoldenLanguageModel : IDisposable
{
    public const string Folder = "musicgen_small";

    public GoldenLanguageModel(IEngine engine, WeightStorage storage = WeightStorage.Float32, CacheStorage cacheStorage = CacheStorage.Float32, int audioChannels = 1)
    {
        MusicGenConfig config = MusicGenConfig.Read(GoldenFiles.Path(Folder, "config.json"));
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path(Folder, "model.safetensors"));
        (Engine, Model) = (engine, new(new Parameters(engine, weights), config.Language with { AudioChannels = audioChannels }, config.Text.Width, storage, cacheStorage));
        float[] text = Npy.Read(Folder, "t5.out.npy");
        Condition = Model.Read(engine.Upload(text, 1, text.Length / config.Text.Width, config.Text.Width));
    }

    public IEngine Engine { get; }

    public Models.MusicGen.LanguageModel.LanguageModel Model { get; }

    public LanguageModelConfig Config => Model.Config;

    public Condition Condition { get; }

    /// <summary>(positions, codebooks) of the recorded sequence, which is stored the other way round.</summary>
    public static int[] Sequence()
    {
        const int codebooks = 4;
        int[] rows = Npy.ReadIntegers(Folder, "lm.sequence.npy");
        return [.. Enumerable.Range(0, rows.Length).Select(n => rows[(n % codebooks * (rows.Length / codebooks)) + (n / codebooks)])];
    }

    public static Codes Codes(string name)
    {
        int[] values = Npy.ReadIntegers(Folder, name);
        return new(4, values.Length / 4, values);
    }

    public CodeGeneration Generate(GenerationPlan plan, SamplingSettings settings, Func<int, int, double>? chance = null) =>
        new(Model, Condition, plan, new(settings, chance ?? new Chance(7).At));

    public void Dispose()
    {
        Condition.Dispose();
        Engine.Dispose();
    }
}

static class CodesOf
{
    /// <summary>All values, codebook after codebook.</summary>
    public static int[] All(Codes codes) => [.. Enumerable.Range(0, codes.Codebooks).SelectMany(codebook => codes.Of(codebook).ToArray())];

    public static Codes Run(CodeGeneration generation)
    {
        while (generation.Step())
        {
        }

        return generation.Finished;
    }
}
