using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Text;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.Text;

/// <summary>The text encoder against the published one; see Golden/README.md.</summary>
public sealed class T5EncoderTests : IDisposable
{
    // A correct float32 implementation is some 3e-7 away from exact arithmetic.
    const double Bound = 5e-6;
    const string Folder = "musicgen_small";

    readonly ManagedEngine engine = new(threads: 2);
    readonly WeightFile weights = WeightFile.Open(GoldenFiles.Path(Folder, "model.safetensors"));
    readonly TextConfig config = MusicGenConfig.Read(GoldenFiles.Path(Folder, "config.json")).Text;
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Forward_FortyTokens_EqualsEveryRecordedTensor()
    {
        T5Encoder encoder = Load(weights);
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
        AssertNear(Load(weights).Forward(Npy.ReadIntegers(Folder, "t5.ids150.npy")).ToArray(), "t5.out150.npy");

    [Fact]
    public void Forward_WithoutItsPadding_EqualsWhatMaskedPaddingGives() =>
        AssertNear(Load(weights).Forward(Npy.ReadIntegers(Folder, "t5.ids.npy").AsSpan(0, 30)).ToArray(), "t5.out_masked30.npy");

    [Fact]
    public void BucketOf_EveryOffset_IsTheRecordedOne()
    {
        var positions = new RelativePositions(new Parameters(engine, weights)["text_encoder"]["encoder"]["block"][0]["layer"][0]["SelfAttention"]["relative_attention_bias"], config);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(GoldenFiles.Path(Folder, "manifest.json")));
        int[] recorded = [.. manifest.RootElement.GetProperty("t5").GetProperty("bucket_table_rel_minus160_to_160").EnumerateArray().Select(bucket => bucket.GetInt32())];
        Assert.Equal(recorded, Enumerable.Range(-160, 321).Select(positions.BucketOf));
    }

    [Fact]
    public void Forward_TableUnderItsOtherName_ChangesNothing()
    {
        using WeightFile renamed = WeightFile.Open(Renamed("text_encoder.shared.weight", "text_encoder.encoder.embed_tokens.weight"));
        int[] ids = Npy.ReadIntegers(Folder, "t5.ids.npy");
        Assert.Equal(Load(weights).Forward(ids).ToArray(), Load(renamed).Forward(ids).ToArray());
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
    public void Forward_TokenOutsideTheTable_Throws(int id) => Assert.Throws<ArgumentOutOfRangeException>(() => Load(weights).Forward([1, id]));

    T5Encoder Load(WeightFile file) => new(new Parameters(engine, file)["text_encoder"], config);

    static void AssertNear(float[] actual, string recorded)
    {
        double distance = GoldenSignal.Distance(actual, Npy.Read(Folder, recorded));
        Assert.True(distance <= Bound, $"{recorded}: {distance:E2} away.");
    }

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

    public void Dispose()
    {
        weights.Dispose();
        engine.Dispose();
        folder.Dispose();
    }
}
