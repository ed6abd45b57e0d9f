using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Codecs;

public abstract partial class CodecContract
{
    public static TheoryData<BitDepth, int, int> Layouts
    {
        get
        {
            var layouts = new TheoryData<BitDepth, int, int>();
            foreach (BitDepth depth in Enum.GetValues<BitDepth>())
            {
                foreach (int channels in (int[])[1, 2, 3, 6, 8])
                {
                    foreach (int frames in (int[])[0, 1, 2, 101, 12_345]) layouts.Add(depth, channels, frames);
                }
            }
            return layouts;
        }
    }

    [Theory, MemberData(nameof(Layouts)), Trait("Requirement", "A-02"), Trait("Requirement", "A-03"), Trait("Requirement", "X-15")]
    public void WriteWav_EveryLayout_ReadsBackWithinOneCode(BitDepth depth, int channels, int frames)
    {
        var track = Signals.Noise(44_100, channels, frames, 0.999, seed: 7);
        byte[] wav = Write(track, depth);

        using var reader = OpenWav(new MemoryStream(wav));
        var read = reader.ReadAll();
        Assert.Equal((44_100, channels, frames), (read.SampleRateHz, read.Channels, read.Frames));
        Assert.Equal(BitDepths.NameOf(depth), reader.Format.BitDepth);
        Assert.Empty(reader.Warnings);
        // Half a code of rounding, and for 32 bits the last place of the float itself.
        double tolerance = depth switch { BitDepth.Pcm16 => 0.5 / 32768, BitDepth.Pcm24 => 0.5 / 8388608, BitDepth.Pcm32 => 1.0 / (1 << 24), _ => 0 };
        for (int channel = 0; channel < channels; channel++)
        {
            for (int i = 0; i < frames; i++) Assert.InRange(Math.Abs((double)read[channel][i] - track[channel][i]), 0, tolerance);
        }
    }

    [Theory, MemberData(nameof(Layouts)), Trait("Requirement", "A-15")]
    [Trait("Requirement", "A-15")]
    public void WriteWav_EveryLayout_SizesAreTrueAndEven(BitDepth depth, int channels, int frames)
    {
        byte[] wav = Write(Signals.Noise(44_100, channels, frames, 0.5, seed: 3), depth);
        var layout = new WavLayout(44_100, channels, depth, frames);
        Assert.Equal(layout.FileBytes, wav.Length);
        Assert.True(wav.Length % 2 == 0);
        Assert.Equal((uint)wav.Length - 8, BitConverter.ToUInt32(wav, 4));
        var chunks = Walk(wav);
        Assert.Equal((uint)(frames * channels * BitDepths.BytesOf(depth)), chunks["data"].Size);
        Assert.Equal(depth == BitDepth.Float, chunks.ContainsKey("fact"));
        if (depth == BitDepth.Float) Assert.Equal((uint)frames, BitConverter.ToUInt32(wav, chunks["fact"].At));
    }

    [Fact, Trait("Requirement", "A-15")]
    public void WriteWav_Pcm16Stereo_IsTheCanonical44Bytes()
    {
        var track = new AudioBuffer(32_000, [[0.5f, -1f], [0.25f, 1f]]);
        byte[] expected = Riff(Format(Pcm, 2, 32_000, 16), Chunk("data", [0x00, 0x40, 0x00, 0x20, 0x00, 0x80, 0xFF, 0x7F]));
        Assert.Equal(52, expected.Length);
        Assert.Equal(expected, Write(track, BitDepth.Pcm16));
    }

    [Fact]
    [Trait("Requirement", "A-15")]
    public void WriteWav_FloatMono_HasAnExtendedHeaderAndFact()
    {
        byte[] expected = Riff(Format(RiffBytes.Float, 1, 32_000, 32, tail: U16(0)), Chunk("fact", U32(1)), Chunk("data", BitConverter.GetBytes(1.5f)));
        Assert.Equal(expected, Write(new AudioBuffer(32_000, [[1.5f]]), BitDepth.Float));
    }

    [Theory]
    [InlineData(BitDepth.Pcm24, 1, null, 4U), InlineData(BitDepth.Pcm24, 2, null, 3U), InlineData(BitDepth.Pcm32, 2, null, 3U)]
    [InlineData(BitDepth.Pcm16, 6, null, 0U), InlineData(BitDepth.Pcm16, 6, 0x60FU, 0x60FU), InlineData(BitDepth.Pcm16, 2, 3U, 3U), InlineData(BitDepth.Float, 2, 0x30U, 0x30U)]
    public void WriteWav_DeepWideOrPlaced_IsExtensible(BitDepth depth, int channels, uint? mask, uint written)
    {
        ushort tag = depth == BitDepth.Float ? RiffBytes.Float : Pcm;
        int bits = BitDepths.BytesOf(depth) * 8;
        byte[] expected = ExtensibleFormat(tag, channels, 48_000, bits, bits, written);
        byte[] wav = Write(new AudioBuffer(48_000, channels, 4), depth, mask);
        Assert.Equal(expected, wav[12..(12 + expected.Length)]);
        using var reader = OpenWav(new MemoryStream(wav));
        Assert.Equal(written == 0 ? null : written, reader.Format.ChannelMask);
    }

