using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Tests.Separation;

/// <summary>A track that goes through a model in one piece.</summary>
static class WholeTrack
{
    /// <returns>By source: all frames of the left channel, then of the right.</returns>
    public static float[][] Separate(AudioBuffer track, ISeparationModel model, Action<double>? progress = null)
    {
        var measure = new TrackMeasure();
        AudioBuffer[] blocks = [.. StereoTrack.Blocks(SampleSource.Of(track), model.SampleRateHz, null, default).Select(Copy)];
        foreach (AudioBuffer block in blocks) measure.Add(block);
        List<AudioBuffer[]> finished = [];
        IStemStream stream = model.Open(measure.Complete(), blocks[0].SampleRateHz, new(), stems => finished.Add([.. stems.Select(Copy)]), progress, default);
        foreach (AudioBuffer block in blocks) stream.Process(block);
        stream.Complete();
        return [.. model.Sources.Select((_, source) => (float[])[.. finished.SelectMany(stems => stems[source][0].ToArray()), .. finished.SelectMany(stems => stems[source][1].ToArray())])];
    }

    static AudioBuffer Copy(AudioBuffer block) => new(block.SampleRateHz, [block[0].ToArray(), block[1].ToArray()]);
}
