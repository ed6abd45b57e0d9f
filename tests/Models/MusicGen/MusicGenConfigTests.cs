using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.MusicGen;

public sealed class MusicGenConfigTests : IDisposable
{
    static readonly string recorded = GoldenFiles.Path("musicgen_small", "config.json");
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Read_RecordedFile_GivesItsSizes()
    {
        MusicGenConfig config = MusicGenConfig.Read(recorded);
        Assert.Equal(new TextConfig(100, 48, 16, 3, 96, 2, 32, 128, 1e-6f, 1, 0), config.Text);
        Assert.Equal(new LanguageModelConfig(64, 3, 4, 256, 4, 128, 2048, 1), config.Language);
        Assert.Equal(128, config.Language.PadToken);
        Assert.Equal([4, 3, 2, 2], config.Codec.Ratios);
        Assert.Equal((48, 32_000, 4, 16, true), (config.Codec.Hop, config.Codec.SampleRateHz, config.Codec.Filters, config.Codec.Latent, config.Codec.ReflectsAtEnds));
    }

    [Fact]
    public void Of_RecordedWeights_GivesWhatShapesTell()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path("musicgen_small", "model.safetensors"));
        MusicGenConfig config = MusicGenConfig.Of(weights), said = MusicGenConfig.Read(recorded);
        Assert.Equal(said.Text, config.Text);
        Assert.Equal(said.Language with { Heads = 1 }, config.Language);   // no shape tells the heads; the published ones have 64 channels each
        Assert.Equal(said.Codec.Ratios, config.Codec.Ratios);
        Assert.Equal(said.Codec with { Ratios = config.Codec.Ratios }, config.Codec);
    }

    [Theory]
    [InlineData("\"model_type\": \"musicgen\"", "\"model_type\": \"bark\"", "a model of the kind 'bark'")]
    [InlineData("\"feed_forward_proj\": \"relu\"", "\"feed_forward_proj\": \"gated-gelu\"", "'gated-gelu', not 'relu'")]
    [InlineData("\"use_causal_conv\": false", "\"use_causal_conv\": true", "use_causal_conv")]
    [InlineData("\"num_codebooks\": 4", "\"num_codebooks\": 4.5", "'num_codebooks' of its decoder is not a whole number")]
    [InlineData("\"num_codebooks\": 4", "\"num_codebooks\": 0", "sizes that no published model has")]
    [InlineData("\"codebook_size\": 128", "\"codebook_size\": 64", "speaks 128 codes, its codec 64")]
    [InlineData("\"pad_mode\": \"reflect\"", "\"pad_mode\": \"replicate\"", "'replicate'")]
    [InlineData("\"text_encoder\": {", "\"text_decoder\": {", "no section 'text_encoder'")]
    public void Read_FileOfAnotherModel_SaysWhatDoesNotFit(string from, string to, string part)
    {
        string text = File.ReadAllText(recorded);
        Assert.Contains(from, text, StringComparison.Ordinal);
        string path = Write(text.Replace(from, to, StringComparison.Ordinal));
        var refusal = Assert.Throws<PipelineException>(() => MusicGenConfig.Read(path));
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("not json")]
    public void Read_NotJson_IsUnreadable(string text) =>
        Assert.Equal(Problem.WeightsUnreadable, Assert.Throws<PipelineException>(() => MusicGenConfig.Read(Write(text))).Problem);

    [Fact]
    public void Read_NoFile_SaysSo() =>
        Assert.Contains("there is no such file", Assert.Throws<PipelineException>(() => MusicGenConfig.Read(Path.Combine(Path.GetTempPath(), "nowhere", "config.json"))).Message, StringComparison.Ordinal);

    string Write(string text) => folder.Write("config.json", System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose() => folder.Dispose();
}
