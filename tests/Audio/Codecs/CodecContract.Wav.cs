using System.Buffers.Binary;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Codecs;

public abstract partial class CodecContract
{
    const int RateHz = 48_000;

    /// <summary>Tag, bits, the bytes of three samples of one channel, what they are worth.</summary>
    public static TheoryData<ushort, int, string, float[]> WavCodings => new()
    {
        { Pcm, 8, "00 80 FF", [-1f, 0f, 127f / 128f] },
        { Pcm, 16, "0080 0000 FF7F", [-1f, 0f, 32767f / 32768f] },
        { Pcm, 12, "0080 1000 F07F", [-1f, 16f / 32768f, 32752f / 32768f] },
        { Pcm, 24, "000080 010000 FFFF7F", [-1f, 1f / 8388608f, 8388607f / 8388608f] },
        { Pcm, 20, "000080 100000 F0FF7F", [-1f, 16f / 8388608f, 8388592f / 8388608f] },
        { Pcm, 32, "00000080 00010000 00000040", [-1f, 256f / 2147483648f, 0.5f] },
        { RiffBytes.Float, 32, "000080BF 00000040 0000003F", [-1f, 2f, 0.5f] },
        { RiffBytes.Float, 64, "000000000000F0BF 0000000000000040 000000000000E03F", [-1f, 2f, 0.5f] },
    };

    [Theory, MemberData(nameof(WavCodings)), Trait("Requirement", "X-13")]
    public void ReadWav_EveryCoding_GivesItsSamples(ushort tag, int bits, string hex, float[] expected)
    {
        byte[] data = Convert.FromHexString(hex.Replace(" ", ""));
        byte[] plain = Riff(Format(tag, 1, RateHz, bits), Chunk("data", data));
        Assert.Equal(expected, Samples(new MemoryStream(plain)));
        Assert.Equal(expected, Samples(new PipeStream(plain)));
        if (bits % 8 != 0) return;
        byte[] extensible = Riff(ExtensibleFormat(tag, 1, RateHz, bits, bits, 4), Chunk("data", data));
        Assert.Equal(expected, Samples(new MemoryStream(extensible)));
    }

    [Theory]
    [InlineData(Pcm, 8, "PCM_U8"), InlineData(Pcm, 16, "PCM_16"), InlineData(Pcm, 24, "PCM_24"), InlineData(Pcm, 32, "PCM_32")]
    [InlineData(RiffBytes.Float, 32, "FLOAT"), InlineData(RiffBytes.Float, 64, "DOUBLE"), Trait("Requirement", "A-21")]
    public void FormatWav_EveryCoding_HasItsName(ushort tag, int bits, string name)
    {
        using var reader = OpenBytes(Riff(Format(tag, 2, 44_100, bits), Chunk("data", new byte[16 * bits / 8])));
        Assert.Equal(new AudioFormat(44_100, 2, "wav", name), reader.Format);
        Assert.Equal(8, reader.Frames);
    }

    [Fact]
    public void ReadWav_TwoChannels_KeepsTheirOrder()
    {
        using var reader = OpenBytes(Riff(Format(Pcm, 2, RateHz, 16), Chunk("data", [.. U16(1), .. U16(2), .. U16(3), .. U16(4)])));
        var track = reader.ReadAll();
        Assert.Equal([1 / 32768f, 3 / 32768f], track[0].ToArray());
        Assert.Equal([2 / 32768f, 4 / 32768f], track[1].ToArray());
    }

    [Fact]
    public void ReadWav_TwentyValidBitsIn24_IsLeftJustified()
    {
        using var reader = OpenBytes(Riff(ExtensibleFormat(Pcm, 1, RateHz, 24, 20, 4), Chunk("data", [0x00, 0x00, 0x40])));
        Assert.Equal(0.5f, reader.ReadAll()[0][0]);
        Assert.Equal("PCM_24", reader.Format.BitDepth);
    }

    [Theory]
    [InlineData(0x3FU, 0x3FU), InlineData(0U, null), InlineData(0x7U, null)]
    public void FormatWav_ChannelMask_StandsOnlyIfItFits(uint written, uint? expected)
    {
        using var reader = OpenBytes(Riff(ExtensibleFormat(Pcm, 6, RateHz, 16, 16, written), Chunk("data", new byte[12])));
        Assert.Equal(expected, reader.Format.ChannelMask);
    }