    [Theory]
    [InlineData(BitDepth.Pcm16, 32767, -32768), InlineData(BitDepth.Pcm24, 8388607, -8388608), InlineData(BitDepth.Pcm32, 2147483647, -2147483648L), Trait("Requirement", "X-15")]
    public void WriteWav_BeyondFullScale_IsClampedToTheLastCode(BitDepth depth, long highest, long lowest)
    {
        byte[] wav = Write(new AudioBuffer(48_000, [[1f, 7f, -1f, -7f]]), depth);
        int width = BitDepths.BytesOf(depth);
        byte[] data = wav[^(4 * width)..];
        long Code(int i) => data.AsSpan(i * width, width).ToArray().Select((value, at) => (long)value << (8 * at)).Sum() << (64 - (8 * width)) >> (64 - (8 * width));
        Assert.Equal([highest, highest, lowest, lowest], Enumerable.Range(0, 4).Select(Code));
    }

    [Fact, Trait("Requirement", "X-15")]
    public void WriteWav_Pcm16_RoundsToNearest()
    {
        float[] samples = [0.4f / 32768, 0.6f / 32768, -0.4f / 32768, -0.6f / 32768, 100.4f / 32768, -100.6f / 32768];
        byte[] wav = Write(new AudioBuffer(48_000, [samples]), BitDepth.Pcm16);
        Assert.Equal([0, 1, 0, -1, 100, -101], Enumerable.Range(0, 6).Select(i => (int)BitConverter.ToInt16(wav, 44 + (2 * i))));
    }

    [Fact]
    public void WriteWav_Float_KeepsEveryBit()
    {
        float[] samples = [3.5f, -2.25f, float.Epsilon, -0f, 1e30f];
        using var reader = OpenWav(new MemoryStream(Write(new AudioBuffer(48_000, [samples]), BitDepth.Float)));
        Assert.Equal(samples.Select(BitConverter.SingleToUInt32Bits), reader.ReadAll()[0].ToArray().Select(BitConverter.SingleToUInt32Bits));
    }

    [Theory]
    [InlineData(1), InlineData(13), InlineData(4096), InlineData(50_000)]
    public void WriteWav_AnyBlockSize_GivesTheSameBytes(int blockFrames)
    {
        // Three channels: frames of 9 bytes lie across the buffers' ends.
        var track = Signals.Noise(48_000, 3, 70_001, 0.9, seed: 5);
        byte[] whole = Write(track, BitDepth.Pcm24), codes = new byte[70_001 * 9];
        Quantizer.Write(track, BitDepth.Pcm24, codes);
        Assert.Equal(codes, whole[^(codes.Length + 1)..^1]);
        Assert.Equal(whole, Write(track, BitDepth.Pcm24, blockFrames: blockFrames));
    }

    [Fact, Trait("Requirement", "A-15")]
    [Trait("Requirement", "A-15")]
    public void WriteWav_OneByteBeyond32Bits_IsRf64()
    {
        // 16-bit mono: sizes of RIFF are file − 8. The most that fits is 2^32 − 2 bytes of it (even), of which 36 are header.
        const long most = (uint.MaxValue - 1 - 36) / 2;
        var narrow = new WavLayout(48_000, 1, BitDepth.Pcm16, most);
        var wide = narrow with { Frames = most + 1 };
        byte[] head = Head(narrow);
        Assert.Equal("RIFF"u8, head.AsSpan(0, 4));
        Assert.Equal(uint.MaxValue - 1, BitConverter.ToUInt32(head, 4));

        head = Head(wide);
        Assert.Equal("RF64"u8, head.AsSpan(0, 4));
        Assert.Equal(uint.MaxValue, BitConverter.ToUInt32(head, 4));
        Assert.Equal(WideSizes((ulong)wide.FileBytes - 8, (ulong)wide.DataBytes, (ulong)wide.Frames), head[12..48]);
        Assert.Equal(uint.MaxValue, BitConverter.ToUInt32(head, head.Length - 4));
        using var reader = OpenWav(new SparseStream(head, wide.FileBytes));
        Assert.Equal(most + 1, reader.Frames);
    }

