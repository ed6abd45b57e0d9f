using System.Runtime.InteropServices;
using DgxMusic.Audio;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tests;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.NAudio.Reading;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.NAudio.Tests.Reading;

/// <summary>Which files NAudio reads, and that nobody can tell.</summary>
public class PcmFilesTests
{
    static readonly byte[] format = Format(Pcm, 2, 48_000, 16), data = Chunk("data", new byte[400]);

    /// <summary>Files of every day.</summary>
    public static TheoryData<string, byte[]> Usual => new()
    {
        { "plain", Riff(format, data) },
        { "tagged", Riff(Chunk("bext", new byte[602]), format, Chunk("LIST", new byte[31]), data, Chunk("id3 ", new byte[9])) },
        { "extensible", Riff(ExtensibleFormat(Pcm, 2, 48_000, 24, 24, 3), Chunk("data", new byte[600])) },
        { "float", Riff(Format(RiffBytes.Float, 2, 48_000, 32, tail: U16(0)), Chunk("fact", U32(50)), data) },
        { "cut off", Riff(format, Chunk("data", new byte[40], 400)[..48]) },
        { "streamed", RiffBytes.File("RIFF", uint.MaxValue, format, Chunk("data", new byte[40], uint.MaxValue)) },
        { "no samples", Riff(format, Chunk("data", []), Chunk("LIST", new byte[4])) },
        { "odd", Riff(Format(Pcm, 1, 48_000, 24), Chunk("data", new byte[33])) },
    };

    [Theory, MemberData(nameof(Usual))]
    public void OpenWav_UsualFile_IsNAudios(string name, byte[] wav)
    {
        using ISampleReader? reader = PcmFiles.OpenWav(new MemoryStream(wav), leaveOpen: false);
        Assert.True(reader is WaveStreamReader, name);
        AssertSame(ContentKind.Wav, wav);
    }

    /// <summary>Files that NAudio reads otherwise, or not at all.</summary>
    public static TheoryData<string, byte[]> Unusual => new()
    {
        { "RF64", RiffBytes.File("RF64", uint.MaxValue, WideSizes(500, 400, 100), format, Chunk("data", new byte[400], uint.MaxValue)) },
        { "BW64", RiffBytes.File("BW64", uint.MaxValue, WideSizes(500, 400, 100), format, Chunk("data", new byte[400], uint.MaxValue)) },
        { "length never filled in", RiffBytes.File("RIFF", 0, format, Chunk("data", new byte[400], 0)) },
        { "RIFF shorter than its header", RiffBytes.File("RIFF", 3, format, data) },
        { "pad byte not zero", Riff(format, [.. "note"u8, .. U32(1), 5, 5], data) },
        { "long format chunk", Riff(Format(Pcm, 2, 48_000, 16, tail: [.. U16(200), .. new byte[200]]), data) },
        { "odd format chunk", Riff(Format(Pcm, 2, 48_000, 16, tail: [0]), data) },
        { "cut within a frame", Riff(format, Chunk("data", new byte[42], 400)[..49]) },
        { "loose bytes", Riff(format, Chunk("data", new byte[42])) },
        { "2 MiB before the samples", Riff(format, Chunk("JUNK", new byte[2 << 20]), data) },
    };

    [Theory, MemberData(nameof(Unusual))]
    public void OpenWav_UnusualFile_IsOurs(string name, byte[] wav)
    {
        Assert.True(PcmFiles.OpenWav(new MemoryStream(wav), leaveOpen: false) is null, name);
        AssertSame(ContentKind.Wav, wav);
    }

    [Theory, InlineData(8), InlineData(16), InlineData(24), InlineData(32)]
    public void OpenAiff_Plain_IsNAudios(int bits)
    {
        byte[] aiff = AiffBytes.AiffFile(AiffBytes.Chunk("NAME", [1, 2, 3]), AiffBytes.Common(1, 100, bits, AiffBytes.Rate48000), AiffBytes.Sound(Noise(100 * bits / 8)));
        using ISampleReader? reader = PcmFiles.OpenAiff(new MemoryStream(aiff), leaveOpen: false);
        Assert.IsType<WaveStreamReader>(reader);
        AssertSame(ContentKind.Aiff, aiff);
    }

