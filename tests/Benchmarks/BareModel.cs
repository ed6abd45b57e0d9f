using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Benchmarks;

/// <summary>A track through a model and nowhere else: what <c>dgxmusic separate</c> is measured against.</summary>
static class BareModel
{
    /// <param name="progress">Told the part that is done, 0 to 1.</param>
    public static void Separate(SampleSource source, ISeparationModel model, Action<double>? progress = null)
    {
        (var measure, int rateHz) = (new TrackMeasure(), 0);
        foreach (AudioBuffer block in StereoTrack.Blocks(source, model.SampleRateHz, null, default))
        {
            measure.Add(block);
            rateHz = block.SampleRateHz;
        }

        IStemStream stream = model.Open(measure.Complete(), rateHz, new(), _ => { }, progress, default);
        foreach (AudioBuffer block in StereoTrack.Blocks(source, model.SampleRateHz, null, default)) stream.Process(block);
        stream.Complete();
    }
}
