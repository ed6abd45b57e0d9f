namespace DgxMusic.Dsp.Tests.Loudness;

/// <summary>Signals made in code, so that no test needs a file.</summary>
static class Tones
{
    /// <summary>A sine whose level changes without a break of phase; the same in every channel.</summary>
    /// <param name="parts">Seconds and peak level of each part, dBFS; −∞ is silence.</param>
    public static AudioBuffer Steps(int sampleRateHz, int channels, params (double Seconds, double Dbfs)[] parts) =>
        Steps(sampleRateHz, 1000.0, [.. Enumerable.Repeat(0.0, channels)], parts);

    /// <param name="offsetsDb">Level of each channel against the parts', dB.</param>
    public static AudioBuffer Steps(int sampleRateHz, double frequencyHz, double[] offsetsDb, params (double Seconds, double Dbfs)[] parts)
    {
        var levels = new List<float>();
        foreach ((double seconds, double dbfs) in parts)
        {
            int frames = (int)AudioBuffer.FramesIn(seconds, sampleRateHz);
            double amplitude = Math.Pow(10.0, dbfs / 20.0);
            for (int i = 0; i < frames; i++) levels.Add((float)(amplitude * Math.Sin(Math.Tau * frequencyHz * levels.Count / sampleRateHz)));
        }

        return new(sampleRateHz, [.. offsetsDb.Select(offset => levels.Select(sample => (float)(sample * Math.Pow(10.0, offset / 20.0))).ToArray())]);
    }

    /// <summary>Uniform noise, independent in each channel; a pure function of the seed.</summary>
    public static AudioBuffer Noise(int sampleRateHz, int channels, int frames, float amplitude, int seed = 1)
    {
        var random = new Random(seed);
        return new(sampleRateHz, [.. Enumerable.Range(0, channels).Select(_ => Enumerable.Range(0, frames).Select(_ => amplitude * ((2f * random.NextSingle()) - 1f)).ToArray())]);
    }

    /// <summary>Noise whose level wanders like music's: bursts, pauses, a few loud moments.</summary>
    public static AudioBuffer Programme(int sampleRateHz, int channels, double seconds, float amplitude, int seed = 1)
    {
        AudioBuffer noise = Noise(sampleRateHz, channels, (int)(seconds * sampleRateHz), amplitude, seed);
        for (int channel = 0; channel < channels; channel++)
        {
            float low = 0f;
            for (int i = 0; i < noise.Frames; i++)
            {
                double t = (double)i / sampleRateHz;
                double level = (0.2 + (0.8 * Math.Pow(Math.Sin(Math.PI * 2.1 * t), 8))) * (0.4 + (0.6 * Math.Abs(Math.Sin(0.37 * t))));
                low += 0.2f * (noise[channel][i] - low);
                noise[channel][i] = (float)(level * ((2.0 * low) + (0.3 * noise[channel][i])));
            }
        }

        return noise;
    }

    /// <summary>The signal cut into blocks of changing size, some of them empty.</summary>
    public static IEnumerable<AudioBuffer> Cut(AudioBuffer audio, params int[] sizes)
    {
        for ((int from, int turn) = (0, 0); from < audio.Frames; turn++)
        {
            int count = Math.Min(sizes[turn % sizes.Length], audio.Frames - from);
            yield return audio.Slice(from, count);
            from += count;
        }
    }

    public static AudioBuffer Copy(AudioBuffer audio) =>
        new(audio.SampleRateHz, [.. Enumerable.Range(0, audio.Channels).Select(channel => audio[channel].ToArray())]);
}
