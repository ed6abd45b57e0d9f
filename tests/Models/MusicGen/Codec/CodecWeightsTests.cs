using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Codec;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

/// <summary>In which forms the codec's weights may lie in a file, and what is said of those that do not fit.</summary>
public sealed class CodecWeightsTests : IDisposable
{
    readonly ManagedEngine engine = new(threads: 1);
    readonly CodecConfig config = MusicGenConfig.Read(GoldenFiles.Path("musicgen_small", "config.json")).Codec;
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Constructor_NewerNames_GiveTheSameCodec()
    {
        string newer = CodecCheckpoint.Changed(folder, (name, tensor) =>
            (name.Replace("weight_g", "parametrizations.weight.original0", StringComparison.Ordinal).Replace("weight_v", "parametrizations.weight.original1", StringComparison.Ordinal), [.. tensor.Shape], CodecCheckpoint.Values(tensor)));
        Assert.Equal(Played(GoldenFiles.Path("musicgen_small", "model.safetensors")), Played(newer));
    }

    [Fact]
    public void Constructor_WeightsMultipliedAlready_GiveTheSameCodec()
    {
        using WeightFile recorded = WeightFile.Open(GoldenFiles.Path("musicgen_small", "model.safetensors"));
        string folded = CodecCheckpoint.Changed(folder, (name, tensor) => name.EndsWith("weight_g", StringComparison.Ordinal) ? null
            : !name.EndsWith("weight_v", StringComparison.Ordinal) ? (name, [.. tensor.Shape], CodecCheckpoint.Values(tensor))
            : (name[..^2], [.. tensor.Shape], Multiplied(CodecCheckpoint.Values(tensor), CodecCheckpoint.Values(recorded.Tensors[name[..^1] + "g"]))));
        Assert.Equal(Played(GoldenFiles.Path("musicgen_small", "model.safetensors")), Played(folded));
    }

    [Fact]
    public void WeightNorm_DirectionOfZeros_WeighsNothing()
    {
        string silent = CodecCheckpoint.Changed(folder, (name, tensor) =>
            (name, [.. tensor.Shape], name.EndsWith("decoder.layers.15.conv.weight_v", StringComparison.Ordinal) ? new float[tensor.Count] : CodecCheckpoint.Values(tensor)));
        float[] samples = Played(silent);
        Assert.All(samples, sample => Assert.Equal(samples[0], sample));   // the bias alone
    }

    [Theory]
    [InlineData("audio_encoder.encoder.layers.0.conv.weight_v", "audio_encoder.encoder.layers.0.conv.weight_g")]
    [InlineData("audio_encoder.decoder.layers.3.conv.weight_g", "audio_encoder.decoder.layers.3.conv.weight_g")]
    [InlineData("audio_encoder.decoder.layers.15.conv.bias", "audio_encoder.decoder.layers.15.conv.bias")]
    [InlineData("audio_encoder.encoder.layers.13.lstm.weight_hh_l1", "audio_encoder.encoder.layers.13.lstm.weight_hh_l1")]
    [InlineData("audio_encoder.quantizer.layers.3.codebook.embed", "audio_encoder.quantizer.layers.3.codebook.embed")]
    public void Constructor_TensorMissing_NamesIt(string missing, string named)
    {
        string without = CodecCheckpoint.Changed(folder, (name, tensor) =>
            name == missing || (missing == named.Replace("_g", "_v", StringComparison.Ordinal) && name == named) ? null : (name, [.. tensor.Shape], CodecCheckpoint.Values(tensor)));
        AssertRefused(without, config, named);
    }

    [Fact]
    public void Constructor_TensorOfAnotherShape_NamesIt()
    {
        string recorded = GoldenFiles.Path("musicgen_small", "model.safetensors");
        AssertRefused(recorded, config with { CodebookSize = 64 }, "audio_encoder.quantizer.layers.0.codebook.embed");
        AssertRefused(recorded, config with { Kernel = 5 }, "audio_encoder.encoder.layers.0.conv.weight_v");
        AssertRefused(recorded, config with { Ratios = [4, 3, 2, 3] }, "audio_encoder.encoder.layers.3.conv.weight_v");
    }

    [Fact]
    public void Constructor_TwoChannels_IsRefused() => AssertRefused(GoldenFiles.Path("musicgen_small", "model.safetensors"), config with { AudioChannels = 2 }, "2 channels");

    void AssertRefused(string path, CodecConfig layout, string named)
    {
        using WeightFile file = WeightFile.Open(path);
        PipelineException refusal = Assert.Throws<PipelineException>(() => Load(file, layout));
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    float[] Played(string path)
    {
        using WeightFile file = WeightFile.Open(path);
        EnCodec codec = Load(file, config);
        return codec.Decode(codec.Encode(Npy.Read("musicgen_small", "codec.in.npy").AsSpan(0, 3000)));
    }

    EnCodec Load(WeightFile file, CodecConfig layout) => new(new Parameters(engine, file)["audio_encoder"], layout, codebooks: 4);

    static float[] Multiplied(float[] directions, float[] lengths)
    {
        int row = directions.Length / lengths.Length;
        return [.. directions.Select((value, i) => (float)(value * (lengths[i / row] / Math.Sqrt(directions.Skip(i / row * row).Take(row).Sum(other => (double)other * other)))))];
    }

    public void Dispose()
    {
        engine.Dispose();
        folder.Dispose();
    }
}
