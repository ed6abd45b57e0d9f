using System.Collections.Concurrent;

namespace DgxMusic.Dsp.Tests.Seams;

/// <summary>Twelve seconds of a small band: bass, chords, a melody with vibrato, kick, snare and hats, all of it drawn from a seed.</summary>
static class SyntheticMusic
{
    public const int Rate = 44_100, Frames = 12 * Rate;

    static readonly ConcurrentDictionary<int, Lazy<AudioBuffer>> played = new();

    /// <summary>One buffer for all who ask for the seed: to be read only.</summary>
    public static AudioBuffer Of(int seed) => played.GetOrAdd(seed, _ => new(() => Play(seed))).Value;

    static AudioBuffer Play(int seed)
    {
        var random = new Random(seed);
        var audio = new AudioBuffer(Rate, 2, Frames);
        double beat = 60.0 / (80 + random.Next(80));
        for (int n = 0; n * beat < 12; n++)
        {
            double at = n * beat, root = 55 * Math.Pow(2, random.Next(12) / 12.0);
            Note(audio, at, beat * (0.4 + (0.6 * random.NextDouble())), root, 0.25, 0.3, 0, 4);
            if (n % 4 == 0) foreach (double third in (double[])[4, 5, 6]) Note(audio, at, 3.9 * beat, root * third, 0.08, 1.5, 0, 6);
            Note(audio, at + (beat * random.Next(4) / 4), beat * (0.3 + random.NextDouble()), 440 * Math.Pow(2, random.Next(12) / 12.0), 0.15, 0.5, 5, 8);
            Drum(audio, at, 0.5, 0.06, random, noise: 0.02, tone: 60);
            if (n % 2 == 1) Drum(audio, at, 0.35, 0.05, random, noise: 1, tone: 190);
            for (int eighth = 0; eighth < 2; eighth++) Drum(audio, at + (eighth * beat / 2), 0.1, 0.02, random, noise: 1, tone: 0);
        }

        return audio;
    }

    static void Note(AudioBuffer audio, double at, double seconds, double hertz, double level, double decay, double vibrato, int partials)
    {
        for (int i = (int)(at * Rate); i < Math.Min(Frames, (int)((at + seconds) * Rate)); i++)
        {
            double t = (i / (double)Rate) - at, gate = Math.Min(1, Math.Min(t / 0.005, (seconds - t) / 0.02)), x = 0;
            double phase = 2 * Math.PI * ((hertz * t) + (0.02 * vibrato * Math.Sin(2 * Math.PI * 5 * t)));
            for (int partial = 1; partial <= partials; partial++) x += Math.Sin(partial * phase) / partial;
            Add(audio, i, level * gate * Math.Exp(-t / decay) * x);
        }
    }

    static void Drum(AudioBuffer audio, double at, double level, double decay, Random random, double noise, double tone)
    {
        for (int i = (int)(at * Rate); i < Math.Min(Frames, (int)((at + (8 * decay)) * Rate)); i++)
        {
            double t = (i / (double)Rate) - at;
            double hit = level * Math.Min(1, t / 0.001) * Math.Exp(-t / decay), hiss = noise * ((2 * random.NextDouble()) - 1);
            Add(audio, i, hit * (hiss + Math.Sin(2 * Math.PI * tone * t)));
        }
    }

    static void Add(AudioBuffer audio, int frame, double x)
    {
        audio[0][frame] += (float)x;
        audio[1][frame] += (float)(0.7 * x);
    }
}
