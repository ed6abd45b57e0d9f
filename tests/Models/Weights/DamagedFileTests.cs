using System.Diagnostics;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>Whatever bytes a file has: it opens, or it is a sentence about the file, at once and in little memory.</summary>
public sealed class DamagedFileTests : IDisposable
{
    const long MostBytes = 200_000_000;
    static readonly TimeSpan mostTime = TimeSpan.FromSeconds(1);
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_ArchiveCutOffAnywhere_IsASentence()
    {
        byte[] whole = File.ReadAllBytes(GoldenFiles.Path("htdemucs_small", "model_half-896df531.th"));
        for (int part = 0; part < 50; part++) Assert.False(Opens(folder.Write("cut.th", whole[..(int)(whole.LongLength * part / 50)])), $"{part}/50");
    }

    [Fact]
    public void Open_SafeTensorsCutOffAnywhere_IsASentence()
    {
        byte[] whole = SmallSafeTensors();
        for (int length = 0; length < whole.Length; length++) Assert.False(Opens(folder.Write("cut.safetensors", whole[..length])), $"{length} bytes");
    }

    public static TheoryData<string> Kinds => ["archive", "wide archive", "safetensors", "index"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Open_EveryByteFlipped_OpensOrIsASentence(string kind)
    {
        byte[] content = Small(kind);

        // Only its directory differs from that of the other archive.
        int first = kind == "wide archive" ? content.AsSpan().IndexOf("PK\u0001\u0002"u8) : 0;
        string path = kind == "index" ? folder.File("w.index.json") : folder.File("w");
        folder.Write("shard.safetensors", SmallSafeTensors());
        int opened = 0, flips = 0;
        for (int i = first; i < content.Length; i++)
        {
            // All of a byte's bits, and another one of them at each byte.
            foreach (int mask in (int[])[0xff, 1 << (i % 8)])
            {
                content[i] ^= (byte)mask;
                File.WriteAllBytes(path, content);
                if (Opens(path)) opened++;
                content[i] ^= (byte)mask;
                flips++;
            }
        }

        // Were every flip to open, or none, this would test nothing.
        Assert.InRange(opened, 1, flips - 1);
    }

    [Fact]
    public void Open_FlipsInTheDirectoryAndPickleOfARealFile_OpensOrIsASentence()
    {
        string path = folder.File("flipped.th");
        File.Copy(GoldenFiles.Path("htdemucs_small", "model_half-896df531.th"), path);
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        const int pickleEnd = 53_000, directoryBytes = 27_000;
        for (int flip = 0; flip < 400; flip++)
        {
            long place = flip % 2 == 0 ? (long)(((GoldenFormula.Unit(1, flip) + 1) / 2) * pickleEnd) : file.Length - 1 - (long)(((GoldenFormula.Unit(2, flip) + 1) / 2) * directoryBytes);
            byte mask = (byte)(1 << (flip / 2 % 8));
            Flip(file, place, mask);
            Opens(path);
            Flip(file, place, mask);
        }

        Assert.True(Opens(path));
    }

    static void Flip(FileStream file, long place, byte mask)
    {
        file.Position = place;
        int value = file.ReadByte();
        file.Position = place;
        file.WriteByte((byte)(value ^ mask));
        file.Flush();
    }

    /// <summary>False if the file is refused; any exception but ours fails the test.</summary>
    static bool Opens(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        bool opens = TryRead(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);

        // A machine that stalls for a moment is not a reader that does: only a file that is slow twice is slow.
        if (watch.Elapsed > mostTime)
        {
            watch.Restart();
            TryRead(path);
            Assert.True(watch.Elapsed < mostTime, $"{path} took {watch.Elapsed}.");
        }

        return opens;
    }

    static bool TryRead(string path)
    {
        try
        {
            using WeightFile weights = WeightFile.Open(path);
            foreach (WeightTensor tensor in weights.Tensors.Values.Where(tensor => tensor.Type is ElementType.F32 or ElementType.F16 or ElementType.BF16)) tensor.Read(new float[tensor.Count]);
            return true;
        }
        catch (PipelineException refusal)
        {
            Assert.EndsWith(".", refusal.Message);
            return false;
        }
    }

    static byte[] Small(string kind) => kind switch
    {
        "archive" => ArchiveBuilder.Torch(SmallPickle(), ("0", ArchiveBuilder.Floats(1, 2, 3, 4, 5, 6))),
        "wide archive" => new ArchiveBuilder().Add("a/data.pkl", SmallPickle()).Add("a/data/0", ArchiveBuilder.Floats(1, 2, 3, 4, 5, 6)).Build(wide: true),
        "safetensors" => SmallSafeTensors(),
        _ => """{"metadata":{"total_size":8},"weight_map":{"a":"shard.safetensors"}}"""u8.ToArray(),
    };

    static byte[] SmallPickle() => new PickleBuilder().Op('}').Op('(').Text("klass").Global("demucs.htdemucs", "HTDemucs").Text("kwargs").Op('}').Text("segment")
        .Global("fractions", "Fraction").Text("39/20").Raw(0x85).Op('R').Op('s').Text("state").Op('}').Text("w").Tensor([2, 3], [3, 1]).Op('s').Op('u').Stop();

    static byte[] SmallSafeTensors()
    {
        byte[] json = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[2,1],"data_offsets":[4,8]}}"""u8.ToArray();
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. ArchiveBuilder.Floats(1), 0, 0x3c, 0, 0x40];
    }
}
