using DgxMusic.Contracts;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Codecs;

public abstract partial class CodecContract
{
    static readonly byte[] data = Chunk("data", new byte[48]);

    /// <summary>A file that is wrong in one way, and a piece of the sentence that must say so.</summary>
    public static TheoryData<byte[], string> WavContradictions => new()
    {
        { [], "has only 0 bytes" },
        { "RIFF"u8.ToArray(), "has only 4 bytes" },
        { [.. "RIFF"u8, .. U32(100), .. "AVI "u8, .. new byte[90]], "does not begin with RIFF" },
        { [.. "RIFX"u8, .. U32(100), .. "WAVE"u8, .. new byte[90]], "does not begin with RIFF" },
        { Riff(), "without a 'fmt' and a 'data' chunk" },
        { Riff(Format(Pcm, 1, 48_000, 16)), "without a 'data' chunk" },
        { Riff(data), "before it says how they are coded" },
        { Riff(data, Format(Pcm, 1, 48_000, 16)), "before it says how they are coded" },
        { Riff(Chunk("fmt ", new byte[14]), data), "'fmt' chunk of 14 bytes, where 16 are needed" },
        { Riff(Chunk("fmt ", new byte[16], 4000)), "'fmt' chunk of 16 bytes, where 40 are needed" },
        { Riff(Format(Pcm, 0, 48_000, 16), data), "says 0 channels" },
        { Riff(Format(Pcm, 1, 0, 16), data), "says 0 Hz" },
        { Riff(Format(Pcm, 1, 999, 16), data), "says 999 Hz; 1,000 to 384,000 are read" },
        { Riff(Format(Pcm, 1, -1, 16), data), "says 4,294,967,295 Hz" },
        { Riff(Format(Pcm, 2, 48_000, 16, blockAlign: 2), data), "says 2 bytes a frame, but 2 channels of 16 bits take 4" },
        { Riff(Format(Pcm, 2, 48_000, 16, blockAlign: 0), data), "says 0 bytes a frame" },
        { Riff(Format(Pcm, 1, 48_000, 0), data), "PCM of 0 bits" },
        { Riff(Format(Pcm, 1, 48_000, 64), data), "PCM of 64 bits" },
        { Riff(Format(RiffBytes.Float, 1, 48_000, 16), data), "float of 16 bits" },
        { Riff(Format(0x0002, 1, 48_000, 4), data), "is compressed (format tag 0x0002)" },
        { Riff(Format(0x0055, 1, 48_000, 16), data), "is compressed (format tag 0x0055)" },
        { Riff(Format(Extensible, 1, 48_000, 16), data), "an extensible header of 16 bytes, where 40 are needed" },
        { Riff(ExtensibleFormat(Pcm, 1, 48_000, 16, 24, 4), data), "says 24 valid bits in samples of 16" },
        { Riff(ExtensibleFormat(Pcm, 1, 48_000, 20, 20, 4), data), "says samples of 20 bits" },
        { Riff(ExtensibleFormat(Extensible, 1, 48_000, 16, 16, 4), data), "is compressed (format tag 0xFFFE)" },
        { Riff(Format(Extensible, 1, 48_000, 16, tail: new byte[24]), data), "neither PCM nor IEEE float" },
        { RiffBytes.File("RF64", uint.MaxValue, Format(Pcm, 1, 48_000, 16), Chunk("data", new byte[8], uint.MaxValue)), "RF64 without a 'ds64' chunk" },
        { RiffBytes.File("RF64", uint.MaxValue, Chunk("ds64", new byte[16]), Format(Pcm, 1, 48_000, 16), data), "'ds64' chunk of 16 bytes, where 24 are needed" },
        { Riff(Chunk("LIST", new byte[8], 0xFFFF_FFF0), Format(Pcm, 1, 48_000, 16), data), "has 4,294,967,280 bytes of 'LIST' before its samples" },
        { Riff([.. Enumerable.Range(0, 4097).SelectMany(_ => Chunk("JUNK", []))]), "has more than 4,096 chunks" },
    };

    [Theory, MemberData(nameof(WavContradictions)), Trait("Requirement", "X-13")]
    public void OpenWav_Contradiction_IsUnreadableAndSaysWhy(byte[] file, string sentence)
    {
        foreach (Stream stream in new Stream[] { new MemoryStream(file), new PipeStream(file, 4096) })
        {
            var fault = Assert.Throws<PipelineException>(() => OpenWav(stream));
            Assert.Equal(Problem.UnreadableAudio, fault.Problem);
            Assert.Contains(sentence, fault.Message);
        }
    }

    [Theory, InlineData(65), InlineData(65_535)]
    public void OpenWav_ManyChannels_IsTooManyChannels(int channels)
    {
        var fault = Assert.Throws<PipelineException>(() => OpenWav(new MemoryStream(Riff(Format(Pcm, channels, 48_000, 8), data))));
        Assert.Equal(Problem.TooManyChannels, fault.Problem);
    }

    [Theory, InlineData(11), InlineData(22), InlineData(33)]
    public void OpenWav_MutatedBytes_ReadsOrIsAPipelineException(int seed)
    {
        byte[][] seeds =
        [
            Riff(Chunk("LIST", new byte[11]), Format(Pcm, 2, 48_000, 16), Chunk("data", new byte[400])),
            Riff(ExtensibleFormat(RiffBytes.Float, 2, 44_100, 32, 32, 3), Chunk("fact", U32(50)), Chunk("data", new byte[400])),
            RiffBytes.File("RF64", uint.MaxValue, WideSizes(500, 399, 133), ExtensibleFormat(Pcm, 1, 8_000, 24, 24, 4), Chunk("data", new byte[399], uint.MaxValue)),
        ];
        int readable = 0, refused = 0;
        for (int i = 0; i < 6_000; i++)
        {
            byte[] file = Fuzz.Mutate(seeds[i % seeds.Length], (uint)(seed * 1_000_000 + i), header: 110);
            if (Fuzz.Reads(() => OpenWav(i % 2 == 0 ? new MemoryStream(file) : new PipeStream(file, 512)))) readable++;
            else refused++;
        }
        Assert.True(readable > 500 && refused > 500, $"{readable} were readable, {refused} refused: the mutations are too weak or too strong to test anything.");
    }
}
