using DgxMusic.Contracts;

namespace DgxMusic.Audio.Codecs;

/// <summary>How one sample lies in a file, little-endian.</summary>
enum SampleCoding
{
    Unsigned8,
    Signed8,
    Pcm16,
    Pcm24,
    Pcm32,
    Float32,
    Float64,
}

static class SampleCodings
{
    public static int BytesOf(SampleCoding coding) => coding switch
    {
        SampleCoding.Unsigned8 or SampleCoding.Signed8 => 1,
        SampleCoding.Pcm16 => 2,
        SampleCoding.Pcm24 => 3,
        SampleCoding.Float64 => 8,
        _ => 4,
    };

    /// <summary>The name callers read; those of <see cref="BitDepths"/> where it is one of them.</summary>
    public static string NameOf(SampleCoding coding) => coding switch
    {
        SampleCoding.Unsigned8 => "PCM_U8",
        SampleCoding.Signed8 => "PCM_S8",
        SampleCoding.Pcm16 => "PCM_16",
        SampleCoding.Pcm24 => "PCM_24",
        SampleCoding.Pcm32 => "PCM_32",
        SampleCoding.Float32 => "FLOAT",
        _ => "DOUBLE",
    };

    /// <summary>Signed integers of that many bytes; fewer valid bits are left-justified, so the container alone decides.</summary>
    public static SampleCoding? SignedOf(int bytes) => bytes switch
    {
        1 => SampleCoding.Signed8,
        2 => SampleCoding.Pcm16,
        3 => SampleCoding.Pcm24,
        4 => SampleCoding.Pcm32,
        _ => null,
    };

    public static SampleCoding? FloatOf(int bytes) => bytes switch { 4 => SampleCoding.Float32, 8 => SampleCoding.Float64, _ => null };

    public static SampleCoding Of(BitDepth depth) => depth switch
    {
        BitDepth.Pcm16 => SampleCoding.Pcm16,
        BitDepth.Pcm24 => SampleCoding.Pcm24,
        BitDepth.Pcm32 => SampleCoding.Pcm32,
        _ => SampleCoding.Float32,
    };
}
