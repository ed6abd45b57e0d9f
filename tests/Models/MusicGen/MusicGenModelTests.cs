using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen;

/// <summary>The three parts together on our own engine, from files to sound.</summary>
public sealed class MusicGenModelTests : MusicGenModelContract, IDisposable
{
    static readonly SamplingSettings greedy = new(Temperature: 0);

    readonly TemporaryFolder folder = new();

    public MusicGenModelTests()
    {
        foreach (string name in (string[])["model.safetensors", "config.json"]) File.Copy(GoldenFiles.Path("musicgen_small", name), folder.File(name));
        File.Copy(GoldenFiles.Path("tokenizer", "tiny.model"), folder.File("spiece.model"));
    }

    public void Dispose() => folder.Dispose();

    protected override IEngine Create() => new ManagedEngine(1);

    [Fact]
    public void Write_GoneOnWithAfterAnyBlock_GivesTheSameCodesAndTheSameWriterIfItRested()
    {
        using MusicGenModel model = Load(), other = Load();
        var task = new CodeTask(model.Tokenize("two tones"), 40, 5, new(TopK: 8));
        byte[] whole = Finish(model.Write(task));
        byte[]? state = null;
        for (int done = 0; done < model.StepsOf(40); done += 11)
        {
            // In turns by a model that remembers and by one that has to read all of it again.
            MusicGenModel next = done % 2 == 0 ? model : other;
            CodeWriter writer = next.Write(task, state);
            for (int n = 0; n < 11 && writer.StepsDone < writer.Steps; n++) writer.Step();
            state = writer.State;
            if (writer.StepsDone < writer.Steps) writer.Rest();
            else Assert.Equal(whole, writer.Finished.ToBytes());
            writer.Dispose();
        }

        CodeWriter first = model.Write(task), same, different;
        first.Step();
        state = first.State;
        first.Rest();
        Assert.Same(first, same = model.Write(task, state));
        same.Rest();
        Assert.NotSame(first, different = model.Write(task with { Seed = 6 }));
        different.Dispose();
    }

    [Fact]
    public void Encode_ThenContinue_KeepsTheContextAndWritesBehindIt()
    {
        using MusicGenModel model = Load();
        var audio = new AudioBuffer(model.SampleRateHz, 2, 48 * 30);
        for (int n = 0; n < audio.Frames; n++) (audio[0][n], audio[1][n]) = (0.4f * MathF.Sin(n * 0.05f), 0.2f * MathF.Sin(n * 0.03f));
        Codes context = model.Encode(audio);
        Assert.Equal((4, 30), (context.Codebooks, context.Frames));
        using CodeWriter writer = model.Write(new(model.Tokenize("two tones"), 20, 5, greedy, context));
        Assert.Equal(model.StepsOf(20, 30), writer.Steps);
        Codes codes = Codes.From(Finish(writer), 4);
        Assert.Equal(50, codes.Frames);
        Assert.Equal(context.ToBytes(), codes.Slice(0, 30).ToBytes());
    }

    [Theory]
    [InlineData(1.0, 667)]
    [InlineData(0.0015, 1)]
    [InlineData(0.0016, 2)]
    public void FramesOf_AnyLength_CoversIt(double seconds, int frames)
    {
        using MusicGenModel model = Load();
        Assert.Equal(frames, model.FramesOf(seconds));
    }

    [Theory]
    [InlineData("spiece.model", "tokenizer")]
    [InlineData("model.safetensors", "weights")]
    public void Find_FileMissing_SaysWhich(string missing, string part)
    {
        File.Delete(folder.File(missing));
        var refusal = Assert.Throws<PipelineException>(() => MusicGenFiles.Find(folder.Path));
        Assert.Equal(Problem.FileNotFound, refusal.Problem);
        Assert.Contains($"no {part}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_FileOfWeights_TakesWhatLiesBesideIt()
    {
        MusicGenFiles files = MusicGenFiles.Find(folder.File("model.safetensors"));
        Assert.Equal((folder.File("config.json"), folder.File("spiece.model")), (files.Config, files.Tokenizer));
        Assert.Equal(64, files.Sha256.Length);
    }

    [Fact]
    public void Load_WeightsCutShort_IsUnreadable()
    {
        byte[] bytes = File.ReadAllBytes(folder.File("model.safetensors"));
        folder.Write("model.safetensors", bytes[..(bytes.Length / 2)]);
        Assert.Equal(Problem.WeightsUnreadable, Refusal().Problem);
    }

    [Theory]
    [InlineData("decoder.model.decoder.layers.1.fc1.weight", "decoder.model.decoder.layers.1.fc1.weighx")]
    [InlineData("audio_encoder.quantizer.layers.2.codebook.embed\"", "audio_encoder.quantizer.layers.2.codebook.embex\"")]
    [InlineData("text_encoder.encoder.final_layer_norm.weight", "text_encoder.encoder.final_layer_norm.weighx")]
    [InlineData("enc_to_dec_proj.bias", "enc_to_dec_proj.bixs")]
    public void Load_TensorMissing_NamesIt(string tensor, string renamed)
    {
        byte[] bytes = File.ReadAllBytes(folder.File("model.safetensors"));
        string text = Encoding.Latin1.GetString(bytes);
        Assert.Contains(tensor, text, StringComparison.Ordinal);
        folder.Write("model.safetensors", Encoding.Latin1.GetBytes(text.Replace(tensor, renamed, StringComparison.Ordinal)));
        PipelineException refusal = Refusal();
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains(tensor.TrimEnd('"'), refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"ffn_dim\": 256", "\"ffn_dim\": 128", "fc1.weight")]
    [InlineData("\"d_ff\": 96", "\"d_ff\": 48", "wi.weight")]
    [InlineData("\"num_filters\": 4", "\"num_filters\": 8", "audio_encoder")]
    public void Load_ConfigurationOfAnotherSize_NamesTheTensorThatDoesNotFit(string from, string to, string tensor)
    {
        string config = File.ReadAllText(folder.File("config.json"));
        Assert.Contains(from, config, StringComparison.Ordinal);
        folder.Write("config.json", Encoding.UTF8.GetBytes(config.Replace(from, to, StringComparison.Ordinal)));
        PipelineException refusal = Refusal();
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains(tensor, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TokenizerOfAnotherModel_SaysSo()
    {
        File.Copy(GoldenFiles.Path("tokenizer", "spiece.model"), folder.File("spiece.model"), overwrite: true);
        Assert.Equal(Problem.WeightsMismatch, Assert.Throws<PipelineException>(() => MusicGenModel.Check(MusicGenFiles.Find(folder.Path))).Problem);
    }

    MusicGenModel Load() => MusicGenModel.Load(Create(), MusicGenFiles.Find(folder.Path));

    PipelineException Refusal() => Assert.Throws<PipelineException>(() => Load().Dispose());

    static byte[] Finish(CodeWriter writer)
    {
        while (writer.StepsDone < writer.Steps) writer.Step();
        byte[] codes = writer.Finished.ToBytes();
        writer.Dispose();
        return codes;
    }
}
