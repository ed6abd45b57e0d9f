using DgxMusic.Dsp;
using DgxMusic.Dsp.Separations;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Activities;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Measures the stems of a part beside the mix, stride by stride: the strides of all parts, put together, are the same however the track was parted.</summary>
/// <param name="mix">The whole track, raw.</param>
sealed class UnitMeters(ISeparationModel model, SegmentRequest request, Stream mix)
{
    readonly int stride = model.StrideOf(request.Track.SampleRateHz, request.Settings), rateHz = request.Track.SampleRateHz;
    readonly UnitMeter meter = new(request.Track.SampleRateHz, RawSamples.Channels, model.Sources);
    readonly List<UnitSums> units = [];
    float[] room = [];
    AudioBuffer? whole;
    long at = request.From;

    public void Add(AudioBuffer[] stems)
    {
        int frames = stems[0].Frames;
        if (whole is null || whole.Frames < frames) (whole, room) = (new(rateHz, RawSamples.Channels, frames), new float[RawSamples.Channels * frames]);
        mix.Position = at * RawSamples.FrameBytes;
        RawSamples.ReadInto(mix, whole.Slice(0, frames), room);
        for (int from = 0; from < frames;)
        {
            int count = (int)Math.Min(frames - from, stride - (at % stride));
            meter.Process(whole.Slice(from, count), [.. stems.Select(stem => stem.Slice(from, count))]);
            (from, at) = (from + count, at + count);
            if (at % stride == 0) units.Add(meter.Complete());
        }
    }

    public IReadOnlyList<UnitSums> Complete()
    {
        if (at % stride != 0) units.Add(meter.Complete());
        return units;
    }
}
