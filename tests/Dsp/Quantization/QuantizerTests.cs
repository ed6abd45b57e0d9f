using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Dsp.Tests.Quantization;

public sealed class QuantizerTests
{
    public static TheoryData<BitDepth, SampleFormat> Formats => new()
    {
        { BitDepth.Pcm16, SampleFormat.Int16 },
        { BitDepth.Pcm24, SampleFormat.Int24 },
        { BitDepth.Pcm32, SampleFormat.Int32 },
        { BitDepth.Float, SampleFormat.Float32 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    [Trait("Requirement", "X-15")]
    [Trait("Requirement", "A-08")]
    [Trait("Category", "Kernels")]
    public void Write_ReadAgain_DiffersByHalfAStepAtMost(BitDepth depth, SampleFormat format)
    {
        // Every tail length of any vector, one to three channels, several chunks.
        foreach (int frames in Enumerable.Range(0, 70).Append(511).Append(513).Append(1_537))
        {
            for (int channels = 1; channels <= 3; channels++)
            {
                AudioBuffer audio = Ramp(channels, frames);
                var bytes = new byte[frames * channels * BitDepths.BytesOf(depth)];
                Quantizer.Write(audio, depth, bytes);
                var read = new AudioBuffer(44_100, channels, frames);
                SampleReader.Read(bytes, format, read);
                AssertClose(audio, read, depth);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    [Trait("Category", "Kernels")]
    public void Bytes_AnyLength_EqualScalarBitForBit(BitDepth depth, SampleFormat format)
    {
        for (int count = 0; count < 70; count++)
        {
            int[] codes = [.. Enumerable.Range(0, count).Select(n => unchecked((int)((uint)n * 2_654_435_761)) >> (32 - (8 * BitDepths.BytesOf(depth))))];
            byte[] fast = new byte[count * BitDepths.BytesOf(depth)], plain = new byte[fast.Length];
            SampleCodes.Pack(codes, depth, fast);
            SampleCodes.PackScalar(codes, depth, plain);
            Assert.Equal(plain, fast);
            float[] read = new float[count], readPlainly = new float[count];
            SampleCodes.Decode(fast, format, read);
            SampleCodes.DecodeScalar(fast, format, readPlainly);
            Assert.Equal(readPlainly.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
            float step = MathF.Pow(2, (8 * BitDepths.BytesOf(depth)) - 1);
            if (depth != BitDepth.Float) Assert.Equal(codes.Select(code => code / step), read);
        }
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Interleaving_AnyLength_EqualsScalar()
    {
        for (int frames = 0; frames < 70; frames++)
        {
            uint[] left = [.. Enumerable.Range(1, frames).Select(n => (uint)n)], right = [.. left.Select(value => uint.MaxValue - value)];
            uint[] fast = new uint[2 * frames], plain = new uint[2 * frames], first = new uint[frames], second = new uint[frames];
            Interleaving.Join(left, right, fast);
            Interleaving.JoinScalar(left, 2, 0, plain);
            Interleaving.JoinScalar(right, 2, 1, plain);
            Assert.Equal(plain, fast);
            Interleaving.Split(fast, first, second);
            Assert.Equal(left, first);
            Assert.Equal(right, second);
        }
    }

    [Theory]
    [InlineData(BitDepth.Pcm16)]
    [InlineData(BitDepth.Pcm24)]
    [InlineData(BitDepth.Pcm32)]
    [Trait("Requirement", "X-15")]
    [Trait("Category", "Kernels")]
    public void Encode_AnyLength_EqualsScalarBitForBit(BitDepth depth)
    {
        for (int frames = 0; frames < 70; frames++)
        {
            float[] samples = [.. Ramp(1, frames)[0].ToArray().Select((sample, i) => (i % 5) switch { 0 => sample, 1 => 2f * sample, 2 => 1e9f * sample, 3 => MathF.Round(sample * 32_768f) / 65_536f, _ => -sample })];
            (var fast, var plain) = (new int[frames], new int[frames]);
            Quantizer.Encode(samples, fast, depth);
            Quantizer.EncodeScalar(samples, plain, depth);
            Assert.Equal(plain, fast);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    [Trait("Category", "Kernels")]
    public void Stereo_AnyLength_EqualsTheWayByCodesBitForBit(BitDepth depth, SampleFormat format)
    {
        foreach (int frames in Enumerable.Range(0, 70).Append(1_023).Append(1_030))
        {
            AudioBuffer audio = Ramp(2, frames), read = new(44_100, 2, frames);
            for (int i = 0; i < frames; i += 3) audio[i & 1][i] = (i + 0.5f) / 32_768f;   // ties
            int[] codes = new int[2 * frames];
            for (int channel = 0; channel < 2; channel++)
            {
                int[] one = new int[frames];
                if (depth == BitDepth.Float) one = [.. audio[channel].ToArray().Select(BitConverter.SingleToInt32Bits)];
                else Quantizer.EncodeScalar(audio[channel], one, depth);
                for (int i = 0; i < frames; i++) codes[(2 * i) + channel] = one[i];
            }

            byte[] plain = new byte[codes.Length * BitDepths.BytesOf(depth)], fast = new byte[plain.Length];
            SampleCodes.PackScalar(codes, depth, plain);
            Quantizer.Write(audio, depth, fast);
            Assert.Equal(plain, fast);

            float[] plainly = new float[2 * frames];
            SampleCodes.DecodeScalar(plain, format, plainly);
            SampleReader.Read(plain, format, read);
            for (int i = 0; i < plainly.Length; i++) Assert.Equal(BitConverter.SingleToInt32Bits(plainly[i]), BitConverter.SingleToInt32Bits(read[i & 1][i / 2]));
        }
    }

    [Theory]
    [InlineData(BitDepth.Pcm16, 1f, 32_767)]
    [InlineData(BitDepth.Pcm16, 3.5f, 32_767)]
    [InlineData(BitDepth.Pcm16, -1f, -32_768)]
    [InlineData(BitDepth.Pcm16, -2f, -32_768)]
    [InlineData(BitDepth.Pcm16, 0f, 0)]
    [InlineData(BitDepth.Pcm16, 0.4999f / 32_768f, 0)]
    [InlineData(BitDepth.Pcm16, 0.5001f / 32_768f, 1)]
    [InlineData(BitDepth.Pcm16, -0.5001f / 32_768f, -1)]
    [InlineData(BitDepth.Pcm16, 0.25f, 8_192)]
    [InlineData(BitDepth.Pcm24, 1f, 8_388_607)]
    [InlineData(BitDepth.Pcm24, -1f, -8_388_608)]
    [InlineData(BitDepth.Pcm24, 0.25f, 2_097_152)]
    [InlineData(BitDepth.Pcm32, 1f, 2_147_483_647)]
    [InlineData(BitDepth.Pcm32, -1f, -2_147_483_648)]
    [InlineData(BitDepth.Pcm32, 0.25f, 536_870_912)]
    [Trait("Requirement", "X-15")]
    [Trait("Category", "Kernels")]
    public void Encode_Sample_GivesTheCode(BitDepth depth, float sample, int code)
    {
        float[] samples = [.. Enumerable.Repeat(sample, 33)];
        var codes = new int[33];
        Quantizer.Encode(samples, codes, depth);

        Assert.All(codes, actual => Assert.Equal(code, actual));
    }

    [Fact]
    public void Write_Stereo24_IsInterleavedLittleEndian()
    {
        var audio = new AudioBuffer(44_100, [[0x010203 / 8_388_608f, -1f], [-2 / 8_388_608f, 1f]]);
        var bytes = new byte[12];
        Quantizer.Write(audio, BitDepth.Pcm24, bytes);

        Assert.Equal([0x03, 0x02, 0x01, 0xFE, 0xFF, 0xFF, 0x00, 0x00, 0x80, 0xFF, 0xFF, 0x7F], bytes);
    }

    [Fact]
    public void Read_UnsignedBytesAndDoubles_ScalesThem()
    {
        var audio = new AudioBuffer(44_100, 1, 3);
        SampleReader.Read([0, 128, 255], SampleFormat.UInt8, audio);
        Assert.Equal([-1f, 0f, 127f / 128f], audio[0].ToArray());

        byte[] doubles = [.. new[] { 0.5, -3.25, 1.0 / 3.0 }.SelectMany(BitConverter.GetBytes)];
        SampleReader.Read(doubles, SampleFormat.Float64, audio);
        Assert.Equal([0.5f, -3.25f, (float)(1.0 / 3.0)], audio[0].ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [Trait("Requirement", "X-14")]
    public void Write_NotANumber_IsRefused(float sample)
    {
        var audio = new AudioBuffer(44_100, [[0f, sample]]);

        var thrown = Assert.Throws<PipelineException>(() => Quantizer.Write(audio, BitDepth.Float, new byte[8]));

        Assert.Equal(Problem.InvalidSamples, thrown.Problem);
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Write_Dithered_IsReproducibleWhateverTheBlocksAndSilentInSilence()
    {
        AudioBuffer audio = Ramp(2, 3_000);
        audio[0].Slice(1_000, 500).Clear();
        var whole = new byte[12_000];
        Quantizer.Write(audio, BitDepth.Pcm16, whole, new Dither(7));

        var parts = new byte[12_000];
        for (int from = 0; from < 3_000; from += 750) Quantizer.Write(audio.Slice(from, 750), BitDepth.Pcm16, parts.AsSpan(from * 4), new Dither(7), from);
        Assert.Equal(whole, parts);

        for (int i = 1_000; i < 1_500; i++) Assert.Equal(0, BitConverter.ToInt16(whole, 4 * i));
    }

    [Fact]
    public void Write_DitheredToneBelowOneStep_KeepsItsLevelAndAddsNoHarmonics()
    {
        // 0.4 of a step: without dither nothing of it would be left.
        const int Frames = 441_000;
        var audio = new AudioBuffer(44_100, 1, Frames);
        for (int i = 0; i < Frames; i++) audio[0][i] = (float)(0.4 / 32_768 * Math.Sin(Math.Tau * 441 * i / 44_100));
        var bytes = new byte[2 * Frames];

        Quantizer.Write(audio, BitDepth.Pcm16, bytes);
        Assert.All(bytes, value => Assert.Equal(0, value));

        // Noise of variance 1/6 + 1/12 steps² leaves each line 2 √(2 · 0.25 / 441000) ≈ 0.002 steps of doubt; five times that.
        Quantizer.Write(audio, BitDepth.Pcm16, bytes, new Dither(1));
        Assert.Equal(0.4, Line(bytes, 441), 0.01);
        Assert.Equal(0.0, Line(bytes, 3 * 441), 0.01);
        Assert.Equal(0.0, Line(bytes, 5 * 441), 0.01);
    }

    static double Line(byte[] bytes, double frequencyHz)
    {
        (double real, double imaginary, int frames) = (0.0, 0.0, bytes.Length / 2);
        for (int i = 0; i < frames; i++)
        {
            (double sine, double cosine) = Math.SinCos(Math.Tau * frequencyHz * i / 44_100);
            real += cosine * BitConverter.ToInt16(bytes, 2 * i);
            imaginary += sine * BitConverter.ToInt16(bytes, 2 * i);
        }

        return 2.0 * Math.Sqrt((real * real) + (imaginary * imaginary)) / frames;
    }

    /// <summary>Values all over ±1.05, the ends and zero among them.</summary>
    static AudioBuffer Ramp(int channels, int frames) => new(44_100, [.. Enumerable.Range(0, channels).Select(channel =>
        Enumerable.Range(0, frames).Select(i => (((i * 7_919) + (channel * 104_729)) % 2_101 / 1_000f) - 1.05f).ToArray())]);

    static void AssertClose(AudioBuffer expected, AudioBuffer actual, BitDepth depth)
    {
        double step = depth switch { BitDepth.Pcm16 => 1.0 / 32_768, BitDepth.Pcm24 => 1.0 / 8_388_608, _ => 1.0 / 2_147_483_648 };
        for (int channel = 0; channel < expected.Channels; channel++)
        {
            for (int i = 0; i < expected.Frames; i++)
            {
                double ideal = depth == BitDepth.Float ? expected[channel][i] : Math.Clamp(expected[channel][i], -1f, 1f);

                // Half a step; a whole one at +1, which has no code of its own.
                Assert.Equal(ideal, actual[channel][i], depth == BitDepth.Float ? 0.0 : ideal > 1.0 - step ? step : 0.5 * step);
            }
        }
    }
}
