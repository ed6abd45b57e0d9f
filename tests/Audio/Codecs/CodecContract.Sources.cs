using System.Buffers.Binary;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Codecs;

/// <summary>Every coding, by every way that content comes.</summary>
public abstract partial class CodecContract
{
    const int Frames = 10_007;

    /// <summary>Tag, bits, channels and rate of a WAV file.</summary>
    public static TheoryData<ushort, int, int, int> WavShapes
    {
        get
        {
            var shapes = new TheoryData<ushort, int, int, int>();
            foreach ((ushort tag, int bits) in ((ushort, int)[])[(Pcm, 8), (Pcm, 16), (Pcm, 24), (Pcm, 32), (RiffBytes.Float, 32), (RiffBytes.Float, 64)])
            {
                foreach ((int channels, int rateHz) in ((int, int)[])[(1, 8_000), (2, 44_100), (8, 192_000)]) shapes.Add(tag, bits, channels, rateHz);
            }
            return shapes;
        }
    }

    [Theory, MemberData(nameof(WavShapes)), Trait("Requirement", "X-13")]
    public void OpenWav_EveryShape_GivesItsSamplesFromEveryKindOfStream(ushort tag, int bits, int channels, int rateHz)
    {
        byte[] codes = Codes(tag, bits, Frames * channels);
        byte[] wav = Riff(Format(tag, channels, rateHz, bits), Chunk("LIST", new byte[7]), Chunk("data", codes), Chunk("id3 ", new byte[11]));
        ReadsAs(wav, OpenWav, rateHz, channels, i => Value(codes, tag, bits, i));
    }

    [Theory, Trait("Requirement", "X-13")]
    [InlineData(8, 1), InlineData(16, 2), InlineData(24, 2), InlineData(32, 8)]
    public void OpenAiff_EveryShape_GivesItsSamplesFromEveryKindOfStream(int bits, int channels)
    {
        byte[] codes = Codes(Pcm, bits, Frames * channels), big = [.. codes.Chunk(bits / 8).SelectMany(code => code.Reverse())];
        if (bits == 8) for (int i = 0; i < big.Length; i++) big[i] ^= 0x80;   // signed there
        byte[] aiff = AiffBytes.AiffFile(
            AiffBytes.Chunk("NAME", new byte[3]), AiffBytes.Common(channels, Frames, bits, AiffBytes.Rate44100), AiffBytes.Sound(big), AiffBytes.Chunk("ANNO", new byte[9]));
        ReadsAs(aiff, OpenAiff, 44_100, channels, i => Value(codes, Pcm, bits, i));
    }

