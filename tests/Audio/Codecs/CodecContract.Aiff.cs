using DgxMusic.Contracts;
using static DgxMusic.Audio.Tests.AiffBytes;

namespace DgxMusic.Audio.Tests.Codecs;

public abstract partial class CodecContract
{
    /// <summary>Compression, bits, the bytes of three samples of one channel, what they are worth, the name of the coding.</summary>
    public static TheoryData<string, int, string, float[], string> AiffCodings => new()
    {
        { "NONE", 8, "80 00 7F", [-1f, 0f, 127f / 128f], "PCM_S8" },
        { "NONE", 16, "8000 0000 7FFF", [-1f, 0f, 32767f / 32768f], "PCM_16" },
        { "NONE", 12, "8000 0010 7FF0", [-1f, 16f / 32768f, 32752f / 32768f], "PCM_16" },
        { "twos", 16, "8000 0000 7FFF", [-1f, 0f, 32767f / 32768f], "PCM_16" },
        { "NONE", 24, "800000 000001 7FFFFF", [-1f, 1f / 8388608f, 8388607f / 8388608f], "PCM_24" },
        { "NONE", 32, "80000000 00000100 40000000", [-1f, 256f / 2147483648f, 0.5f], "PCM_32" },
        { "sowt", 16, "0080 0000 FF7F", [-1f, 0f, 32767f / 32768f], "PCM_16" },
        { "sowt", 24, "000080 010000 FFFF7F", [-1f, 1f / 8388608f, 8388607f / 8388608f], "PCM_24" },
        { "in24", 24, "800000 000001 7FFFFF", [-1f, 1f / 8388608f, 8388607f / 8388608f], "PCM_24" },
        { "42n1", 24, "000080 010000 FFFF7F", [-1f, 1f / 8388608f, 8388607f / 8388608f], "PCM_24" },
        { "23ni", 32, "00000080 00010000 00000040", [-1f, 256f / 2147483648f, 0.5f], "PCM_32" },
        { "sowt", 8, "80 00 7F", [-1f, 0f, 127f / 128f], "PCM_S8" },
        { "raw ", 8, "00 80 FF", [-1f, 0f, 127f / 128f], "PCM_U8" },
        { "fl32", 32, "BF800000 40000000 3F000000", [-1f, 2f, 0.5f], "FLOAT" },
        { "FL32", 32, "BF800000 40000000 3F000000", [-1f, 2f, 0.5f], "FLOAT" },
        { "fl64", 64, "BFF0000000000000 4000000000000000 3FE0000000000000", [-1f, 2f, 0.5f], "DOUBLE" },
    };

    [Theory, MemberData(nameof(AiffCodings)), Trait("Requirement", "X-13")]
    public void ReadAiff_EveryCoding_GivesItsSamples(string compression, int bits, string hex, float[] expected, string name)
    {
        byte[] data = Convert.FromHexString(hex.Replace(" ", ""));
        byte[] file = compression == "NONE" ? AiffFile(Common(1, 3, bits, Rate48000), Sound(data)) : AifcFile(Common(1, 3, bits, Rate48000, compression), Sound(data));
        foreach (Stream stream in new Stream[] { new MemoryStream(file), new PipeStream(file) })
        {
            using var reader = OpenAiff(stream);
            Assert.Equal(new AudioFormat(48_000, 1, "aiff", name), reader.Format);
            Assert.Equal(3, reader.Frames);
            Assert.Equal(expected, reader.ReadAll()[0].ToArray());
            Assert.Empty(reader.Warnings);
        }
    }

    [Fact]
    public void ReadAiff_OddChunksAroundAndAnOffset_FindsTheSamples()
    {
        byte[] file = AiffFile(
            Chunk("NAME", [1, 2, 3]), Common(2, 2, 16, Rate44100), Chunk("ANNO", new byte[5]),
            Chunk("SSND", [.. U32(5), .. U32(0), 9, 9, 9, 9, 9, 0, 1, 0, 2, 0, 3, 0, 4]), Chunk("ID3 ", new byte[7]));
        using var reader = OpenAiff(new MemoryStream(file));
        var track = reader.ReadAll();
        Assert.Equal(44_100, track.SampleRateHz);
        Assert.Equal([1 / 32768f, 3 / 32768f], track[0].ToArray());
        Assert.Equal([2 / 32768f, 4 / 32768f], track[1].ToArray());
        Assert.Empty(reader.Warnings);
    }

    [Fact]
    public void ReadAiff_NoSamplesAndNoSoundChunk_IsZeroFrames()
    {
        using var reader = OpenAiff(new MemoryStream(AiffFile(Common(2, 0, 16, Rate44100))));
        Assert.Equal(0, reader.ReadAll().Frames);
    }

    [Fact]
    public void ReadAiff_CutOff_GivesWholeFramesAndWarns()
    {
        byte[] file = AiffFile(Common(2, 100, 16, Rate44100), Chunk("SSND", new byte[8 + 41], 408)[..(16 + 41)]);
        using var reader = OpenAiff(new PipeStream(file));
        Assert.Equal(10, reader.ReadAll().Frames);
        Assert.Equal("The file is cut off: 100 frames are announced, 10 are there.", Assert.Single(reader.Warnings));
    }

