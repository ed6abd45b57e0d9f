using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

public sealed class TorchReaderTests : IDisposable
{
    static readonly float[] six = [1, 2, 3, 4, 5, 6];
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, 0, new float[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(new long[] { 3, 2 }, new long[] { 1, 3 }, 0, new float[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData(new long[] { 2, 2 }, new long[] { 3, 1 }, 1, new float[] { 2, 3, 5, 6 })]
    [InlineData(new long[] { 3 }, new long[] { 2 }, 1, new float[] { 2, 4, 6 })]
    [InlineData(new long[] { 1, 2, 1, 3 }, new long[] { 99, 3, 77, 1 }, 0, new float[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(new long[] { 2, 1, 3 }, new long[] { 1, 50, 2 }, 0, new float[] { 1, 3, 5, 2, 4, 6 })]
    [InlineData(new long[] { }, new long[] { }, 4, new float[] { 5 })]
    [InlineData(new long[] { 0, 4 }, new long[] { 4, 1 }, 0, new float[] { })]
    [InlineData(new long[] { 3, 2 }, new long[] { 1, 0 }, 0, new float[] { 1, 1, 2, 2, 3, 3 })]
    public void Read_ViewOfAStorage_GathersItsElements(long[] sizes, long[] strides, long offset, float[] expected)
    {
        using WeightFile weights = WeightFile.Open(Save(PickleBuilder.State(sizes, strides, offset), ArchiveBuilder.Floats(six)));
        Assert.Equal(expected, weights.Read("w", [.. sizes.Select(size => (int)size)]));
    }

    [Fact]
    public void Open_ArchiveWith64BitDirectory_IsRead()
    {
        byte[] archive = new ArchiveBuilder().Add("a/data.pkl", PickleBuilder.State([6], [1])).Add("a/byteorder", "little"u8.ToArray()).Add("a/data/0", ArchiveBuilder.Floats(six)).Build(wide: true);
        using WeightFile weights = WeightFile.Open(folder.Write("w.pt", archive));
        Assert.Equal(six, weights.Read("w", 6));
    }

    // Modules' state_dict is an OrderedDict that carries its version as an attribute.
    [Fact]
    public void Open_OrderedDictWithAttributes_HasItsTensors()
    {
        byte[] pickle = new PickleBuilder().Global("collections", "OrderedDict").Op(')').Op('R').Op('(').Text("w").Tensor([6], [1]).Op('u')
            .Op('}').Text("_metadata").Op('}').Op('s').Op('b').Stop();
        using WeightFile weights = WeightFile.Open(Save(pickle, ArchiveBuilder.Floats(six)));
        Assert.Equal(six, weights.Read("w", 6));
    }

    // Who saves parameters instead of a state gets them wrapped once more.
    [Fact]
    public void Open_Parameters_AreTheirTensors()
    {
        byte[] pickle = PickleBuilder.Holding(pickle => pickle.Global("torch._utils", "_rebuild_parameter").Op('(').Tensor([6], [1]).Raw(0x88).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R'));
        using WeightFile weights = WeightFile.Open(Save(pickle, ArchiveBuilder.Floats(six)));
        Assert.Equal(six, weights.Read("w", 6));
    }

    // The fine-tuned packages carry their measured quality so.
    [Fact]
    public void Open_PackageWithNumpyScalar_ReadsItsValue()
    {
        PickleBuilder pickle = new PickleBuilder().Op('}').Op('(').Text("klass").Global("demucs.htdemucs", "HTDemucs").Text("kwargs").Op('}').Text("nsdr");
        pickle.Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").Text("f8").Raw(0x89, 0x88, 0x87).Op('R')
            .Op('(').Number(3).Text("<").Op('N').Op('N').Op('N').Number(-1).Number(-1).Number(0).Op('t').Op('b')
            .Global("_codecs", "encode").Text("\0\0\0\0\0\0\u00f8?").Text("latin1").Raw(0x86).Op('R').Raw(0x86).Op('R').Op('s')
            .Text("state").Op('}').Text("w").Tensor([6], [1]).Op('s').Op('u');
        using WeightFile weights = WeightFile.Open(Save(pickle.Stop(), ArchiveBuilder.Floats(six)));
        Assert.Equal(1.5, weights.Package!.Arguments.Number("nsdr"));
    }

    // The package of six sources has a mapping between numbers among its training settings.
    [Fact]
    public void Open_PackageWithSettingsByNumber_IsRead()
    {
        byte[] pickle = new PickleBuilder().Op('}').Op('(').Text("klass").Global("demucs.htdemucs", "HTDemucs").Text("kwargs").Op('}').Text("state").Op('}').Text("w").Tensor([6], [1]).Op('s')
            .Text("training_args").Op('}').Text("test_mapping").Op('}').Op('(').Number(0).Number(0).Number(4).Number(2).Op('u').Op('s').Op('u').Stop();
        using WeightFile weights = WeightFile.Open(Save(pickle, ArchiveBuilder.Floats(six)));
        Assert.Equal(six, weights.Read("w", 6));
    }

    [Theory]
    [InlineData("HalfStorage", 2)]
    [InlineData("BFloat16Storage", 2)]
    public void Read_HalfStorages_AreWidened(string storage, int bytes)
    {
        byte[] data = storage == "HalfStorage" ? BitConverter.GetBytes((Half)1.5f) : [0xc0, 0x3f];
        Assert.Equal(bytes, data.Length);
        using WeightFile weights = WeightFile.Open(Save(PickleBuilder.State([1], [1], count: 1, storage: storage), data));
        Assert.Equal([1.5f], weights.Read("w", 1));
    }

    [Fact]
    public void Read_WholeNumbers_AreRawBytesOnly()
    {
        using WeightFile weights = WeightFile.Open(Save(PickleBuilder.State([1], [1], count: 1, storage: "LongStorage"), BitConverter.GetBytes(42L)));
        Assert.Equal(BitConverter.GetBytes(42L), weights.Tensors["w"].Raw());
        PipelineException refusal = Assert.Throws<PipelineException>(() => weights.Read("w", 1));
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains("tensor 'w' holds I64", refusal.Message);
    }

    [Fact]
    public void Read_MissingOrOtherShape_NamesTensorAndBothShapes()
    {
        using WeightFile weights = WeightFile.Open(Save(PickleBuilder.State([2, 3], [3, 1]), ArchiveBuilder.Floats(six)));
        PipelineException shape = Assert.Throws<PipelineException>(() => weights.Read("w", 3, 2));
        PipelineException missing = Assert.Throws<PipelineException>(() => weights.Read("v", 3, 2));
        Assert.Equal([Problem.WeightsMismatch, Problem.WeightsMismatch], [shape.Problem, missing.Problem]);
        Assert.Contains("tensor 'w' has the shape [2, 3] and should have [3, 2]", shape.Message);
        Assert.Contains("it has no tensor 'v', which should have the shape [3, 2]", missing.Message);
    }

    string Save(byte[] pickle, byte[] storage) => folder.Write("w.th", ArchiveBuilder.Torch(pickle, ("0", storage)));
}
