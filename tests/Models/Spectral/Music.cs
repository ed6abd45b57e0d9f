using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>Music whose parts are known, and how well it was taken apart.</summary>
static class Music
{
    public const int Rate = 44_100;

    /// <summary>A piece by our composer: its drums, its bass and all else together.</summary>
    public static (AudioBuffer Drums, AudioBuffer Bass, AudioBuffer Other) Compose(string prompt, ulong seed, double seconds)
    {
        var renderer = new ScoreRenderer(ScoreWriter.Write(new(prompt, seconds, Seed: seed)).Score, Rate);
        AudioBuffer drums = New(renderer.Frames), bass = New(renderer.Frames), other = New(renderer.Frames);
        while (renderer.RenderNext(out RenderedBlock block))
        {
            for (int stem = 0; stem < renderer.Stems.Count; stem++)
            {
                AudioBuffer to = renderer.Stems[stem] switch { "drums" => drums, "bass" => bass, _ => other };
                for (int channel = 0; channel < 2; channel++)
                {
                    Span<float> into = to[channel].Slice((int)block.StartFrame, block.Mix.Frames);
                    for (int i = 0; i < into.Length; i++) into[i] += block.Stems[stem][channel][i];
                }
            }
        }

        return (drums, bass, other);
    }

    /// <summary>A voice of harmonics under formants in the middle: notes of a scale, each scooped from below, with a vibrato of 60 cents at 5.5 Hz.</summary>
    public static AudioBuffer Sing(int frames, int seed, double rms)
    {
        var random = new Random(seed);
        float[] samples = new float[frames];
        for (int start = 0, note = 0; start < frames; note++)
        {
            int length = (int)(Rate * (0.3 * (1 + random.Next(3))));
            double hertz = 220 * Math.Pow(2, new[] { 0, 2, 4, 5, 7, 9, 12 }[random.Next(7)] / 12.0);
            SingNote(samples.AsSpan(start, Math.Min(length, frames - start)), hertz, note % 2 == 0 ? open : closed);
            start += length + (int)(Rate * 0.1 * random.Next(1, 4));
        }

        double gain = rms / Math.Sqrt(samples.Average(sample => (double)sample * sample));
        for (int i = 0; i < frames; i++) samples[i] *= (float)gain;
        return new(Rate, [samples, [.. samples]]);
    }

    public static AudioBuffer Add(params AudioBuffer[] parts)
    {
        AudioBuffer sum = New(parts[0].Frames);
        foreach (AudioBuffer part in parts)
        {
            for (int channel = 0; channel < 2; channel++)
            {
                for (int i = 0; i < sum.Frames; i++) sum[channel][i] += part[channel][i];
            }
        }

        return sum;
    }

    public static double Rms(AudioBuffer audio)
    {
        double energy = 0;
        for (int channel = 0; channel < audio.Channels; channel++)
        {
            foreach (float sample in audio[channel]) energy += (double)sample * sample;
        }

        return Math.Sqrt(energy / audio.Channels / Math.Max(1, audio.Frames));
    }

    /// <summary>The whole of each stem, fed in blocks of so many frames.</summary>
    public static SpectralStems Separate(AudioBuffer mix, int blockFrames = int.MaxValue)
    {
        var separator = new SpectralSeparator(mix.SampleRateHz, mix.Channels);
        List<SpectralStems> pieces = [];
        for (int from = 0; from < mix.Frames; from += Math.Min(blockFrames, mix.Frames - from))
            pieces.Add(separator.Process(mix.Slice(from, Math.Min(blockFrames, mix.Frames - from))));
        pieces.Add(separator.Flush());
        AudioBuffer Join(Func<SpectralStems, AudioBuffer> stem) => Music.Join(mix, [.. pieces.Select(stem)]);
        return new(0, Join(piece => piece.Vocals), Join(piece => piece.Drums), Join(piece => piece.Bass), Join(piece => piece.Other));
    }

    /// <summary>
    /// Scale-invariant ratio of signal to distortion in dB, of an estimate over that of the mix itself
    /// (Le Roux, Wisdom, Erdogan, Hershey, SDR – half-baked or well done?, ICASSP 2019); both channels are one signal.
    /// </summary>
    public static double Improvement(AudioBuffer estimate, AudioBuffer mix, AudioBuffer truth) => SiSdr(estimate, truth) - SiSdr(mix, truth);

    static double SiSdr(AudioBuffer estimate, AudioBuffer truth)
    {
        double cross = 0, own = 0, all = 0;
        for (int channel = 0; channel < truth.Channels; channel++)
        {
            for (int i = 0; i < truth.Frames; i++)
            {
                double e = estimate[channel][i], t = truth[channel][i];
                (cross, own, all) = (cross + (e * t), own + (t * t), all + (e * e));
            }
        }

        double signal = cross * cross / own;
        return 10 * Math.Log10(signal / (all - signal));
    }

    static readonly (double Hertz, double Width, double Gain)[] open = [(700, 80, 1), (1220, 90, 0.7), (2600, 120, 0.4), (3300, 150, 0.25)];
    static readonly (double Hertz, double Width, double Gain)[] closed = [(300, 60, 1), (2300, 100, 0.7), (3000, 120, 0.4), (3600, 150, 0.25)];

    static void SingNote(Span<float> samples, double hertz, (double Hertz, double Width, double Gain)[] formants)
    {
        double cycles = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double t = (double)i / Rate, cents = (60 * Math.Sin((2 * Math.PI * 5.5 * t) + 1) * Math.Min(1, t / 0.15)) - (150 * Math.Exp(-t / 0.04));
            double now = hertz * Math.Pow(2, cents / 1200), fade = Math.Min(1, Math.Min(t / 0.04, (samples.Length - i) / (0.06 * Rate)));
            cycles += now / Rate;
            for (int k = 1; k * now < 10_000; k++)
            {
                double gain = 0.02;
                foreach (var (at, width, height) in formants) gain += height * width * width / ((((k * now) - at) * ((k * now) - at)) + (width * width));
                samples[i] += (float)(fade * gain / Math.Sqrt(k) * Math.Sin(2 * Math.PI * k * cycles));
            }
        }
    }

    static AudioBuffer Join(AudioBuffer mix, AudioBuffer[] pieces) => new(mix.SampleRateHz, [.. Enumerable.Range(0, mix.Channels).Select(channel =>
        pieces.SelectMany(piece => piece[channel].ToArray()).ToArray())]);

    static AudioBuffer New(long frames) => new(Rate, 2, (int)frames);
}
