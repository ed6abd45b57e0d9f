using System.IO.Compression;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Tests.Weights;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.Separation;

/// <summary>Each kind of file that is no model of ours has a sentence of its own.</summary>
public sealed class UnfitWeightsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("empty", "WEIGHTS_UNREADABLE", "it is empty")]
    [InlineData("text", "WEIGHTS_UNREADABLE", "it is neither a PyTorch archive nor safetensors")]
    [InlineData("half", "WEIGHTS_UNREADABLE", "it is cut off or no archive")]
    [InlineData("compressed", "WEIGHTS_UNREADABLE", "is compressed; PyTorch stores weights as they are")]
    [InlineData("huge tensor", "WEIGHTS_UNREADABLE", "the impossible shape [1152921504606846976]")]
    [InlineData("damaged", "WEIGHTS_REFUSED", "its pickle has the opcode 0xaa")]
    [InlineData("foreign class", "WEIGHTS_REFUSED", "it asks for 'posix.system'")]
    [InlineData("name that leads elsewhere", "WEIGHTS_REFUSED", "'../../evil' has a name that leads elsewhere")]
    [InlineData("other architecture", "WEIGHTS_MISMATCH", "'encoder.0.conv.weight', which every HTDemucs has")]
    [InlineData("tensor missing", "WEIGHTS_MISMATCH", "it has no tensor 'encoder.1.conv.weight', which should have the shape")]
    [InlineData("other shape", "WEIGHTS_MISMATCH", "has the shape [16, 4, 8, 1] and should have [24, 4, 8, 1]")]
    [InlineData("whole numbers", "WEIGHTS_MISMATCH", "holds I32 and should hold F32, F16 or BF16")]
    public void Open_FileThatIsNoModel_IsASentenceOfItsOwn(string kind, string code, string sentence)
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => HTDemucsBag.Load("unfit", new ManagedEngine(threads: 1), [Make(kind)]));
        Assert.Equal(code, refusal.Problem.Slug.Replace('-', '_').ToUpperInvariant());
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    string Make(string kind) => kind switch
    {
        "huge tensor" => folder.Write("huge.safetensors", SafeTensors("""{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,12]}}""")),
        "other architecture" => folder.Write("other.safetensors", SafeTensors("""{"layer.weight":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""")),
        _ => folder.Write("w.th", kind switch
        {
            "empty" => [],
            "text" => "<html>Please log in.</html>"u8.ToArray(),
            "half" => Package()[..500_000],
            "compressed" => new ArchiveBuilder().Add("archive/data.pkl", new byte[1 << 20], method: 8).Build(),
            "damaged" => Altered(pickle => [.. pickle[..2], 0xaa, .. pickle[3..]]),
            "foreign class" => ArchiveBuilder.Torch(PickleBuilder.Holding(pickle => pickle.Global("posix", "system"))),
            "name that leads elsewhere" => new ArchiveBuilder().Add("archive/data.pkl", PickleBuilder.State([1], [1])).Add("../../evil", [1]).Build(),
            "tensor missing" => Altered(pickle => Replace(pickle, "encoder.1.conv.weight", "encoder.1.conv.waight")),

            // A byte-sized number follows the name and its place in the memo.
            "other shape" => Altered(pickle => Replace(pickle, "\0channelsq\u0012K\u0010", "\0channelsq\u0012K\u0018")),
            "whole numbers" => Altered(pickle => Replace(pickle, "torch\nFloatStorage\n", "torch\nIntStorage\n")),
            _ => throw new ArgumentException(kind, nameof(kind)),
        }),
    };

    static byte[] SafeTensors(string header) => [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[12]];

    static byte[] Package() => File.ReadAllBytes(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));

    /// <summary>A whole package but for some bytes of its pickle.</summary>
    static byte[] Altered(Func<byte[], byte[]> alter)
    {
        using var archive = new ZipArchive(new MemoryStream(Package()));
        var builder = new ArchiveBuilder();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (Stream stream = entry.Open()) stream.CopyTo(content);
            byte[] bytes = content.ToArray();
            builder.Add(entry.FullName, entry.Name == "data.pkl" ? alter(bytes) : bytes);
        }

        return builder.Build();
    }

    static byte[] Replace(byte[] bytes, string old, string by)
    {
        int at = bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes(old));
        Assert.True(at >= 0, old);
        return [.. bytes[..at], .. Encoding.Latin1.GetBytes(by), .. bytes[(at + old.Length)..]];
    }
}
