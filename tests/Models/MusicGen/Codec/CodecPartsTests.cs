using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Codec;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

/// <summary>Music in parts against music at once, bit for bit; and what is no music.</summary>
public sealed class CodecPartsTests : IDisposable
{
    readonly ManagedEngine engine = new(threads: 2);
    readonly TemporaryFolder folder = new();
    readonly List<WeightFile> files = [];

    /// <summary>The recorded codec, and one with more of everything that a part has to see around it: a residual kernel that is not odd, two of them, a ratio that is no power of two.</summary>
    public static TheoryData<bool, bool> Codecs => new() { { false, true }, { false, false }, { true, true }, { true, false } };

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_AnyCuts_HasTheBitsOfAllAtOnce(bool isOther, bool reflects)
    {
        EnCodec codec = Load(isOther, reflects);
        var random = new Random(7);
        foreach (int frames in (int[])[1, 2, 3, 4, 5, 9, 40, 111])
        {
            Codes codes = Noise(random, codec, frames);
            float[] whole = codec.Decode(codes);
            Assert.Equal(frames * codec.Config.Hop, whole.Length);
            for (int round = 0; round < 4; round++)
            {
                List<float> parts = [];
                CodecMemory? memory = null;
                for (int from = 0; from < frames;)
                {
                    int to = Math.Min(frames, from + 1 + random.Next(round == 0 ? 1 : frames));
                    DecodedBlock block = codec.Decode(codes, from, to, memory);
                    parts.AddRange(block.Samples);
                    (from, memory) = (to, block.Memory);
                }

                Assert.Equal(whole, parts);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_AnyTiles_HasTheBitsOfOne(bool isOther, bool reflects)
    {
        EnCodec codec = Load(isOther, reflects);
        Codes codes = Noise(new(3), codec, 61);
        float[] whole = codec.Decode(codes);
        foreach (int tile in (int[])[1, 2, 7, 60])
        {
            codec.TileFrames = tile;
            Assert.Equal(whole, codec.Decode(codes));
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Encode_AnyTiles_HasTheBitsOfOne(bool isOther, bool reflects)
    {
        EnCodec codec = Load(isOther, reflects);
        foreach (int length in (int[])[1, 2, 37, 1000, 4321])
        {
            float[] samples = Npy.Read("musicgen_small", "codec.in.npy")[..length], latent = [];
            codec.Probe = (name, tensor) => latent = name == "latent" ? tensor.ToArray() : latent;
            codec.TileFrames = int.MaxValue / 2;
            codec.Encode(samples);
            float[] whole = latent;
            foreach (int tile in (int[])[1, 2, 7, 60])
            {
                codec.TileFrames = tile;
                Assert.Equal((length + codec.Config.Hop - 1) / codec.Config.Hop, codec.Encode(samples).Frames);
                Assert.Equal(whole, latent);
            }
        }
    }

    [Fact]
    public void Decode_MemoryMissingOrOfLaterFrames_HearsThemAgain()
    {
        EnCodec codec = Load(isOther: false, reflects: true);
        Codes codes = Noise(new(5), codec, 50);
        float[] whole = codec.Decode(codes), expected = whole[(20 * codec.Config.Hop)..(31 * codec.Config.Hop)];
        CodecMemory early = codec.Decode(codes, 0, 7).Memory, late = codec.Decode(codes, 0, 40).Memory;
        Assert.True(early.Frame is > 0 and < 7 && late.Frame > 31, $"{early.Frame}, {late.Frame}");
        foreach (CodecMemory? memory in (CodecMemory?[])[null, early, late])
        {
            DecodedBlock block = codec.Decode(codes, 20, 31, memory);
            Assert.Equal(expected, block.Samples);
            Assert.Equal(whole[(31 * codec.Config.Hop)..], codec.Decode(codes, 31, 50, block.Memory).Samples);
        }
    }

    [Fact]
    public void Decode_Memory_IsTheSameHoweverItWasReached()
    {
        EnCodec codec = Load(isOther: false, reflects: true);
        Codes codes = Noise(new(5), codec, 50);
        CodecMemory once = codec.Decode(codes, 0, 30).Memory, twice = codec.Decode(codes, 13, 30, codec.Decode(codes, 0, 13).Memory).Memory;
        Assert.Equal(once.Frame, twice.Frame);
        Assert.Equal(once.Values, twice.Values);
    }

    [Fact]
    public void Encode_Silence_IsHeardAsFinite()
    {
        EnCodec codec = Load(isOther: false, reflects: true);
        Codes codes = codec.Encode(new float[1000]);
        Assert.All(codec.Decode(codes), sample => Assert.True(float.IsFinite(sample)));
    }

    [Fact]
    public void Decode_WhatIsNotThere_Throws()
    {
        EnCodec codec = Load(isOther: false, reflects: true);
        Codes codes = Noise(new(1), codec, 5);
        Assert.Throws<ArgumentException>(() => codec.Encode([]));
        Assert.Throws<ArgumentException>(() => codec.Decode(Codes.None(4)));
        Assert.Throws<ArgumentException>(() => codec.Decode(new Codes(3, 1, [1, 2, 3])));
        Assert.Throws<ArgumentException>(() => codec.Decode(new Codes(4, 1, [1, 2, 3, 128])));
        Assert.Throws<ArgumentException>(() => codec.Decode(codes, 2, 2));
        Assert.Throws<ArgumentException>(() => codec.Decode(codes, -1, 2));
        Assert.Throws<ArgumentException>(() => codec.Decode(codes, 2, 6));
    }

    EnCodec Load(bool isOther, bool reflects)
    {
        CodecConfig recorded = MusicGenConfig.Read(GoldenFiles.Path("musicgen_small", "config.json")).Codec;
        CodecConfig other = new(16_000, 1, Filters: 2, Ratios: [5, 3], Latent: 6, Kernel: 5, LastKernel: 3, ResidualKernel: 4, ResidualLayers: 2, DilationGrowth: 3, Compression: 2, LstmLayers: 1, CodebookSize: 20, ReflectsAtEnds: true);
        files.Add(WeightFile.Open(isOther ? CodecCheckpoint.Filled(folder, other, 2) : GoldenFiles.Path("musicgen_small", "model.safetensors")));
        return new(new Parameters(engine, files[^1])["audio_encoder"], (isOther ? other : recorded) with { ReflectsAtEnds = reflects }, isOther ? 2 : 4);
    }

    static Codes Noise(Random random, EnCodec codec, int frames) => new(codec.Codebooks, frames, [.. Enumerable.Range(0, codec.Codebooks * frames).Select(_ => random.Next(codec.Config.CodebookSize))]);

    public void Dispose()
    {
        files.ForEach(file => file.Dispose());
        engine.Dispose();
        folder.Dispose();
    }
}
