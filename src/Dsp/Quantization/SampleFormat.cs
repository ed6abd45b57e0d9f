namespace DgxMusic.Dsp.Quantization;

/// <summary>Little-endian sample formats that uncompressed files hold.</summary>
public enum SampleFormat
{
    /// <summary>8-bit PCM, unsigned around 128.</summary>
    UInt8,
    Int16,

    /// <summary>24-bit PCM in three bytes.</summary>
    Int24,
    Int32,
    Float32,
    Float64,
}

public static class SampleFormats
{
    public static int BytesOf(this SampleFormat format) => format switch
    {
        SampleFormat.UInt8 => 1,
        SampleFormat.Int16 => 2,
        SampleFormat.Int24 => 3,
        SampleFormat.Int32 or SampleFormat.Float32 => 4,
        SampleFormat.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}
