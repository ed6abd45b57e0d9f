using System.Globalization;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>Songs to take apart, and what is in the files that come back.</summary>
static class SongFiles
{
    public static (byte[] File, string Name, long Frames) Odd(string what)
    {
        AudioBuffer second = Song(1, 44_100, 2);
        switch (what)
        {
            case "one sample": return (Write(second.Slice(0, 1), BitDepth.Pcm16), "a.wav", 1);
            case "a third of a second": return (Write(second.Slice(0, 13_230), BitDepth.Pcm24), "a.wav", 13_230);
            case "silence": return (Write(new(44_100, 2, 44_100), BitDepth.Pcm16), "a.wav", 44_100);
            case "22 kHz mono named .mp3": return (Wav.Sine(1, 22_050), "a.mp3", 22_050);
            case "truncated": return (Wav.Sine(1, 44_100, 2)[..(44 + (4 * 30_000))], "a.wav", 30_000);
            case "8 bits": return (EightBits(Wav.Sine(1, 44_100)), "a.wav", 44_100);
            case "6 channels": return (Wav.Sine(1, 44_100, 6), "a.wav", 0);
            case "no samples": return (Wav.Sine(0), "a.wav", 0);
            case "a text": return ("This is a text and no song, however it is called."u8.ToArray(), "a.wav", 0);
            default:
                byte[] file = Write(what == "no number in it" ? second : Song(62, 8000, 1), BitDepth.Float);
                BitConverter.GetBytes(float.NaN).CopyTo(file, file.Length - 4);
                return (file, "a.wav", 0);
        }
    }

    /// <summary>The same, one byte a sample.</summary>
    public static byte[] EightBits(byte[] wav)
    {
        byte[] file = [.. wav[..44], .. wav[44..].Chunk(2).Select(code => (byte)(128 + (sbyte)code[1]))];
        BitConverter.GetBytes(file.Length - 8).CopyTo(file, 4);
        BitConverter.GetBytes(BitConverter.ToInt32(file, 28) / 2).CopyTo(file, 28);
        (file[32], file[34]) = ((byte)(file[32] / 2), 8);
        BitConverter.GetBytes(file.Length - 44).CopyTo(file, 40);
        return file;
    }

    public static AudioBuffer Song(int seconds, int rateHz, int channels)
    {
        var song = new AudioBuffer(rateHz, channels, seconds * rateHz);
        uint noise = 1;
        for (int n = 0; n < song.Frames; n++)
        {
            noise = (noise * 1_664_525) + 1_013_904_223;
            double t = (double)n / rateHz, beat = Math.Exp(-8 * (t % 0.5));
            for (int channel = 0; channel < channels; channel++)
                song[channel][n] = (float)((0.4 * beat * Math.Sin(400 * (t % 0.5))) + (0.3 * Math.Sin((2760 + (channel * 900)) * t)) + (0.05 * ((int)noise / 2_147_483_648.0)));
        }

        return song;
    }

    public static byte[] Write(AudioBuffer samples, BitDepth depth)
    {
        using var file = new MemoryStream();
        using var wav = new WavWriter(file, new(samples.SampleRateHz, samples.Channels, depth, samples.Frames));
        wav.Write(samples);
        wav.Complete();
        return file.ToArray();
    }

    /// <summary>FLOAT or PCM_16, found without the code under test.</summary>
    public static AudioBuffer Read(byte[] wav)
    {
        int at = 12, format = 0, channels = 0, rate = 0, bits = 0;
        while (true)
        {
            int size = BitConverter.ToInt32(wav, at + 4);
            string chunk = System.Text.Encoding.ASCII.GetString(wav, at, 4);
            if (chunk == "fmt ") (format, channels, rate, bits) = (BitConverter.ToInt16(wav, at + 8), BitConverter.ToInt16(wav, at + 10), BitConverter.ToInt32(wav, at + 12), BitConverter.ToInt16(wav, at + 22));
            if (chunk == "data")
            {
                var samples = new AudioBuffer(rate, channels, size / (channels * bits / 8));
                for (int n = 0; n < samples.Frames * channels; n++)
                    samples[n % channels][n / channels] = bits == 32 ? BitConverter.ToSingle(wav, at + 8 + (4 * n)) : BitConverter.ToInt16(wav, at + 8 + (2 * n)) / 32_768f;
                Assert.True(bits is 16 or 32, string.Create(CultureInfo.InvariantCulture, $"{bits} bits of format {format}"));
                return samples;
            }

            at += 8 + size + (size & 1);
        }
    }
}
