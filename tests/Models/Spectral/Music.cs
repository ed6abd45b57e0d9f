using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>Music whose parts are known, and the way through the separator.</summary>
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

    public static AudioBuffer ToMono(AudioBuffer stereo)
    {
        AudioBuffer mono = new(stereo.SampleRateHz, 1, stereo.Frames);
        for (int i = 0; i < mono.Frames; i++) mono[0][i] = (stereo[0][i] + stereo[1][i]) / 2;
        return mono;
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

    static AudioBuffer Join(AudioBuffer mix, AudioBuffer[] pieces) => new(mix.SampleRateHz, [.. Enumerable.Range(0, mix.Channels).Select(channel =>
        pieces.SelectMany(piece => piece[channel].ToArray()).ToArray())]);

    static AudioBuffer New(long frames) => new(Rate, 2, (int)frames);
}
