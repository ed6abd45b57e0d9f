using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>Takes one window apart.</summary>
/// <param name="window">(2, T), one channel after the other; not kept.</param>
/// <returns>(sources, 2, T); valid until the next call.</returns>
public delegate float[] WindowModel(float[] window);

/// <summary>Where the work of windows that an earlier part of the track ran is looked up, and that of those which the next part hears is kept.</summary>
sealed record WindowMemory(Func<long, float[]?> Find, Action<long, float[]> Keep);

/// <summary>
/// Runs a model of one length over a track of any length that comes in blocks: overlapping windows, weighted and added, divided by the sum of weights.
/// Keeps two windows of the track. What came in blocks of one size or another, whole or in parts, gives the same bits.
/// </summary>
public sealed class WindowedSeparation : IStemStream
{
    readonly SegmentPlan plan;
    readonly int sampleRateHz, channels, sources, lead;
    readonly WindowModel model;
    readonly Action<AudioBuffer[]> finished;
    readonly WindowMemory? memory;
    readonly float[] weights, weightSums, window;
    readonly AudioBuffer[] sums;

    // Frame f of the led track lies at f - historyStart. Half a window before the next one may be heard again by the last.
    readonly AudioBuffer history;
    readonly long from, to;
    long historyStart, received, next, unheard;
    bool isLed, isComplete;

    /// <param name="channels">Of the track and of every stem.</param>
    /// <param name="finished">Takes frames of all stems that no later window changes, in order; valid during the call.</param>
    /// <param name="lead">Frames of silence put before the track, for shifted passes; they are not given back.</param>
    public WindowedSeparation(SegmentPlan plan, int sampleRateHz, int channels, int sources, WindowModel model, Action<AudioBuffer[]> finished, int lead = 0)
        : this(plan, sampleRateHz, channels, sources, model, finished, lead, FrameSpan.All, fedFrom: 0, memory: null)
    {
    }

    /// <param name="span">The frames of the track whose stems are wanted.</param>
    /// <param name="fedFrom">The first frame of the track that will come.</param>
    internal WindowedSeparation(
        SegmentPlan plan, int sampleRateHz, int channels, int sources, WindowModel model, Action<AudioBuffer[]> finished, int lead, FrameSpan span, long fedFrom, WindowMemory? memory)
    {
        (this.plan, this.sampleRateHz, this.channels, this.sources, this.model, this.finished, this.lead, this.memory) =
            (plan, sampleRateHz, channels, sources, model, finished, lead, memory);
        (from, to) = (span.From + lead, span.To == long.MaxValue ? span.To : span.To + lead);
        (weights, weightSums, window) = (plan.Weights(), new float[plan.Frames], new float[channels * plan.Frames]);
        history = new(sampleRateHz, channels, 2 * plan.Frames);
        sums = [.. Enumerable.Range(0, sources).Select(_ => new AudioBuffer(sampleRateHz, channels, plan.Frames))];
        WindowRange range = plan.RangeOf(span, long.MaxValue / 2, lead);
        (historyStart, received, next, unheard) = (range.LedFrom, range.LedFrom, range.First * plan.Stride, range.Heard.From - fedFrom);
    }

    /// <summary>Windows run so far.</summary>
    public long Windows { get; private set; }

    /// <param name="block">Next frames of the track, at the model's rate.</param>
    public void Process(AudioBuffer block)
    {
        if (isComplete) throw new InvalidOperationException("The track has ended.");
        Lead();
        int skipped = (int)Math.Min(unheard, block.Frames);
        unheard -= skipped;
        Take(skipped == 0 ? block : block.Slice(skipped, block.Frames - skipped));
    }

    /// <summary>Ends the track: hears what is left and gives the rest of the stems.</summary>
    public void Complete()
    {
        if (isComplete) return;
        isComplete = true;
        if (received > historyStart) Lead();
        while (next < received && next < to) Run((int)Math.Min(plan.Frames, received - next));
    }

    void Lead()
    {
        if (isLed) return;
        isLed = true;
        for (int left = (int)Math.Max(0, lead - received); left > 0; left -= plan.Stride) Take(new AudioBuffer(sampleRateHz, channels, Math.Min(left, plan.Stride)));
    }

    void Take(AudioBuffer block)
    {
        for (int at = 0; at < block.Frames && next < to;)
        {
            int place = (int)(received - historyStart), count = Math.Min(block.Frames - at, (int)Math.Min(history.Frames - place, next + plan.Frames - received));
            for (int channel = 0; channel < channels; channel++) block[channel].Slice(at, count).CopyTo(history[channel][place..]);
            at += count;
            received += count;
            if (received == next + plan.Frames) Run(plan.Frames);
        }
    }

    /// <summary>Runs the window that begins at <see cref="next"/>. A short one is heard in the middle of a whole one, with what lies around it.</summary>
    void Run(int length)
    {
        int before = (plan.Frames - length) / 2;
        Array.Clear(window);
        long first = next - before;
        int begin = (int)Math.Max(0, historyStart - first), end = (int)Math.Min(plan.Frames, received - first);
        for (int channel = 0; channel < channels; channel++)
            history[channel].Slice((int)(first + begin - historyStart), end - begin).CopyTo(window.AsSpan((channel * plan.Frames) + begin));
        Add(StemsOfWindow(), before, length);
        Windows++;
        Finish(Math.Min(plan.Stride, length));
        next += plan.Stride;
        Forget();
    }

    float[] StemsOfWindow()
    {
        if (memory is null) return model(window);
        long index = next / plan.Stride;
        float[] stems = (next < from ? memory.Find(index) : null) ?? model(window);
        if (next + plan.Frames > to) memory.Keep(index, stems);
        return stems;
    }

    void Add(float[] stems, int before, int length)
    {
        for (int source = 0; source < sources; source++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                ReadOnlySpan<float> stem = stems.AsSpan((((source * channels) + channel) * plan.Frames) + before, length);
                Span<float> sum = sums[source][channel];
                for (int n = 0; n < length; n++) sum[n] += weights[n] * stem[n];
            }
        }

        for (int n = 0; n < length; n++) weightSums[n] += weights[n];
    }

    /// <summary>Gives away the frames before the next window, less those of the lead, and moves the rest to the front.</summary>
    void Finish(int count)
    {
        int skip = (int)Math.Clamp(from - next, 0, count), given = (int)Math.Clamp(to - next, 0, count) - skip;
        foreach (AudioBuffer sum in sums)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                Span<float> samples = sum[channel][..count];
                for (int n = 0; n < count; n++) samples[n] /= weightSums[n];
            }
        }

        if (given > 0) finished([.. sums.Select(sum => sum.Slice(skip, given))]);
        foreach (AudioBuffer sum in sums)
        {
            for (int channel = 0; channel < channels; channel++) Shift(sum[channel], count);
        }

        Shift(weightSums, count);
    }

    /// <summary>Drops what no further window can hear: all but half a window before the next one.</summary>
    void Forget()
    {
        int drop = (int)Math.Max(0, next - (plan.Frames / 2) - 1 - historyStart);
        if (drop == 0) return;
        int kept = (int)(received - historyStart) - drop;
        if (kept < 0) (drop, kept) = ((int)(received - historyStart), 0);
        for (int channel = 0; channel < channels; channel++) history[channel].Slice(drop, kept).CopyTo(history[channel]);
        historyStart += drop;
    }

    static void Shift(Span<float> samples, int count)
    {
        samples[count..].CopyTo(samples);
        samples[^count..].Clear();
    }
}
