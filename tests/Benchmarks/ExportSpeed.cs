using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Benchmarks;

/// <summary>How fast a mix in memory is mastered into a file in memory.</summary>
static class ExportSpeed
{
    const double Seconds = 180;

    public static IEnumerable<Measurement> Run()
    {
        AudioBuffer mix = Mix();
        foreach ((string what, ExportOptions options) in new (string, ExportOptions)[]
        {
            ("PCM_16, peak", new()),
            ("PCM_16, limiter at −9 LUFS", new() { Mode = LoudnessMode.Limiter, TargetLufs = -9 }),
            ("PCM_24, to 44.1 kHz", new() { BitDepth = BitDepth.Pcm24, SampleRateHz = 44_100 }),
        })
            yield return Measurement.OfRealTime($"export of 3 min stereo, {what}", Seconds, () => TrackExporter.Export(SampleSource.Of(mix), options, Stream.Null));
    }

    static AudioBuffer Mix()
    {
        var renderer = new ScoreRenderer(ScoreWriter.Write(new("driving rock", Seconds, Seed: 1)).Score);
        var mix = new AudioBuffer(48_000, 2, (int)renderer.Frames);
        while (renderer.RenderNext(out RenderedBlock block))
        {
            for (int channel = 0; channel < 2; channel++) block.Mix[channel].CopyTo(mix[channel][(int)block.StartFrame..]);
        }

        return mix;
    }
}