    [Theory, InlineData("sowt", 16), InlineData("fl32", 32), InlineData("raw ", 8), InlineData("in24", 24), InlineData("NONE", 12)]
    public void OpenAiff_OtherCoding_IsOurs(string compression, int bits)
    {
        byte[] aiff = AiffBytes.AifcFile(AiffBytes.Common(1, 100, bits, AiffBytes.Rate48000, compression), AiffBytes.Sound(Noise(400)));
        Assert.Null(PcmFiles.OpenAiff(new MemoryStream(aiff), leaveOpen: false));
        AssertSame(ContentKind.Aiff, aiff);
    }

    /// <summary>Whatever a file says, both codecs give the same samples and warnings, or the same sentence.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Open_MutatedBytes_IsTheSameToBothCodecs(int seed)
    {
        byte[][] wavs =
        [
            Riff(Chunk("LIST", Noise(11)), format, Chunk("data", Noise(400)), Chunk("LIST", Noise(20))),
            Riff(ExtensibleFormat(RiffBytes.Float, 2, 44_100, 32, 32, 3), Chunk("fact", U32(50)), Chunk("data", new byte[400])),
            Riff(ExtensibleFormat(Pcm, 1, 8_000, 24, 24, 4), Chunk("bext", Noise(70)), Chunk("data", Noise(399))),
        ];
        byte[] aiff = AiffBytes.AiffFile(AiffBytes.Chunk("NAME", Noise(3)), AiffBytes.Common(2, 100, 24, AiffBytes.Rate48000), AiffBytes.Sound(Noise(600)), AiffBytes.Chunk("ANNO", Noise(9)));
        int readable = 0, refused = 0;
        for (int i = 0; i < 4_000; i++)
        {
            bool isWav = i % 4 != 3;
            byte[] file = Fuzz.Mutate(isWav ? wavs[i % 4] : aiff, (uint)((seed * 1_000_000) + i), header: 130);
            if (AssertSame(isWav ? ContentKind.Wav : ContentKind.Aiff, file)) readable++;
            else refused++;
        }
        Assert.True(readable > 500 && refused > 500, $"{readable} were readable, {refused} refused: the mutations are too weak or too strong to test anything.");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Open_LongFile_TakesNoMoreMemory(bool isLong)
    {
        const int rateHz = 48_000;
        long bytes = isLong ? 1L << 30 : 1 << 20;
        byte[] head = Riff(Format(Pcm, 2, rateHz, 16), Chunk("data", [], (uint)bytes));
        using ISampleReader reader = PcmFiles.OpenWav(new SparseStream(head, head.Length + bytes), leaveOpen: false)!;
        Assert.Equal(bytes / 4, reader.Frames);
        var block = new AudioBuffer(rateHz, 2, 1 << 16);
        reader.Read(block);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 4 && reader.Read(block) > 0; i++);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }

    static byte[] Noise(int bytes)
    {
        byte[] noise = new byte[bytes];
        for (int i = 0; i < bytes; i++) noise[i] = (byte)((i * 2_654_435_761u) >> 13);
        return noise;
    }

    /// <returns>False: both refused it.</returns>
    static bool AssertSame(ContentKind kind, byte[] file)
    {
        (AudioBuffer? track, string words) = Outcome(ManagedCodec.Instance, kind, file);
        (AudioBuffer? other, string otherWords) = Outcome(NAudioCodec.Instance, kind, file);
        Assert.Equal(words, otherWords);
        for (int channel = 0; channel < track?.Channels; channel++)
        {
            Assert.True(MemoryMarshal.AsBytes(track[channel]).SequenceEqual(MemoryMarshal.AsBytes(other![channel])));
        }
        return track is not null;
    }

    static (AudioBuffer? Track, string Words) Outcome(IAudioCodec codec, ContentKind kind, byte[] file)
    {
        try
        {
            using ISampleReader reader = codec.Open(kind, new ChoppedStream(file), leaveOpen: false)!;
            string before = $"{reader.Format} {reader.Frames}";
            AudioBuffer track = reader.ReadAll(100_000);
            return (track, $"{before}: {track.Frames} {string.Join(' ', reader.Warnings)}");
        }
        catch (PipelineException fault)
        {
            return (null, $"{fault.Problem.Slug}: {fault.Message}");
        }
    }
}
