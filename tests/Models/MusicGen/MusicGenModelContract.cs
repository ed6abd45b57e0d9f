using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Tensors;

namespace DgxMusic.Models.Tests.MusicGen;

/// <summary>The three models together on an engine against the published ones, from tokens to samples; see Golden/README.md.</summary>
public abstract class MusicGenModelContract
{
    // A correct float32 implementation is some 3e-7 away from exact arithmetic.
    const double Bound = 5e-6;
    const string Folder = "musicgen_small";

    protected abstract IEngine Create();

    [Fact]
    public void Write_RecordedPrompt_GivesTheRecordedCodesAndSound()
    {
        using MusicGenModel model = MusicGenModel.Load(
            Create(), new(GoldenFiles.Path(Folder, "model.safetensors"), GoldenFiles.Path(Folder, "config.json"), GoldenFiles.Path("tokenizer", "tiny.model")));
        using CodeWriter writer = model.Write(new(Npy.ReadIntegers(Folder, "t5.ids.npy"), Frames: 20, Seed: 1, new SamplingSettings(Temperature: 0)));
        Assert.Equal(23, writer.Steps);
        while (writer.StepsDone < writer.Steps) writer.Step();
        Codes codes = writer.Finished;
        Assert.Equal(Npy.ReadIntegers(Folder, "lm.greedy20.codes.npy"), Enumerable.Range(0, codes.Codebooks).SelectMany(codebook => codes.Of(codebook).ToArray()));
        float[] sound = model.Read(codes).Decode(20)[0];
        Assert.InRange(GoldenSignal.Distance(sound, Npy.Read(Folder, "e2e.audio.npy")), 0, Bound);
    }
}
