using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

public sealed class HostileSafeTensorsTests : IDisposable
{
    const string Two = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[8,12]}}""";
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_TwoTypes_ReadsBoth()
    {
        using WeightFile weights = WeightFile.Open(Save(Two + "   ", [.. ArchiveBuilder.Floats(1, 2), 0xc0, 0x3f, 0x00, 0x40]));
        Assert.Equal([1, 2], weights.Read("a", 2));
        Assert.Equal([1.5f, 2], weights.Read("b", 2, 1));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,12]}}""", "impossible shape [1152921504606846976]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,12]}}""", "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}""", "impossible shape [-3]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", "of shape [2] needs 8 bytes and has 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "need 16 bytes and 12 are there")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its last 4 bytes belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "4 bytes before tensor 'a' belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "tensor 'b' overlaps another")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", "impossible data_offsets [8, 4]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "impossible data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "impossible data_offsets")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,12]}}""", "unknown type 'Q4'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3]}}""", "lacks its dtype, shape or data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"shape":[3],"data_offsets":[0,12]}}""", "has 'shape' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "names 'a' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,12]}}""", "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,12]}}""", "not the JSON")]
    [InlineData("""{"a":{"dtype":4,"shape":[3],"data_offsets":[0,12]}}""", "not the JSON")]
    [InlineData("""{"a":"""  , "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,3],"data_offsets":[0,12]}}""", "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"data_offsets":[0,12]}}""", "not the JSON")]
    [InlineData("""[]""", "not the JSON")]
    [InlineData("""{} {}""", "not the JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "not the JSON")]
    [InlineData("""{"__metadata__":[[[[[[[[[[[[]]]]]]]]]]]]}""", "not the JSON")]
    [InlineData("", "not the JSON")]
    public void Open_WrongHeader_SaysWhatIsWrong(string header, string sentence) => Fails(Save(header, new byte[12]), sentence);

    [Theory]
    [InlineData(ulong.MaxValue, "the most is 100000000")]
    [InlineData(100_000_001ul, "the most is 100000000")]
    [InlineData(99_999_999ul, "is cut off")]
    public void Open_WrongHeaderLength_SaysWhatIsWrong(ulong length, string sentence) =>
        Fails(folder.Write("w.safetensors", [.. BitConverter.GetBytes(length), .. Encoding.UTF8.GetBytes(Two)]), sentence);

    [Theory]
    [InlineData(0, "it is empty")]
    [InlineData(5, "it ends after 5 bytes")]
    public void Open_AlmostNothing_SaysSo(int bytes, string sentence) => Fails(folder.Write("w.safetensors", new byte[bytes]), sentence);

    [Fact]
    public void Open_NoFile_SaysSo() => Fails(folder.File("nowhere.safetensors"), "there is no such file");

    [Fact]
    public void Open_Index_JoinsItsFiles()
    {
        Save("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", ArchiveBuilder.Floats(1, 2), "one.safetensors");
        folder.Write("two.bin", ArchiveBuilder.Torch(PickleBuilder.State([2], [1], count: 2), ("0", ArchiveBuilder.Floats(3, 4))));
        using WeightFile weights = WeightFile.Open(Index("""{"metadata":{},"weight_map":{"a":"one.safetensors","w":"two.bin"}}"""));
        Assert.Equal([1, 2, 3, 4], [.. weights.Read("a", 2), .. weights.Read("w", 2)]);
        Assert.Equal(64, weights.Sha256.Length);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "which does not lie beside it")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "which does not lie beside it")]
    [InlineData("""{"weight_map":{"a":"nowhere.safetensors"}}""", "there is no such file")]
    [InlineData("""{"weight_map":{"b":"one.safetensors"}}""", "one.safetensors lacks the tensor 'b'")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"one.safetensors"}}""", "not the JSON of a weight index")]
    [InlineData("""{"weight_map":{"a":1}}""", "not the JSON of a weight index")]
    [InlineData("""{"map":{}}""", "not the JSON of a weight index")]
    [InlineData("""[]""", "not the JSON of a weight index")]
    [InlineData("""{""", "not the JSON of a weight index")]
    public void Open_WrongIndex_SaysWhatIsWrong(string index, string sentence)
    {
        Save("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", ArchiveBuilder.Floats(1, 2), "one.safetensors");
        PipelineException refusal = Assert.Throws<PipelineException>(() => WeightFile.Open(Index(index)).Dispose());
        Assert.Contains(sentence, refusal.Message);
    }

    string Index(string json) => folder.Write("model.safetensors.index.json", Encoding.UTF8.GetBytes(json));

    string Save(string header, byte[] data, string name = "w.safetensors")
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return folder.Write(name, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data]);
    }

    static void Fails(string path, string sentence)
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => WeightFile.Open(path).Dispose());
        Assert.Equal(Problem.WeightsUnreadable, refusal.Problem);
        Assert.Contains(sentence, refusal.Message);
    }
}
