using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Codecs;

static class SampleFormatNames
{
    /// <summary>Eight bits as AIFF has them; WAV's are unsigned.</summary>
    public const string Signed8 = "PCM_S8";

    /// <summary>The name callers read; that of <see cref="BitDepths"/> where it is one of them.</summary>
    public static string NameOf(SampleFormat format) => format switch
    {
        SampleFormat.UInt8 => "PCM_U8",
        SampleFormat.Int16 => "PCM_16",
        SampleFormat.Int24 => "PCM_24",
        SampleFormat.Int32 => "PCM_32",
        SampleFormat.Float32 => "FLOAT",
        _ => "DOUBLE",
    };

    /// <summary>PCM of 1 to 32 bits. Fewer bits than their bytes hold are left-justified, so the bytes alone decide.</summary>
    public static SampleFormat PcmOf(int bits) => ((bits + 7) / 8) switch
    {
        1 => SampleFormat.UInt8,
        2 => SampleFormat.Int16,
        3 => SampleFormat.Int24,
        _ => SampleFormat.Int32,
    };

    public static SampleFormat FloatOf(int bits) => bits == 64 ? SampleFormat.Float64 : SampleFormat.Float32;
}
