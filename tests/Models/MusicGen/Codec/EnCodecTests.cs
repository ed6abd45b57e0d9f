using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Codec;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

/// <summary>The codec on our own engine.</summary>
public sealed class EnCodecTests : EnCodecContract
{
    protected override IEngine Create() => new ManagedEngine(threads: 2);
}

/// <summary>The codec on an engine against the published one; see Golden/README.md.</summary>
public abstract class EnCodecContract : IDisposable
{
    // A correct float32 implementation is some 3e-7 away from exact arithmetic.
    const double Bound = 5e-6;
    const string Folder = "musicgen_small";

    readonly WeightFile weights = WeightFile.Open(GoldenFiles.Path(Folder, "model.safetensors"));
    readonly CodecConfig config = MusicGenConfig.Read(GoldenFiles.Path(Folder, "config.json")).Codec;
    IEngine? made;

    protected abstract IEngine Create();

    public void Dispose()
    {
        made?.Dispose();
        weights.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("codec", "codec", true)]
    [InlineData("codec_tiny", "codec_tiny", true)]
    [InlineData("codec", "codec_pad_constant", false)]
    public void Encode_ReferenceSignal_EqualsTheRecordedCodes(string input, string recorded, bool reflects)
    {
        EnCodec codec = Load(config with { ReflectsAtEnds = reflects });
        Dictionary<string, float[]> heard = Heard(codec);
        Codes codes = codec.Encode(Npy.Read(Folder, $"{input}.in.npy"));
        AssertNear(heard["latent"], $"{recorded}.latent.npy");
        Assert.Equal(Npy.ReadIntegers(Folder, $"{recorded}.codes.npy"), Enumerable.Range(0, codes.Codebooks).SelectMany(book => codes.Of(book).ToArray()));
    }

    [Theory]
    [InlineData("codec", true)]
    [InlineData("codec_tiny", true)]
    [InlineData("codec_pad_constant", false)]
    public void Decode_RecordedCodes_EqualTheRecordedSamples(string recorded, bool reflects)
    {
        EnCodec codec = Load(config with { ReflectsAtEnds = reflects });
        Dictionary<string, float[]> heard = Heard(codec);
        float[] samples = codec.Decode(CodesOf($"{recorded}.codes.npy"));
        AssertNear(heard["quantized"], $"{recorded}.quantized.npy");
        AssertNear(samples, $"{recorded}.decoded.npy");
    }

    [Fact]
    public void Layers_ReferenceSignal_EqualTheRecordedActivations()
    {
        EnCodec codec = Load(config);
        Dictionary<string, float[]> heard = Heard(codec);
        codec.Decode(codec.Encode(Npy.Read(Folder, "codec.in.npy")));
        foreach (int n in (int[])[0, 1, 3]) AssertNear(Every(heard[$"encoder.layers.{n}"], 29), $"codec.encoder_layer{n}.stride29.npy");
        foreach (int n in (int[])[0, 1, 3, 4]) AssertNear(Every(heard[$"decoder.layers.{n}"], 5), $"codec.decoder_layer{n}.stride5.npy");
    }

    [Fact]
    public void Decode_GeneratedCodes_EqualsTheRecordedMusic() => AssertNear(Load(config).Decode(CodesOf("lm.greedy20.codes.npy")), "e2e.audio.npy");

    EnCodec Load(CodecConfig layout) => new(new Parameters(made ??= Create(), weights)["audio_encoder"], layout, codebooks: 4) { TileFrames = int.MaxValue / 2 };

    static Codes CodesOf(string recorded)
    {
        int[] values = Npy.ReadIntegers(Folder, recorded);
        return new(4, values.Length / 4, values);
    }

    static Dictionary<string, float[]> Heard(EnCodec codec)
    {
        Dictionary<string, float[]> heard = [];
        codec.Probe = (name, tensor) => heard.Add(name, tensor.ToArray());
        return heard;
    }

    static float[] Every(float[] values, int stride) => [.. values.Where((_, n) => n % stride == 0)];

    static void AssertNear(float[] actual, string recorded)
    {
        double distance = GoldenSignal.Distance(actual, Npy.Read(Folder, recorded));
        Assert.True(distance <= Bound, $"{recorded}: {distance:E2} away.");
    }
}
