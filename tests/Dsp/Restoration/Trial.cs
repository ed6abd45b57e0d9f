using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Restoration;

namespace DgxMusic.Dsp.Tests.Restoration;

/// <summary>Runs tracks through post-processing and weighs what comes out.</summary>
static class Trial
{
    public const int RateHz = 44_100;

    public static AudioBuffer Run(PostProcess settings, AudioBuffer track, AudioBuffer? others = null, int block = 10_000, NormalizationPlan? plan = null)
    {
        PostProcessor processor = PostProcessing.Open(settings, track.SampleRateHz, track.Channels, plan);
        var lines = Enumerable.Range(0, track.Channels).Select(_ => new List<float>()).ToArray();
        for (int from = 0; from < track.Frames; from += block)
        {
            int count = Math.Min(block, track.Frames - from);
            Keep(processor.Process(track.Slice(from, count), others?.Slice(from, count)));
        }

        Keep(processor.Flush());
        return new(track.SampleRateHz, [.. lines.Select(line => line.ToArray())]);

        void Keep(AudioBuffer finished)
        {
            for (int channel = 0; channel < lines.Length; channel++) lines[channel].AddRange(finished[channel]);
        }
    }

    /// <summary>White Gaussian noise, independent in each channel.</summary>
    public static AudioBuffer Noise(double seconds, double rms, int seed, int channels = 2, int rateHz = RateHz)
    {
        var random = new Random(seed);
        return Made(seconds, channels, rateHz, (_, _) => rms * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()));
    }

    /// <summary>Sines that swell and fade over 0.2 s: a hard edge is a click, which no tone is.</summary>
    public static AudioBuffer Tones(double seconds, double peak, params double[] hertz)
    {
        float[] line = Made(seconds, 1, RateHz, (_, n) =>
        {
            double t = (double)n / RateHz, edge = Math.Clamp(Math.Min(t, seconds - t) / 0.2, 0, 1);
            return peak * edge * hertz.Sum(frequency => Math.Sin(Math.Tau * frequency * t));
        })[0].ToArray();
        return new(RateHz, [line, [.. line]]);
    }

    public static AudioBuffer Made(double seconds, int channels, int rateHz, Func<int, int, double> sample)
    {
        int frames = (int)AudioBuffer.FramesIn(seconds, rateHz);
        return new(rateHz, [.. Enumerable.Range(0, channels).Select(channel => Enumerable.Range(0, frames).Select(n => (float)sample(channel, n)).ToArray())]);
    }

    public static AudioBuffer Sum(AudioBuffer first, AudioBuffer second, double gain = 1) => new(
        first.SampleRateHz,
        [.. Enumerable.Range(0, first.Channels).Select(channel => first[channel].ToArray().Zip(second[channel].ToArray(), (x, y) => (float)(x + (gain * y))).ToArray())]);

    /// <summary>Energy, dB of full scale.</summary>
    public static double Db(AudioBuffer audio, double fromSeconds = 0, double toSeconds = double.MaxValue)
    {
        int from = (int)(fromSeconds * audio.SampleRateHz), to = (int)Math.Min(audio.Frames, toSeconds * audio.SampleRateHz);
        return 10 * Math.Log10(Enumerable.Range(0, audio.Channels).SelectMany(channel => audio[channel][from..to].ToArray()).Average(x => (double)x * x));
    }

    /// <summary>Energy of a difference over that of what should have come, dB.</summary>
    public static double ChangeDb(AudioBuffer changed, AudioBuffer wanted, double fromSeconds = 0, double toSeconds = double.MaxValue) =>
        Db(Sum(changed, wanted, -1), fromSeconds, toSeconds) - Db(wanted, fromSeconds, toSeconds);
}
