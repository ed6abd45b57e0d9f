using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Restoration;
using DgxMusic.Dsp.Separations;

namespace DgxMusic.Benchmarks;

/// <summary>What measuring and post-processing separated tracks costs beside the separation: four stems in stereo, on one core.</summary>
static class QualitySpeed
{
    const int UnitFrames = 257_985;

    public static IEnumerable<Measurement> Run() => AudioSpeed.WithMusic((music, _, _) => [.. Measuring(music), .. PostProcessings(music)]);

    static IEnumerable<Measurement> Measuring(AudioBuffer music)
    {
        AudioBuffer[] stems = [music, music, music, music];   // what they hold does not change the work
        yield return Measurement.OfRealTime("quality of four stems", music.Seconds, () =>
        {
            var meter = new UnitMeter(music.SampleRateHz, music.Channels, ["drums", "bass", "other", "vocals"]);
            List<UnitSums> units = [];
            for (int from = 0; from < music.Frames; from += UnitFrames)
            {
                int frames = Math.Min(UnitFrames, music.Frames - from);
                meter.Process(music.Slice(from, frames), [.. stems.Select(stem => stem.Slice(from, frames))]);
                units.Add(meter.Complete());
            }

            _ = SeparationQuality.Of(units);
        });
        yield return Measurement.OfRealTime("distortion beside a reference", music.Seconds, () =>
        {
            var meter = new SdrMeter(music.SampleRateHz, music.Channels);
            AudioSpeed.InBlocks(music, block => meter.Process(block, block));
            meter.Complete();
        });
    }

    static IEnumerable<Measurement> PostProcessings(AudioBuffer music)
    {
        foreach ((string what, PostProcess settings) in (ValueTuple<string, PostProcess>[])[
            ("de-bleed", new(DeBleed: new())), ("denoise", new(Denoise: new())), ("gate", new(Gate: new())), ("all three", new(new(), new(), new()))])
        {
            yield return Measurement.OfRealTime(what, music.Seconds, () =>
            {
                PostProcessor processor = PostProcessing.Open(settings, music.SampleRateHz, music.Channels);
                AudioSpeed.InBlocks(music, block => processor.Process(block, block));
                processor.Flush();
            });
        }
    }
}