    [Theory]
    [InlineData(0U, 0), InlineData(uint.MaxValue, 0), InlineData(176_400U, 7)]
    public void OpenWav_LiesThatDoNotMatter_AreIgnored(uint bytesPerSecond, byte pad)
    {
        byte[] format = Format(Pcm, 2, 44_100, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(format.AsSpan(16), bytesPerSecond);
        byte[] odd = Chunk("note", [1, 2, 3]);
        odd[^1] = pad;
        using var reader = OpenBytes(Riff(odd, format, odd, Chunk("data", [.. U16(1), .. U16(2), .. U16(3), .. U16(4)])));
        var track = reader.ReadAll();
        Assert.Equal([1 / 32768f, 3 / 32768f], track[0].ToArray());
        Assert.Empty(reader.Warnings);
    }

    [Fact]
    public void OpenWav_LongerFormatChunk_IsReadAsFarAsItIsKnown()
    {
        using var reader = OpenBytes(Riff(Format(Pcm, 1, 48_000, 16, tail: [.. U16(99), .. new byte[201]]), Chunk("data", [.. U16(5)])));
        Assert.Equal([5 / 32768f], reader.ReadAll()[0].ToArray());
    }

    [Fact]
    public void OpenWav_SecondFormatOrData_TakesWhatStandsBeforeTheFirstSamples()
    {
        using var reader = OpenBytes(Riff(
            Format(Pcm, 1, 8_000, 8), Format(Pcm, 1, 48_000, 16), Chunk("data", [.. U16(5), .. U16(6)]), Format(Pcm, 2, 44_100, 8), Chunk("data", [1, 2, 3, 4])));
        Assert.Equal((48_000, 1), (reader.Format.SampleRateHz, reader.Format.Channels));
        Assert.Equal([5 / 32768f, 6 / 32768f], reader.ReadAll()[0].ToArray());
    }

    [Fact]
    public void OpenWav_MillionsOfEmptyChunksBehind_TakeNoMemory()
    {
        byte[] wav = Riff(Format(Pcm, 1, 48_000, 16), Chunk("data", new byte[8]), new byte[1 << 20]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (var reader = OpenBytes(wav)) Assert.Equal(4, reader.ReadAll().Frames);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory, InlineData("RF64"), InlineData("RIFF")]
    public void OpenWav_HugeChunkSizes_TakeNoMemory(string magic)
    {
        byte[] wav = RiffBytes.File(magic, uint.MaxValue, Chunk("ds64", [.. U64(0), .. U64(8), .. U64(4), .. U32(0)], 0x0FFF_FFFF));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Problem.UnreadableAudio, Assert.Throws<PipelineException>(() => OpenBytes(wav)).Problem);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Open_FileOfAnotherName_IsReadWithAWarningAndLeftWhenDisposed()
    {
        using var folder = new ScratchFolder();
        string path = folder.Write("song.flac", Riff(Format(Pcm, 1, 48_000, 16), Chunk("data", [.. U16(5)])));
        using (var reader = AudioFile.Open(path, new() { Codec = Codec }))
        {
            Assert.Equal(1, reader.ReadAll().Frames);
            Assert.Equal(["The name ends in .flac, the content is WAV."], reader.Warnings);
        }

        using FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact, Trait("Requirement", "X-14")]
    public void Open_NotANumber_IsRefused()
    {
        byte[] wav = Riff(Format(RiffBytes.Float, 1, 48_000, 32), Chunk("data", [.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(float.NaN)]));
        using var reader = AudioFile.Open(new MemoryStream(wav), options: new() { Codec = Codec });
        Assert.Equal("Frame 1 of channel 1 is NaN, not a number we can play.", Assert.Throws<PipelineException>(() => reader.ReadAll()).Message);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Open_SeekableStream_IsDisposedWithTheReaderUnlessToldOtherwise(bool leaveOpen)
    {
        foreach (bool isWav in (bool[])[true, false])
        {
            var stream = new ChoppedStream(isWav ? Riff(Format(Pcm, 1, 48_000, 16), Chunk("data", [.. U16(5)])) : AiffBytes.AiffFile(AiffBytes.Common(1, 1, 16, AiffBytes.Rate48000), AiffBytes.Sound([0, 1])));
            (isWav ? OpenWav(stream, leaveOpen) : OpenAiff(stream, leaveOpen)).Dispose();
            Assert.Equal(!leaveOpen, stream.Disposed);
        }
    }

    [Fact]
    public void Open_Fault_LeavesASeekableStreamToTheCaller()
    {
        var stream = new ChoppedStream(Riff(Format(0x55, 1, 48_000, 16), Chunk("data", [])));
        Assert.Throws<PipelineException>(() => OpenWav(stream));
        Assert.False(stream.Disposed);
    }

    /// <summary>Bytes of every value; floats within ±1.</summary>
    static byte[] Codes(ushort tag, int bits, int count)
    {
        var codes = new byte[count * bits / 8];
        var noise = Signals.Noise(48_000, 1, count, 1, seed: 9)[0];
        for (int i = 0; i < count; i++)
        {
            var place = codes.AsSpan(i * bits / 8, bits / 8);
            if (tag != RiffBytes.Float) for (int k = 0; k < place.Length; k++) place[k] = (byte)(BitConverter.SingleToInt32Bits(noise[i] * (k + 1.7f)) >> 5);
            else if (bits == 32) BinaryPrimitives.WriteSingleLittleEndian(place, noise[i]);
            else BinaryPrimitives.WriteDoubleLittleEndian(place, noise[i] / 3.0);
        }
        return codes;
    }

    /// <summary>What a code is worth, by the definition.</summary>
    static float Value(byte[] codes, ushort tag, int bits, int index)
    {
        var code = codes.AsSpan(index * bits / 8, bits / 8);
        return (tag, bits) switch
        {
            (RiffBytes.Float, 32) => BinaryPrimitives.ReadSingleLittleEndian(code),
            (RiffBytes.Float, _) => (float)BinaryPrimitives.ReadDoubleLittleEndian(code),
            (_, 8) => (code[0] - 128) / 128f,
            (_, 16) => BinaryPrimitives.ReadInt16LittleEndian(code) / 32768f,
            (_, 24) => ((code[0] << 8 | code[1] << 16 | code[2] << 24) >> 8) / 8388608f,
            _ => BinaryPrimitives.ReadInt32LittleEndian(code) / 2147483648f,
        };
    }

    static void ReadsAs(byte[] file, Func<Stream, bool, ISampleReader> open, int rateHz, int channels, Func<int, float> value)
    {
        Stream[] streams =
        [
            new MemoryStream(file), new PipeStream(file, 1_000), new ChoppedStream(file), new ChoppedStream([1, 2, 3, .. file]) { Position = 3 },
        ];
        foreach (Stream stream in streams)
        {
            using var reader = open(stream, false);
            Assert.Equal((rateHz, channels), (reader.Format.SampleRateHz, reader.Format.Channels));
            if (stream.CanSeek) Assert.Equal(Frames, reader.Frames);
            AudioBuffer track = reader.ReadAll();
            Assert.Equal(Frames, track.Frames);
            Assert.Empty(reader.Warnings);
            for (int channel = 0; channel < channels; channel++)
            {
                for (int i = 0; i < Frames; i++)
                {
                    if (track[channel][i] != value((i * channels) + channel)) Assert.Fail($"Frame {i} of channel {channel} from a {stream.GetType().Name}: {track[channel][i]}, not {value((i * channels) + channel)}.");
                }
            }
        }
    }
}
