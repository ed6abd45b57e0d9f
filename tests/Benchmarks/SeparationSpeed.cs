using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Benchmarks;

/// <summary>How fast a mix in memory is taken apart, in blocks of one second on one thread, and what the separator holds for that.</summary>
static class SeparationSpeed
{
    const double Seconds = 60;

    public static IEnumerable<Measurement> Run()
    {
        foreach (int rate in (int[])[44_100, 96_000])
        {
            AudioBuffer mix = Mix(rate);
            yield return Measurement.OfRealTime($"spectral separation, stereo at {rate} Hz", Seconds, () => Separate(mix), rate == 44_100 ? "aim: 40" : "");
        }

        yield return Measurement.Of("memory of a spectral separator, stereo at 44100 Hz", "KiB", () =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _ = new SpectralSeparator(44_100, 2);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / 1024.0;
        });
    }

    static void Separate(AudioBuffer mix)
    {
        var separator = new SpectralSeparator(mix.SampleRateHz, 2);
        for (int from = 0; from < mix.Frames; from += mix.SampleRateHz) separator.Process(mix.Slice(from, Math.Min(mix.SampleRateHz, mix.Frames - from)));
        separator.Flush();
    }

    static AudioBuffer Mix(int rate)
    {
        var renderer = new ScoreRenderer(ScoreWriter.Write(new("driving rock", Seconds, Seed: 1)).Score, rate);
        var mix = new AudioBuffer(rate, 2, (int)renderer.Frames);
        while (renderer.RenderNext(out RenderedBlock block))
        {
            for (int channel = 0; channel < 2; channel++) block.Mix[channel].CopyTo(mix[channel][(int)block.StartFrame..]);
        }

        return mix;
    }
}