    [Fact]
    public void ReadWav_UnknownOddChunksAround_AreSkippedWithTheirPadByte()
    {
        byte[] wav = Riff(
            Chunk("JUNK", new byte[28]), Chunk("odd1", [1, 2, 3]), Format(Pcm, 1, RateHz, 16), Chunk("LIST", new byte[5]),
            Chunk("data", [.. U16(7), .. U16(8)]), Chunk("id3 ", new byte[9]));
        foreach (Stream stream in new Stream[] { new MemoryStream(wav), new PipeStream(wav) })
        {
            using var reader = OpenWav(stream);
            Assert.Equal([7 / 32768f, 8 / 32768f], reader.ReadAll()[0].ToArray());
            Assert.Empty(reader.Warnings);
        }
    }

    [Theory]
    [InlineData(0U), InlineData(3U), InlineData(0x7FFFFFFFU), InlineData(0xFFFFFFFFU)]
    public void ReadWav_WrongRiffSize_IsIgnored(uint riffSize)
    {
        using var reader = OpenBytes(File("RIFF", riffSize, Format(Pcm, 1, RateHz, 16), Chunk("data", new byte[6])));
        Assert.Equal(3, reader.ReadAll().Frames);
        Assert.Empty(reader.Warnings);
    }

    [Theory]
    [InlineData(0U, 0U), InlineData(36U, 0U), InlineData(0xFFFFFFFFU, 0xFFFFFFFFU), InlineData(0x7FFFF024U, 0x7FFFF000U), InlineData(0x7FFFF022U, 0x7FFFEFFEU)]
    public void ReadWav_StreamedSize_ReadsToTheEnd(uint riffSize, uint dataSize)
    {
        byte[] wav = File("RIFF", riffSize, Format(Pcm, 2, RateHz, 16), Chunk("data", new byte[400], dataSize));
        foreach (Stream stream in new Stream[] { new MemoryStream(wav), new PipeStream(wav) })
        {
            using var reader = OpenWav(stream);
            Assert.Equal(stream.CanSeek ? 100 : null, reader.Frames);
            Assert.Equal(100, reader.ReadAll().Frames);
            Assert.Empty(reader.Warnings);
        }
    }

    [Theory, InlineData(0x7FFFF000U), InlineData(0x7FFFFFFFU), InlineData(0x80000000U)]
    public void ReadWav_PlaceholderSizeThatIsTrue_IsBelieved(uint dataSize)
    {
        byte[] head = Riff(Format(Pcm, 1, RateHz, 8), Chunk("data", [], dataSize));
        using var reader = OpenWav(new SparseStream(head, head.Length + (long)dataSize + 1_000));   // notes behind the samples
        Assert.Equal(dataSize, reader.Frames);
    }

    [Fact]
    public void ReadWav_NoSamplesButChunksBehind_IsZeroFrames()
    {
        using var reader = OpenBytes(Riff(Format(Pcm, 2, RateHz, 16), Chunk("data", []), Chunk("LIST", new byte[40])));
        Assert.Equal(0, reader.Frames);
        Assert.Equal(0, reader.ReadAll().Frames);
        Assert.Empty(reader.Warnings);
    }

    [Theory]
    [InlineData(400, 398, 99), InlineData(400, 1, 0), InlineData(400, 0, 0), InlineData(0x10000000, 9, 2)]
    public void ReadWav_CutOff_GivesWholeFramesAndWarns(uint announced, int there, int frames)
    {
        byte[] wav = Riff(Format(Pcm, 2, RateHz, 16), Chunk("data", new byte[there], announced)[..(8 + there)]);
        foreach (Stream stream in new Stream[] { new MemoryStream(wav), new PipeStream(wav) })
        {
            using var reader = OpenWav(stream);
            Assert.Equal(stream.CanSeek ? frames : announced / 4, reader.Frames);
            Assert.Equal(frames, reader.ReadAll().Frames);
            Assert.Equal($"The file is cut off: {announced / 4:N0} frames are announced, {frames} are there.", Assert.Single(reader.Warnings));
        }
    }

    [Theory]
    [InlineData(7U), InlineData(uint.MaxValue)]
    public void ReadWav_LooseBytesAtTheEnd_AreLeftOutWithAWarning(uint announced)
    {
        using var reader = OpenBytes(Riff(Format(Pcm, 2, RateHz, 16), Chunk("data", new byte[7], announced)[..15]));
        Assert.Equal(1, reader.ReadAll().Frames);
        Assert.Equal("The last 3 bytes are no whole frame of 4 and were left out.", Assert.Single(reader.Warnings));
    }

