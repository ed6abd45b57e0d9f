using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

public sealed class HostileTorchTests : IDisposable
{
    static readonly byte[] six = ArchiveBuilder.Floats(1, 2, 3, 4, 5, 6);
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torch", "FloatStorageX")]
    [InlineData("torch.serialization", "load")]
    [InlineData("collections.OrderedDict", "__init__")]
    [InlineData("demucs.hdemucs", "HDemucs")]
    public void Open_ForeignName_IsRefusedByName(string module, string name) => Refused(PickleBuilder.Holding(pickle => pickle.Global(module, name)), $"it asks for '{module}.{name}'");

    public static TheoryData<string, Func<PickleBuilder, PickleBuilder>> Calls => new()
    {
        { "it calls 'demucs.htdemucs.HTDemucs' in a way that weights do not need", pickle => pickle.Global("demucs.htdemucs", "HTDemucs").Op(')').Op('R') },
        { "it calls 'torch.FloatStorage' in a way that weights do not need", pickle => pickle.Global("torch", "FloatStorage").Op(')').Op('R') },
        { "it calls 'collections.OrderedDict' in a way", pickle => pickle.Global("collections", "OrderedDict").Numbers(1).Op('R') },
        { "it calls 'fractions.Fraction' in a way", pickle => pickle.Global("fractions", "Fraction").Numbers(1, 0).Op('R') },
        { "it calls '_codecs.encode' in a way", pickle => pickle.Global("_codecs", "encode").Text("x").Text("rot13").Raw(0x86).Op('R') },
        { "it calls '_codecs.encode' in a way", pickle => pickle.Global("_codecs", "encode").Text(new string('x', 65)).Text("latin1").Raw(0x86).Op('R') },
        { "it calls 'fractions.Fraction' in a way", pickle => pickle.Global("fractions", "Fraction").Text(new string('/', 65)).Raw(0x85).Op('R') },
        { "it calls something that is not a name with arguments", pickle => pickle.Text("os.system").Numbers(1).Op('R') },
        { "it sets the state of an object", pickle => pickle.Global("demucs.htdemucs", "HTDemucs").Op('}').Op('b') },
        { "its pickle has the opcode 0x69", pickle => pickle.Op('(').Raw("ios\nsystem\n"u8) },
        { "its pickle has the opcode 0x81", pickle => pickle.Global("demucs.htdemucs", "HTDemucs").Op(')').Raw(0x81) },
        { "its pickle has the opcode 0x93", pickle => pickle.Text("os").Text("system").Raw(0x93) },
        { "its pickle has the opcode 0x82", pickle => pickle.Raw(0x82, 1) },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Open_CallOfAnythingElse_IsRefused(string sentence, Func<PickleBuilder, PickleBuilder> value) => Refused(PickleBuilder.Holding(value), sentence);

    [Theory]
    [InlineData(new[] { 1L << 60 }, new[] { 1L }, "impossible shape")]
    [InlineData(new[] { 1L << 30, 1L << 30 }, new[] { 0L, 0L }, "impossible shape")]
    [InlineData(new[] { -1L }, new[] { 1L }, "impossible shape")]
    [InlineData(new[] { 0L, 1L << 30, 1L << 30 }, new[] { 1L, 1L, 1L }, "impossible shape")]
    [InlineData(new[] { 6L }, new[] { -1L }, "impossible strides")]
    [InlineData(new[] { 6L }, new[] { 1L, 1L }, "impossible strides")]
    [InlineData(new[] { 2L }, new[] { 1L << 60 }, "impossible strides")]
    [InlineData(new[] { 7L }, new[] { 1L }, "reaches beyond the 6 numbers of its storage")]
    [InlineData(new[] { 2L, 3L }, new[] { 4L, 1L }, "reaches beyond the 6 numbers of its storage")]
    [InlineData(new[] { 1_000_000L }, new[] { 0L }, "reaches beyond the 6 numbers of its storage")]
    public void Open_TensorBeyondItsStorage_SaysSo(long[] sizes, long[] strides, string sentence) => Unreadable(PickleBuilder.State(sizes, strides), sentence);

    [Theory]
    [InlineData(1, 6, "reaches beyond")]
    [InlineData(-1, 6, "reaches beyond")]
    [InlineData(long.MaxValue, 6, "reaches beyond")]
    [InlineData(0, 7, "should have 7 numbers and has 24 bytes")]
    [InlineData(0, 1L << 62, "should have 4611686018427387904 numbers and has 24 bytes")]
    [InlineData(0, -1, "should have -1 numbers and has 24 bytes")]
    public void Open_StorageBeyondItsEntry_SaysSo(long offset, long count, string sentence) => Unreadable(PickleBuilder.State([6], [1], offset, count), sentence);

    [Fact]
    public void Open_MissingStorage_SaysSo() => Unreadable(PickleBuilder.State([6], [1], key: "7"), "lies in the storage '7', which is missing");

    [Fact]
    public void Open_StorageNamedByAPath_IsMissing() => Unreadable(PickleBuilder.State([6], [1], key: "../data/0"), "which is missing");

    [Fact]
    public void Open_RepeatedKey_SaysSo() =>
        Unreadable(new PickleBuilder().Op('}').Op('(').Text("w").Tensor([6], [1]).Text("w").Tensor([6], [1]).Op('u').Stop(), "it has the key 'w' twice");

    [Fact]
    public void Open_QuantisedState_SaysSo() => Unreadable(PickleBuilder.Holding(pickle => pickle.Raw(0x88)), "its entry 'w' is no tensor; quantised packages are not supported");

    [Theory]
    [InlineData("t")]
    [InlineData("R")]
    [InlineData("e")]
    [InlineData("u")]
    [InlineData("(R")]
    [InlineData("Q")]
    [InlineData("q\u0001")]
    [InlineData("h\u0001")]
    [InlineData("]s")]
    [InlineData("cos\n")]
    [InlineData("X\u007f\u007f\u007f\u007f")]
    [InlineData("(.")]
    [InlineData("NN.")]
    [InlineData(".")]
    [InlineData("N.")]
    public void Open_BrokenPickle_SaysSo(string program) => Unreadable(new PickleBuilder().Raw(Encoding.Latin1.GetBytes(program)).Stop(), "");

    [Fact]
    public void Open_NameThatSteersTerminals_IsPrintedWithout()
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => WeightFile.Open(folder.Write("w.th",
            ArchiveBuilder.Torch(PickleBuilder.Holding(pickle => pickle.Global("os", "\u001b[2J" + new string('x', 600)))))));
        Assert.Contains("'os.?[2Jxxx", refusal.Message);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
        Assert.InRange(refusal.Message.Length, 0, 600);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(5)]
    public void Open_OtherProtocol_SaysSo(int protocol) => Unreadable(new PickleBuilder(protocol).Op('N').Stop(), "not of protocol 2");

    [Theory]
    [InlineData("../evil")]
    [InlineData("archive/../../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("archive\\evil")]
    [InlineData("C:/evil")]
    [InlineData("archive//evil")]
    [InlineData("archive/ev\0il")]
    public void Open_EntryNameThatLeadsElsewhere_IsRefused(string name)
    {
        byte[] archive = new ArchiveBuilder().Add("archive/data.pkl", PickleBuilder.State([6], [1])).Add("archive/data/0", six).Add(name, six).Build();
        Fails(archive, Problem.WeightsRefused, "has a name that leads elsewhere");
    }

    [Fact]
    public void Open_TwoEntriesOfOneName_SaysSo() =>
        Fails(new ArchiveBuilder().Add("a/data.pkl", PickleBuilder.State([6], [1])).Add("a/data/0", six).Add("a/data/0", six).Build(), Problem.WeightsUnreadable, "two entries 'a/data/0'");

    [Fact]
    public void Open_CompressedEntry_SaysSo() =>
        Fails(new ArchiveBuilder().Add("a/data.pkl", PickleBuilder.State([6], [1])).Add("a/data/0", six, method: 8).Build(), Problem.WeightsUnreadable, "entry 'a/data/0' is compressed");

    [Fact]
    public void Open_BigEndianArchive_SaysSo() =>
        Fails(new ArchiveBuilder().Add("a/data.pkl", PickleBuilder.State([6], [1])).Add("a/byteorder", "big"u8.ToArray()).Build(), Problem.WeightsUnreadable, "not little-endian");

    // Sharing makes 40 levels of two references each: a tree of 2⁴⁰ values in a few hundred bytes.
    [Fact]
    public void Open_ArgumentsThatUnfoldWithoutEnd_AreRefused()
    {
        PickleBuilder pickle = new PickleBuilder().Op('}').Op('(').Text("klass").Global("demucs.htdemucs", "HTDemucs").Text("kwargs").Op('}').Text("x").Op(')');
        for (byte level = 0; level < 40; level++) pickle.Raw((byte)'q', level).Raw((byte)'h', level).Raw(0x86);
        Unreadable(pickle.Op('s').Text("state").Op('}').Op('u').Stop(), "nested deeper");
    }

    [Fact]
    public void Open_ListThatHoldsItself_IsRefused()
    {
        byte[] pickle = new PickleBuilder().Op('}').Op('(').Text("klass").Global("demucs.htdemucs", "HTDemucs").Text("kwargs").Op('}').Text("x").Op(']').Raw((byte)'q', 1, (byte)'h', 1)
            .Op('a').Op('s').Text("state").Op('}').Op('u').Stop();
        Unreadable(pickle, "nested deeper");
    }

    void Refused(byte[] pickle, string sentence) => Fails(ArchiveBuilder.Torch(pickle, ("0", six)), Problem.WeightsRefused, sentence);

    void Unreadable(byte[] pickle, string sentence) => Fails(ArchiveBuilder.Torch(pickle, ("0", six)), Problem.WeightsUnreadable, sentence);

    void Fails(byte[] archive, Problem problem, string sentence)
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => WeightFile.Open(folder.Write("w.th", archive)).Dispose());
        Assert.Contains(sentence, refusal.Message);
        Assert.Equal(problem, refusal.Problem);
    }
}
