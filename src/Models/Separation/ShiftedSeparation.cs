using System.Numerics.Tensors;
using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>Several passes over the same track, each with its window grid at another place, and the mean of what they give. As the original averages its shifts.</summary>
sealed class ShiftedSeparation : IStemStream
{
    readonly WindowedSeparation[] passes;
    readonly Queue<AudioBuffer[]>[] waiting;
    readonly int[] taken;
    readonly Action<AudioBuffer[]> finished;

    // What was given away, to be filled again: a long track asks for no more memory than a short one.
    readonly List<AudioBuffer[]> spare = [];

    /// <param name="open">Opens the pass of that number, which gives its frames to the action.</param>
    public ShiftedSeparation(int passes, Func<int, Action<AudioBuffer[]>, WindowedSeparation> open, Action<AudioBuffer[]> finished)
    {
        this.finished = finished;
        waiting = [.. Enumerable.Range(0, passes).Select(_ => new Queue<AudioBuffer[]>())];
        taken = new int[passes];
        this.passes = [.. Enumerable.Range(0, passes).Select(n => open(n, stems => waiting[n].Enqueue(Copy(stems))))];
    }

    public void Process(AudioBuffer block)
    {
        foreach (WindowedSeparation pass in passes) pass.Process(block);
        Give();
    }

    public void Complete()
    {
        foreach (WindowedSeparation pass in passes) pass.Complete();
        Give();
    }

    /// <summary>Gives the mean as far as all passes have come.</summary>
    void Give()
    {
        while (waiting.All(queue => queue.Count > 0))
        {
            int count = waiting.Select((queue, n) => queue.Peek()[0].Frames - taken[n]).Min();
            AudioBuffer[] sums = Copy([.. waiting[0].Peek().Select(stem => stem.Slice(taken[0], count))]);
            for (int n = 1; n < passes.Length; n++) Add(sums, waiting[n].Peek(), taken[n]);
            for (int n = 0; n < passes.Length; n++) Drop(n, count);
            foreach (AudioBuffer sum in sums) Divide(sum, passes.Length);
            finished(sums);
            spare.Add(sums);
        }
    }

    void Drop(int pass, int count)
    {
        taken[pass] += count;
        if (taken[pass] < waiting[pass].Peek()[0].Frames) return;
        spare.Add(waiting[pass].Dequeue());
        taken[pass] = 0;
    }

    static void Add(AudioBuffer[] sums, AudioBuffer[] stems, int from)
    {
        for (int n = 0; n < sums.Length; n++)
        {
            for (int channel = 0; channel < sums[n].Channels; channel++)
            {
                Span<float> sum = sums[n][channel];
                TensorPrimitives.Add(sum, stems[n][channel].Slice(from, sum.Length), sum);
            }
        }
    }

    static void Divide(AudioBuffer sum, int count)
    {
        for (int channel = 0; channel < sum.Channels; channel++) TensorPrimitives.Divide(sum[channel], (float)count, sum[channel]);
    }

    AudioBuffer[] Copy(AudioBuffer[] stems)
    {
        AudioBuffer[]? copy = spare.Find(waiting => waiting[0].Frames == stems[0].Frames);
        if (copy is not null) spare.Remove(copy);
        copy ??= [.. stems.Select(stem => new AudioBuffer(stem.SampleRateHz, stem.Channels, stem.Frames))];
        for (int n = 0; n < stems.Length; n++)
        {
            for (int channel = 0; channel < stems[n].Channels; channel++) stems[n][channel].CopyTo(copy[n][channel]);
        }

        return copy;
    }
}