    [Theory]
    [InlineData("RF64"), InlineData("BW64")]
    public void ReadWav_WideFile_TakesSizesFromDs64(string magic)
    {
        const long frames = 3_000_000_000;
        byte[] head = RiffBytes.File(
            magic, uint.MaxValue, WideSizes((ulong)frames * 2 + 100, (ulong)frames * 2, (ulong)frames), Format(Pcm, 1, RateHz, 16),
            Chunk("data", [.. U16(5), .. U16(6)], uint.MaxValue));
        using var reader = OpenWav(new SparseStream(head, head.Length - 4 + (frames * 2) + 33));
        Assert.Equal(frames, reader.Frames);
        var block = new AudioBuffer(RateHz, 1, 1000);
        Assert.Equal(1000, reader.Read(block));
        Assert.Equal([5 / 32768f, 6 / 32768f, 0f], block[0][..3].ToArray());
    }

    [Fact]
    public void ReadWav_WideFileOfSmallData_StopsWhereDs64Says()
    {
        using var reader = OpenBytes(RiffBytes.File(
            "RF64", uint.MaxValue, WideSizes(200, 4, 2), Format(Pcm, 1, RateHz, 16), Chunk("data", new byte[4], uint.MaxValue), Chunk("LIST", new byte[90])));
        Assert.Equal(2, reader.Frames);
        Assert.Equal(2, reader.ReadAll().Frames);
        Assert.Empty(reader.Warnings);
    }

    [Fact]
    public void ReadWav_AnnouncedTerabytesOnAPipe_TakesNoMemoryForThem()
    {
        byte[] wav = RiffBytes.File("RF64", uint.MaxValue, WideSizes(1UL << 50, 1UL << 50, 1UL << 48), Format(Pcm, 2, RateHz, 16), Chunk("data", new byte[8], uint.MaxValue));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var reader = OpenWav(new PipeStream(wav));
        Assert.Equal(2, reader.ReadAll().Frames);
        Assert.Single(reader.Warnings);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);   // 64 KiB of bytes and 64 Ki frames of two channels, cut once
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(64), InlineData(20_000), InlineData(100_000)]
    public void ReadWav_AnyBlockSize_GivesTheSameSamples(int blockFrames)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * 3 * 33_333).Select(i => (byte)(i * 7919 >> 3))];
        byte[] wav = Riff(Format(Pcm, 3, RateHz, 24), Chunk("data", data));
        using var whole = OpenBytes(wav);
        using var blocks = OpenBytes(wav);
        var expected = whole.ReadAll();
        var block = new AudioBuffer(RateHz, 3, blockFrames);
        int at = 0;
        while (blocks.Read(block) is > 0 and int frames)
        {
            for (int channel = 0; channel < 3; channel++) Assert.True(block[channel][..frames].SequenceEqual(expected[channel].Slice(at, frames)));
            at += frames;
        }
        Assert.Equal(expected.Frames, at);
    }

    [Theory]
    [InlineData(float.NaN, "NaN"), InlineData(float.PositiveInfinity, "+infinity"), InlineData(float.NegativeInfinity, "−infinity"), Trait("Requirement", "X-14")]
    public void ReadWav_NotANumber_IsRefusedOnlyWhereAsked(float sample, string name)
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8), sample);
        byte[] wav = Riff(Format(RiffBytes.Float, 1, RateHz, 32), Chunk("data", bytes));
        using var keeping = OpenBytes(wav);
        Assert.Equal(sample, keeping.ReadAll()[0][2]);
        using var refusing = OpenBytes(wav).RefusingInvalidSamples();
        var fault = Assert.Throws<PipelineException>(() => refusing.ReadAll());
        Assert.Equal(Problem.InvalidSamples, fault.Problem);
        Assert.Equal($"Frame 2 of channel 1 is {name}, not a number we can play.", fault.Message);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void DisposeWav_ClosesTheStreamUnlessToldOtherwise(bool leaveOpen)
    {
        var stream = new PipeStream(Riff(Format(Pcm, 1, RateHz, 16), Chunk("data", new byte[2])));
        OpenWav(stream, leaveOpen).Dispose();
        Assert.Equal(!leaveOpen, stream.Disposed);
    }

    float[] Samples(Stream stream)
    {
        using var reader = OpenWav(stream);
        return reader.ReadAll()[0].ToArray();
    }
}