    [Fact]
    public void ReadAiff_MoreFramesCountedThanTheChunkHolds_StopsAtTheChunkAndWarns()
    {
        byte[] file = AiffFile(Common(1, 100, 16, Rate44100), Sound(new byte[20]), Chunk("ANNO", new byte[400]));
        using var reader = OpenAiff(new MemoryStream(file));
        Assert.Equal(10, reader.ReadAll().Frames);
        Assert.Equal("The header announces 100 frames, the samples' chunk has room for 10.", Assert.Single(reader.Warnings));
    }

    [Fact]
    public void ReadAiff_CountNeverFilledIn_TakesTheChunk()
    {
        using var reader = OpenAiff(new MemoryStream(AiffFile(Common(1, 0, 16, Rate44100), Sound(new byte[20]))));
        Assert.Equal(10, reader.ReadAll().Frames);
    }

    public static TheoryData<byte[], string> AiffContradictions => new()
    {
        { "FORM"u8.ToArray(), "has only 4 bytes" },
        { [.. "FORM"u8, .. U32(4), .. "ILBM"u8], "does not begin with FORM" },
        { AiffFile(), "without a 'COMM' and an 'SSND' chunk" },
        { AiffFile(Common(1, 5, 16, Rate48000)), "without an 'SSND' chunk" },
        { AiffFile(Sound(new byte[4]), Common(1, 2, 16, Rate48000)), "before it says how they are coded" },
        { AiffFile(Chunk("COMM", new byte[10])), "'COMM' chunk of 10 bytes, where 18 are needed" },
        { AifcFile(Common(1, 2, 16, Rate48000), Sound(new byte[4])), "AIFC with a 'COMM' chunk of 18 bytes" },
        { AiffFile(Common(0, 2, 16, Rate48000), Sound(new byte[4])), "says 0 channels" },
        { AiffFile(Common(1, 2, 0, Rate48000), Sound(new byte[4])), "PCM of 0 bits" },
        { AiffFile(Common(1, 2, 33, Rate48000), Sound(new byte[4])), "PCM of 33 bits" },
        { AiffFile(Common(1, 2, 16, new byte[10]), Sound(new byte[4])), "says 0 Hz" },
        { AiffFile(Common(1, 2, 16, Convert.FromHexString("7FFF8000000000000000")), Sound(new byte[4])), "says NaN Hz" },
        { AiffFile(Common(1, 2, 16, Convert.FromHexString("C00EBB80000000000000")), Sound(new byte[4])), "says -48,000 Hz" },
        { AifcFile(Common(1, 2, 16, Rate48000, "ima4"), Sound(new byte[4])), "is compressed ('ima4')" },
        { AifcFile(Common(1, 2, 16, Rate48000, "\u0001\u0002ab"), Sound(new byte[4])), "is compressed ('??ab')" },
        { AiffFile(Common(1, 2, 16, Rate48000), Chunk("SSND", [.. U32(50), .. U32(0), 1, 2])), "has samples 50 bytes into a chunk of 10" },
        { AiffFile(Common(1, 2, 16, Rate48000), Chunk("SSND", [1, 2, 3])[..11]), "ends inside the head of its 'SSND' chunk" },
        { AiffFile(Common(1, 2, 16, Rate48000), Chunk("ANNO", [], 0xFFFFFFF0), Sound(new byte[4])), "has 4,294,967,280 bytes of 'ANNO'" },
    };

    [Theory, MemberData(nameof(AiffContradictions))]
    public void OpenAiff_Contradiction_IsUnreadableAndSaysWhy(byte[] file, string sentence)
    {
        foreach (Stream stream in new Stream[] { new MemoryStream(file), new PipeStream(file) })
        {
            var fault = Assert.Throws<PipelineException>(() => OpenAiff(stream));
            Assert.Equal(Problem.UnreadableAudio, fault.Problem);
            Assert.Contains(sentence, fault.Message);
        }
    }

    [Theory, InlineData(1), InlineData(2)]
    public void OpenAiff_MutatedBytes_ReadsOrIsAPipelineException(int seed)
    {
        byte[][] seeds =
        [
            AiffFile(Chunk("NAME", [1, 2, 3]), Common(2, 100, 24, Rate48000), Sound(new byte[600])),
            AifcFile(Common(1, 100, 32, Rate44100, "fl32"), Sound(new byte[400]), Chunk("ANNO", [])),
        ];
        int readable = 0, refused = 0;
        for (int i = 0; i < 4_000; i++)
        {
            byte[] file = Fuzz.Mutate(seeds[i % seeds.Length], (uint)(seed * 1_000_000 + i), header: 80);
            if (Fuzz.Reads(() => OpenAiff(i % 3 == 0 ? new PipeStream(file, 512) : new MemoryStream(file)))) readable++;
            else refused++;
        }
        Assert.True(readable > 300 && refused > 300, $"{readable} were readable, {refused} refused: the mutations are too weak or too strong to test anything.");
    }
}
