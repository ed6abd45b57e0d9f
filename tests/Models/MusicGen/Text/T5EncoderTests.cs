using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Text;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.Text;

/// <summary>The text encoder on our own engine.</summary>
public sealed class T5EncoderTests : T5EncoderContract
{
    readonly TemporaryFolder folder = new();

    protected override IEngine Create() => new ManagedEngine(threads: 2);

    [Fact]
    public void BucketOf_EveryOffset_IsTheRecordedOne()
    {
        var positions = new RelativePositions(new Parameters(Engine, Weights)["text_encoder"]["encoder"]["block"][0]["layer"][0]["SelfAttention"]["relative_attention_bias"], Config);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(GoldenFiles.Path(Folder, "manifest.json")));
        int[] recorded = [.. manifest.RootElement.GetProperty("t5").GetProperty("bucket_table_rel_minus160_to_160").EnumerateArray().Select(bucket => bucket.GetInt32())];
        Assert.Equal(recorded, Enumerable.Range(-160, 321).Select(positions.BucketOf));
    }

    [Fact]
    public void Forward_TableUnderItsOtherName_ChangesNothing()
    {
        using WeightFile renamed = WeightFile.Open(Renamed("text_encoder.shared.weight", "text_encoder.encoder.embed_tokens.weight"));
        int[] ids = Npy.ReadIntegers(Folder, "t5.ids.npy");
        Assert.Equal(Load(Weights).Forward(ids).ToArray(), Load(renamed).Forward(ids).ToArray());
    }

    [Fact]
    public void Constructor_NoTable_NamesIt()
    {
        using WeightFile renamed = WeightFile.Open(Renamed("text_encoder.shared.weight", "text_encoder.other.weight"));
        PipelineException refusal = Assert.Throws<PipelineException>(() => Load(renamed));
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains("text_encoder.shared.weight", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100)]
    public void Forward_TokenOutsideTheTable_Throws(int id) => Assert.Throws<ArgumentOutOfRangeException>(() => Load(Weights).Forward([1, id]));

    /// <summary>The recorded weights with one name changed in their header.</summary>
    string Renamed(string from, string to)
    {
        byte[] file = File.ReadAllBytes(GoldenFiles.Path(Folder, "model.safetensors"));
        int length = BitConverter.ToInt32(file);
        string header = System.Text.Encoding.UTF8.GetString(file, 8, length);
        Assert.Contains($"\"{from}\"", header, StringComparison.Ordinal);
        byte[] changed = System.Text.Encoding.UTF8.GetBytes(header.Replace($"\"{from}\"", $"\"{to}\"", StringComparison.Ordinal));
        return folder.Write("model.safetensors", [.. BitConverter.GetBytes((long)changed.Length), .. changed, .. file.AsSpan(8 + length)]);
    }

    public override void Dispose()
    {
        base.Dispose();
        folder.Dispose();
    }
}

/// <summary>The text encoder on an engine against the published one; see Golden/README.md.</summary>
public abstract class T5EncoderContract : IDisposable
{
    // A correct float32 implementation is some 3e-7 away from exact arithmetic.
    const double Bound = 5e-6;
    private protected const string Folder = "musicgen_small";

    IEngine? made;

    private protected IEngine Engine => made ??= Create();

    private protected WeightFile Weights { get; } = WeightFile.Open(GoldenFiles.Path(Folder, "model.safetensors"));

    private protected TextConfig Config { get; } = MusicGenConfig.Read(GoldenFiles.Path(Folder, "config.json")).Text;

    protected abstract IEngine Create();

    public virtual void Dispose()
    {
        made?.Dispose();
        Weights.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Forward_FortyTokens_EqualsEveryRecordedTensor()
    {
        T5Encoder encoder = Load(Weights);
        List<float[]> hidden = [];
        encoder.Probe = (layer, x) =>
        {
            Assert.Equal(hidden.Count, layer);
            hidden.Add(x.ToArray());
        };
        Tensor states = encoder.Forward(Npy.ReadIntegers(Folder, "t5.ids.npy"));
        Assert.Equal([1, 40, 48], states.Shape.ToArray());
        Assert.Equal(3, hidden.Count);
        for (int n = 0; n < hidden.Count; n++) AssertNear(hidden[n], $"t5.hidden{n}.npy");
        AssertNear(states.ToArray(), "t5.out.npy");
    }

    [Fact]
    public void Forward_DistancesBeyondTheLastBucket_EqualTheRecordedTensor() =>
        AssertNear(Load(Weights).Forward(Npy.ReadIntegers(Folder, "t5.ids150.npy")).ToArray(), "t5.out150.npy");

    [Fact]
    public void Forward_WithoutItsPadding_EqualsWhatMaskedPaddingGives() =>
        AssertNear(Load(Weights).Forward(Npy.ReadIntegers(Folder, "t5.ids.npy").AsSpan(0, 30)).ToArray(), "t5.out_masked30.npy");

    private protected T5Encoder Load(WeightFile file) => new(new Parameters(Engine, file)["text_encoder"], Config);

    static void AssertNear(float[] actual, string recorded)
    {
        double distance = GoldenSignal.Distance(actual, Npy.Read(Folder, recorded));
        Assert.True(distance <= Bound, $"{recorded}: {distance:E2} away.");
    }
}
