using System.Runtime.InteropServices;
using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Filters;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Resampling;

namespace DgxMusic.Benchmarks;

/// <summary>The audio library on one core, each kind of work beside the library that is known for it.</summary>
static class AudioSpeed
{
    internal const int RateHz = 44_100, BlockFrames = 1 << 14;
    internal const double Seconds = 180;

    public static IEnumerable<Measurement> Run() => [.. WithMusic(All), .. WavSpeed.Run()];

    static IEnumerable<Measurement> All(AudioBuffer music, string[] input, string folder) =>
        [.. Loudness(music, input), .. Mastering(music, input, Path.Combine(folder, "file.wav")), .. Listening(music, input), .. Converting(music, input), .. Filtering(music, input)];

    /// <param name="measure">Takes the music, how an opponent finds it, and a folder for its files.</param>
    internal static IEnumerable<Measurement> WithMusic(Func<AudioBuffer, string[], string, IEnumerable<Measurement>> measure)
    {
        string folder = Directory.CreateTempSubdirectory("dgxmusic-audio-").FullName, raw = Path.Combine(folder, "raw");
        try
        {
            AudioBuffer music = Music();
            File.WriteAllBytes(raw, MemoryMarshal.AsBytes<float>(Interleaved(music)));
            return [.. measure(music, [raw, $"{RateHz}", "2"], folder)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static IEnumerable<Measurement> Loudness(AudioBuffer music, string[] input)
    {
        AudioBuffer steady = Sine();
        string steadyRaw = input[0] + "-steady";
        File.WriteAllBytes(steadyRaw, MemoryMarshal.AsBytes<float>(Interleaved(steady)));
        foreach ((string what, AudioBuffer audio, string[] from) in (ValueTuple<string, AudioBuffer, string[]>[])[("music", music, input), ("a steady sine", steady, [steadyRaw, .. input[1..]])])
        {
            yield return Duel.Of($"integrated loudness, {what}", Seconds, 2, Opponent.OfLibrary("ebur128", "ebur128", ["i", .. from]), () =>
            {
                var meter = new LoudnessMeter(RateHz, 2);
                InBlocks(audio, meter.Process);
                _ = meter.IntegratedLufs;
            });
            yield return Duel.Of($"loudness, range and true peak, {what}", Seconds, 4, Opponent.OfLibrary("ebur128", "ebur128", ["all", .. from]), () =>
            {
                var meter = new TrackMeter(RateHz, 2);
                InBlocks(audio, meter.Process);
                meter.Complete();
            });
        }
    }

    static IEnumerable<Measurement> Mastering(AudioBuffer music, string[] input, string wav)
    {
        yield return Duel.Of("normalise and write PCM_16", Seconds, 5, Opponent.OfPython("numpy, scipy and libsndfile", "soundfile, scipy", "normalise", [wav, .. input]), () =>
        {
            using FileStream file = File.Create(wav);
            TrackExporter.Export(SampleSource.Of(music), new(), file);
        });
    }

    static IEnumerable<Measurement> Listening(AudioBuffer music, string[] input)
    {
        yield return Duel.Of("tempo and beats", Seconds, 2, Opponent.OfLibrary("aubio", "aubio", input), () => Listen(music, tempo: true));
        yield return Duel.Of("tempo and beats", Seconds, 5, Opponent.OfPython("librosa beat_track", "librosa", "beats", ["-", .. input]), () => Listen(music, tempo: true));
        yield return Duel.Of("key", Seconds, 10, Opponent.OfPython("librosa chroma_cqt", "librosa", "key", ["-", .. input]), () => Listen(music, tempo: false));
    }

    static IEnumerable<Measurement> Converting(AudioBuffer music, string[] input)
    {
        yield return Duel.Of("44.1 to 48 kHz, soxr HQ's quality", Seconds, 1, Opponent.OfLibrary("soxr", "soxr", ["48000", .. input]), () =>
        {
            var resampler = new Resampler(RateHz, 48_000, 2);
            InBlocks(music, block => resampler.Process(block));
            resampler.Flush();
        });
        yield return Duel.Of("44.1 to 48 kHz, in one call", Seconds, 1, Opponent.OfLibrary("soxr", "soxr", ["48000", .. input]), () => Resampler.Convert(music, 48_000));
    }

    static IEnumerable<Measurement> Filtering(AudioBuffer music, string[] input)
    {
        string mono = input[0] + "-mono";
        File.WriteAllBytes(mono, MemoryMarshal.AsBytes<float>(music[0].ToArray()));
        foreach ((string what, string scipy, ButterworthFilter filter) in (ValueTuple<string, string, ButterworthFilter>[])[
            ("low-pass of order 4", "4,1000", ButterworthFilter.LowPass(4, 1_000, RateHz)), ("low-pass of order 12", "12,1000", ButterworthFilter.LowPass(12, 1_000, RateHz)),
            ("band-pass of order 4", "4,300,3000", ButterworthFilter.BandPass(4, 300, 3_000, RateHz))])
        {
            foreach (int channels in (int[])[2, 1])
            {
                // In place, so that each round filters what the one before it left: as much work, and no copy.
                AudioBuffer copy = new(RateHz, [.. Enumerable.Range(0, channels).Select(channel => music[channel].ToArray())]);
                Opponent scipys = Opponent.OfPython("scipy sosfiltfilt", "scipy, numpy", "filter", [scipy, channels == 1 ? mono : input[0], input[1], $"{channels}"]);
                yield return Duel.Of($"zero-phase {what}{(channels == 1 ? ", mono" : "")}", Seconds, 2, scipys, () => filter.Apply(copy));
            }
        }
    }

    static void Listen(AudioBuffer music, bool tempo)
    {
        var analyzer = new MusicAnalyzer(RateHz, tempo, key: !tempo);
        InBlocks(music, analyzer.Process);
        analyzer.Finish();
    }

    internal static void InBlocks(AudioBuffer audio, Action<AudioBuffer> take)
    {
        for (int from = 0; from < audio.Frames; from += BlockFrames) take(audio.Slice(from, Math.Min(BlockFrames, audio.Frames - from)));
    }

    /// <summary>Composed, and brought to the rate that most music has.</summary>
    static AudioBuffer Music()
    {
        var renderer = new ScoreRenderer(ScoreWriter.Write(new("driving rock", Seconds, Seed: 1)).Score);
        var mix = new AudioBuffer(48_000, 2, (int)renderer.Frames);
        while (renderer.RenderNext(out RenderedBlock block))
        {
            for (int channel = 0; channel < 2; channel++) block.Mix[channel].CopyTo(mix[channel][(int)block.StartFrame..]);
        }

        return Resampler.Convert(mix, RateHz);
    }

    static AudioBuffer Sine()
    {
        var sine = new AudioBuffer(RateHz, 2, (int)(Seconds * RateHz));
        for (int n = 0; n < sine.Frames; n++) sine[0][n] = sine[1][n] = 0.5f * MathF.Sin(n * 0.1f);
        return sine;
    }

    static float[] Interleaved(AudioBuffer audio)
    {
        float[] samples = new float[audio.Frames * 2];
        for (int n = 0; n < audio.Frames; n++) (samples[2 * n], samples[(2 * n) + 1]) = (audio[0][n], audio[1][n]);
        return samples;
    }
}
