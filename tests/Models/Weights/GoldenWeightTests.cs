using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

public sealed class GoldenWeightTests : IDisposable
{
    const int Tensors = 433, Parameters = 1_159_272;
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // The recorded numbers of the formula: u for i = 0, 1, 2, and the first weights of some parameters.
    [Theory]
    [InlineData("encoder.0.conv.weight", 0x6596024de8752c17, 0.5372153520584106, -0.8582130670547485, -0.3473705053329468)]
    [InlineData("encoder.0.dconv.layers.0.6.scale", 0xdc32bb2168d8df65, 0.5319418907165527, -0.10095036029815674, -0.3169374465942383)]
    [InlineData("mix.noise.0", 0x195de61e3be2b36f, -0.25399184226989746, 0.11320602893829346, 0.2765157222747803)]
    public void Formula_RecordedNames_GivesRecordedUnits(string name, ulong hash, params double[] units)
    {
        Assert.Equal(hash, GoldenFormula.Hash(name));
        Assert.Equal(units, Enumerable.Range(0, 3).Select(i => GoldenFormula.Unit(hash, i)));
    }

    [Theory]
    [InlineData("encoder.0.conv.weight", new[] { 16, 4, 8, 1 }, 0.16448794305324554f, -0.2627730071544647f, -0.10636006295681f)]
    [InlineData("crosstransformer.norm_in.weight", new[] { 32 }, 1.0910669565200806f, 0.9943324327468872f, 0.9301315546035767f)]
    [InlineData("encoder.0.dconv.layers.0.6.scale", new[] { 16 }, 0.1265970915555954f, 0.09495247900485992f, 0.08415313065052032f)]
    [InlineData("decoder.0.conv_tr.bias", new[] { 64 }, 0.006199372000992298f, 0.04053984954953194f, -0.019883137196302414f)]
    public void Read_RecordedParameters_AreTheRecordedNumbers(string name, int[] shape, params float[] first)
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        Assert.Equal(first, weights.Read(name, shape)[..3]);
    }

    [Fact]
    public void Open_PackageInFloat32_HasEveryTensorOfTheFormula()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        AssertFormula(weights, ElementType.F32, value => value);
        AssertArguments(weights.Package!);
    }

    [Fact]
    public void Open_PackageInFloat16_HasEveryTensorOfTheFormulaRoundedOnce()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_half-896df531.th"));
        AssertFormula(weights, ElementType.F16, value => (float)(Half)value);
        AssertArguments(weights.Package!);
        Assert.StartsWith("896df531", weights.Sha256);
    }

    [Fact]
    public void Open_SafeTensors_HasEveryTensorOfTheFormula()
    {
        using WeightFile weights = WeightFile.Open(RecordedSafeTensors());
        AssertFormula(weights, ElementType.F32, value => value);
        Assert.Null(weights.Package);
    }

    [Fact]
    public void Open_SafeTensorsAndPackage_AgreeBitForBit()
    {
        using WeightFile package = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        using WeightFile bare = WeightFile.Open(RecordedSafeTensors());
        Assert.Equal(package.Tensors.Keys.Order(), bare.Tensors.Keys.Order());
        foreach ((string name, WeightTensor tensor) in package.Tensors)
        {
            Assert.Equal(tensor.Shape, bare.Tensors[name].Shape);
            Assert.True(tensor.Raw().SequenceEqual(bare.Tensors[name].Raw()), name);
        }
    }

    [Fact]
    public void Sha256_File_IsThatOfItsBytes()
    {
        string path = GoldenFiles.Path("htdemucs_small", "model_fp32.th");
        using WeightFile weights = WeightFile.Open(path);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), weights.Sha256);
    }

    /// <summary>The recorded file again: its own header, the numbers by the formula. Its hash proves that it is the same to the last byte.</summary>
    string RecordedSafeTensors()
    {
        byte[] header = File.ReadAllBytes(GoldenFiles.Path("htdemucs_small", "model.safetensors.header"));
        using var whole = new MemoryStream();
        whole.Write(header);
        foreach (HeaderEntry entry in SafeTensorsHeader.Parse("header", header.AsSpan(8), Tensors).OrderBy(entry => entry.Begin))
            whole.Write(MemoryMarshal.AsBytes<float>(GoldenFormula.Fill(entry.Name, entry.Shape)));
        byte[] content = whole.ToArray();
        Assert.Equal("3cb4a98bd419f321f77dea0dedb19b68b08acdfae329887d8e8b02c43d1c146e", Convert.ToHexStringLower(SHA256.HashData(content)));
        return folder.Write("model.safetensors", content);
    }

    static void AssertFormula(WeightFile weights, ElementType type, Func<float, float> store)
    {
        Assert.Equal(Tensors, weights.Tensors.Count);
        Assert.Equal(Parameters, weights.Tensors.Values.Sum(tensor => tensor.Count));
        foreach ((string name, WeightTensor tensor) in weights.Tensors)
        {
            Assert.Equal(type, tensor.Type);
            float[] expected = [.. GoldenFormula.Fill(name, tensor.Shape).Select(store)];
            Assert.True(expected.AsSpan().SequenceEqual(weights.Read(name, [.. tensor.Shape])), name);
        }
    }

    static void AssertArguments(ModelPackage package)
    {
        Assert.Equal("demucs.htdemucs.HTDemucs", package.ClassName);
        ModelArguments arguments = package.Arguments;
        Assert.Equal(["drums", "bass", "other", "vocals"], arguments.Texts("sources"));
        Assert.Equal(39 / 20.0, arguments.Number("segment"));
        Assert.Equal((16, 4, 44_100), (arguments.Integer("channels"), arguments.Integer("depth"), arguments.Integer("samplerate")));
        Assert.Equal(0.2, arguments.Number("freq_emb"));
        Assert.True(arguments.Flag("cac"));
        Assert.Equal("sin", arguments.Text("t_emb"));
        Assert.Equal(7, arguments.Integer("channels_time", 7));
        Assert.Equal([5000.0, 1.0, 1.4], ((IReadOnlyList<object?>)arguments.Values["t_cape_glob_loc_scale"]!).Cast<double>());
    }
}
