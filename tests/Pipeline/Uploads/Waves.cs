using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>WAV files in memory.</summary>
public static class Waves
{
    public static byte[] Sine(double seconds, BitDepth depth = BitDepth.Pcm16, int rateHz = 8000, double frequencyHz = 440)
    {
        var samples = new AudioBuffer(rateHz, 1, (int)(seconds * rateHz));
        for (int n = 0; n < samples.Frames; n++) samples[0][n] = (float)(0.5 * Math.Sin(2 * Math.PI * frequencyHz * n / rateHz));
        return Of(samples, depth);
    }

    public static byte[] Of(AudioBuffer samples, BitDepth depth)
    {
        using var file = new MemoryStream();
        using (var wav = new WavWriter(file, new(samples.SampleRateHz, samples.Channels, depth, samples.Frames)))
        {
            wav.Write(samples);
            wav.Complete();
        }

        return file.ToArray();
    }

    /// <summary>FLOAT, with one NaN; written where the writer would refuse it.</summary>
    public static byte[] WithNaN(double seconds)
    {
        byte[] file = Sine(seconds, BitDepth.Float);
        BitConverter.GetBytes(float.NaN).CopyTo(file, file.Length - 4);
        return file;
    }
}
