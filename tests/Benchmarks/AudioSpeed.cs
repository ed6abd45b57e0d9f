using System.Runtime.InteropServices;
using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Wav;
using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Filters;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Resampling;

namespace DgxMusic.Benchmarks;

/// <summary>The audio library on one core, each kind of work beside the library that is known for it.</summary>
static class AudioSpeed
{
    const int RateHz = 44_100, BlockFrames = 1 << 14;
    const double Seconds = 180;

    public static IEnumerable<Measurement> Run()
    {
        string folder = Directory.CreateTempSubdirectory("dgxmusic-audio-").FullName, raw = Path.Combine(folder, "raw"), wav = Path.Combine(folder, "file.wav");
        try
        {
            AudioBuffer music = Music();
            File.WriteAllBytes(raw, MemoryMarshal.AsBytes<float>(Interleaved(music)));
            string[] input = [raw, $"{RateHz}", "2"];
            return [.. Loudness(music, input), .. Mastering(music, input, wav), .. Listening(music, input), .. Converting(music, input), .. Filtering(music, input), .. Files(music, input, wav, folder)];
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
        // In place, so that each round filters what the one before it left: as much work, and no copy.
        AudioBuffer copy = new(RateHz, [music[0].ToArray(), music[1].ToArray()]);
        ButterworthFilter filter = ButterworthFilter.LowPass(4, 1_000, RateHz);
        yield return Duel.Of("zero-phase low-pass of order 4", Seconds, 2, Opponent.OfPython("scipy sosfiltfilt", "scipy, numpy", "filter", ["-", .. input]), () => filter.Apply(copy));
    }

    static IEnumerable<Measurement> Files(AudioBuffer music, string[] input, string wav, string folder)
    {
        foreach (BitDepth depth in (BitDepth[])[BitDepth.Pcm16, BitDepth.Pcm24, BitDepth.Float])
        {
            string name = BitDepths.NameOf(depth), theirs = Path.Combine(folder, "theirs.wav");
            yield return Duel.Of($"write {name}", Seconds, 2, Opponent.OfLibrary("sndfile", "sndfile", ["write", name, theirs, .. input]), () => Write(music, depth, wav));
            var block = new AudioBuffer(RateHz, 2, BlockFrames);
            yield return Duel.Of($"read {name}", Seconds, 2, Opponent.OfLibrary("sndfile", "sndfile", ["read", name, wav, .. input]), () =>
            {
                using var reader = new WavReader(File.OpenRead(wav));
                while (reader.Read(block) > 0) { }
            });
        }
    }

    static void Write(AudioBuffer music, BitDepth depth, string path)
    {
        using FileStream file = File.Create(path);
        using var writer = new WavWriter(file, new(RateHz, 2, depth, music.Frames));
        InBlocks(music, writer.Write);
        writer.Complete();
    }

    static void Listen(AudioBuffer music, bool tempo)
    {
        var analyzer = new MusicAnalyzer(RateHz, tempo, key: !tempo);
        InBlocks(music, analyzer.Process);
        analyzer.Finish();
    }

    static void InBlocks(AudioBuffer audio, Action<AudioBuffer> take)
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