    /// <summary>Channels, mask, bytes of the chunks before and behind.</summary>
    public static TheoryData<BitDepth, int, uint?, int[], int[]> Chunked
    {
        get
        {
            var layouts = new TheoryData<BitDepth, int, uint?, int[], int[]>();
            foreach (BitDepth depth in Enum.GetValues<BitDepth>())
            {
                layouts.Add(depth, 1, null, [], []);
                layouts.Add(depth, 2, null, [602, 31], [101]);
                layouts.Add(depth, 2, 0x30U, [1], []);
                layouts.Add(depth, 8, 0x63FU, [], [7, 8]);
            }
            return layouts;
        }
    }

    [Theory, MemberData(nameof(Chunked)), Trait("Requirement", "A-15")]
    public void WriteWav_AnyLayout_HasTheBytesOfOurWriter(BitDepth depth, int channels, uint? mask, int[] before, int[] after)
    {
        static WavChunk Chunk(int bytes) => new($"c{bytes:000}", Enumerable.Range(0, bytes).Select(i => (byte)i).ToArray());
        var track = Signals.Noise(44_100, channels, 1_001, 1.2, seed: 8);
        var layout = new WavLayout(44_100, channels, depth, 1_001, mask) { Before = [.. before.Select(Chunk)], After = [.. after.Select(Chunk)] };
        byte[] expected = Written(stream => new WavWriter(stream, layout), track), bytes = Written(stream => Codec.CreateWav(stream, layout), track);
        Assert.Equal(layout.FileBytes, bytes.Length);
        Assert.Equal(expected, bytes);
    }

    [Theory, InlineData(BitDepth.Pcm24), InlineData(BitDepth.Float)]
    public void WriteWav_Beyond4GiB_HasTheHeaderOfOurWriter(BitDepth depth)
    {
        var layout = new WavLayout(192_000, 2, depth, 1_500_000_000) { Before = [new("bext", new byte[602])], After = [new("id3 ", new byte[33])] };
        Assert.True(layout.IsWide);
        CountingStream expected = new(2_000), stream = new(2_000);
        new WavWriter(expected, layout).Dispose();
        using var writer = Codec.CreateWav(stream, layout);
        Assert.Equal(expected.Head, stream.Head);
    }

    [Fact]
    public void DisposeWav_BeforeItIsComplete_WritesNothingMore()
    {
        var stream = new CountingStream();
        var writer = Codec.CreateWav(stream, new WavLayout(48_000, 1, BitDepth.Pcm24, 5) { After = [new("note", new byte[9])] });
        writer.Write(new AudioBuffer(48_000, 1, 4));
        long before = stream.Count;
        writer.Dispose();
        Assert.Equal(before, stream.Count);
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [Fact]
    public void CompleteWav_StreamOfTheCaller_StaysOpenAndTellsTheSize()
    {
        var stream = new MemoryStream();
        stream.Write([9, 9, 9]);   // what stands before is the caller's too
        var layout = new WavLayout(48_000, 1, BitDepth.Pcm24, 3) { After = [new("note", new byte[9])] };
        using (var writer = Codec.CreateWav(stream, layout))
        {
            writer.Write(new AudioBuffer(48_000, 1, 3));
            writer.Complete();
            Assert.Equal(layout.FileBytes, writer.FileBytes);
        }

        Assert.Equal(layout.FileBytes + 3, stream.Length);
        Assert.Equal("RIFF"u8, stream.ToArray().AsSpan(3, 4));
    }

    static byte[] Written(Func<Stream, ISampleWriter> create, AudioBuffer track)
    {
        var stream = new CountingStream(1 << 20);
        using var writer = create(stream);
        writer.Write(track);
        writer.Complete();
        return [.. stream.Head];
    }

    byte[] Write(AudioBuffer track, BitDepth depth, uint? mask = null, int blockFrames = int.MaxValue)
    {
        var stream = new MemoryStream();
        using var writer = Codec.CreateWav(stream, new WavLayout(track.SampleRateHz, track.Channels, depth, track.Frames, mask));
        for (int at = 0; at < track.Frames; at += blockFrames)
        {
            writer.Write(track.Slice(at, Math.Min(blockFrames, track.Frames - at)));
            if (blockFrames == int.MaxValue) break;
        }
        writer.Complete();
        return stream.ToArray();
    }

    byte[] Head(WavLayout layout)
    {
        var stream = new CountingStream();
        using var writer = Codec.CreateWav(stream, layout);
        return [.. stream.Head];
    }

    static Dictionary<string, (int At, uint Size)> Walk(byte[] wav)
    {
        var chunks = new Dictionary<string, (int, uint)>();
        int at = 12;
        while (at < wav.Length)
        {
            uint size = BitConverter.ToUInt32(wav, at + 4);
            chunks.Add(System.Text.Encoding.Latin1.GetString(wav, at, 4), (at + 8, size));
            at += 8 + (int)(size + (size & 1));
        }
        Assert.Equal(wav.Length, at);
        return chunks;
    }
}
