using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>The steps of a live separation with a windowed model: each runs one window, and joins it with the one before.</summary>
sealed class LiveWindows(IWindowedModel model, SegmentPlan plan, int sampleRateHz)
{
    const int Channels = 2;

    readonly float[] weights = plan.Weights();

    public SegmentPlan Plan => plan;

    /// <summary>The first frame that a window and the one before it hear; a short one hears half a window before it.</summary>
    public long HeardFrom(long step) => Math.Max(0, ((step - 1) * plan.Stride) - (plan.Frames / 2));

    /// <param name="audio">The frames <paramref name="heard"/>, up to the end of the window or of the music.</param>
    /// <param name="tail">What the window before adds to the frames of this one, (sources, 2, T − stride), weighted.</param>
    public LiveStep Run(LivePoint point, AudioBuffer audio, FrameSpan heard, float[]? tail, CancellationToken cancellation)
    {
        int measured = (int)(point.Heard.Frames - heard.From);
        RunningStatistics statistics = point.Heard.With(audio.Slice(measured, audio.Frames - measured));
        if (point.Step > 0) tail ??= TailOf(Weighted(point.Step - 1, audio, heard, point.Heard, cancellation));
        float[] sums = Weighted(point.Step, audio, heard, statistics, cancellation);
        long start = point.Step * plan.Stride;
        var stems = new AudioBuffer[model.Sources.Count];
        for (int source = 0; source < stems.Length; source++) stems[source] = Join(sums, tail, source, (int)Math.Min(plan.Stride, heard.To - start));
        return new(new(point.Step + 1, start + stems[0].Frames, statistics), stems, TailOf(sums));
    }

    /// <summary>What the model makes of a window, weighted: (sources, 2, T). Of a short one, which is heard in the middle of a whole one, the frames from its own first on.</summary>
    float[] Weighted(long step, AudioBuffer audio, FrameSpan heard, RunningStatistics statistics, CancellationToken cancellation)
    {
        TrackStatistics track = statistics.ToTrack();
        int length = (int)Math.Min(plan.Frames, heard.To - (step * plan.Stride)), before = (plan.Frames - length) / 2;
        long first = (step * plan.Stride) - before;
        int begin = (int)Math.Max(0, -first), end = (int)Math.Min(plan.Frames, heard.To - first);
        float[] window = new float[Channels * plan.Frames], stems = new float[model.Sources.Count * window.Length], weighted = new float[stems.Length];

        // Silence, once it is normalised.
        window.AsSpan().Fill((float)track.Mean);
        for (int channel = 0; channel < Channels; channel++)
            audio[channel].Slice((int)(first + begin - heard.From), end - begin).CopyTo(window.AsSpan((channel * plan.Frames) + begin));
        model.Separate(window, track, stems, cancellation);
        for (int row = 0; row < stems.Length; row += plan.Frames)
        {
            for (int n = 0; n < length; n++) weighted[row + n] = weights[n] * stems[row + before + n];
        }

        return weighted;
    }

    AudioBuffer Join(float[] sums, float[]? tail, int source, int frames)
    {
        var stem = new AudioBuffer(sampleRateHz, Channels, frames);
        int overlap = tail is null ? 0 : Math.Min(plan.Frames - plan.Stride, frames);
        for (int channel = 0; channel < Channels; channel++)
        {
            int row = (source * Channels) + channel;
            ReadOnlySpan<float> sum = sums.AsSpan(row * plan.Frames), earlier = tail is null ? [] : tail.AsSpan(row * (plan.Frames - plan.Stride));
            Span<float> samples = stem[channel];
            for (int n = 0; n < overlap; n++) samples[n] = (earlier[n] + sum[n]) / (weights[plan.Stride + n] + weights[n]);
            for (int n = overlap; n < frames; n++) samples[n] = sum[n] / weights[n];
        }

        return stem;
    }

    float[] TailOf(float[] sums)
    {
        int length = plan.Frames - plan.Stride;
        float[] tail = new float[sums.Length / plan.Frames * length];
        for (int row = 0; row < sums.Length / plan.Frames; row++) sums.AsSpan((row * plan.Frames) + plan.Stride, length).CopyTo(tail.AsSpan(row * length));
        return tail;
    }
}
