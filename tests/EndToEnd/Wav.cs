using System.Buffers.Binary;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>Canonical 16-bit WAV, written without the code under test.</summary>
static class Wav
{
    const int HeaderBytes = 44;

    /// <summary>A sine of half of full scale.</summary>
    public static byte[] Sine(double seconds, int rateHz = 8000, int channels = 1, double frequencyHz = 440)
    {
        int frames = (int)(seconds * rateHz);
        byte[] file = new byte[HeaderBytes + (frames * channels * 2)];
        "RIFF"u8.CopyTo(file);
        Write32(file, 4, file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        Write32(file, 16, 16);
        Write32(file, 20, 1 | (channels << 16));
        Write32(file, 24, rateHz);
        Write32(file, 28, rateHz * channels * 2);
        Write32(file, 32, (channels * 2) | (16 << 16));
        "data"u8.CopyTo(file.AsSpan(36));
        Write32(file, 40, frames * channels * 2);
        for (int n = 0; n < frames * channels; n++)
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(HeaderBytes + (2 * n)), (short)(16384 * Math.Sin(2 * Math.PI * frequencyHz * (n / channels) / rateHz)));
        return file;
    }

    static void Write32(byte[] file, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
}
