namespace DgxMusic.Dsp.Resampling;

/// <summary>
/// One channel on its way from one rate to another. Before its start and after its end the signal is 0. Outputs are made a chunk at a time,
/// and chunks lie at fixed places of the signal: how it came in blocks cannot be seen in them.
/// </summary>
sealed class ChannelResampler
{
    readonly PolyphaseFilter filter;
    readonly IPolyphaseKernel kernel;
    readonly float[] window;
    int filled;
    long received;
    long produced;

    internal ChannelResampler(PolyphaseFilter filter)
    {
        (this.filter, kernel) = (filter, IPolyphaseKernel.For(filter));
        window = new float[kernel.ChunkInputs + filter.Taps];
        Reset();
    }

    /// <summary>Outputs that <see cref="Process"/> will write for so many further inputs.</summary>
    internal int ReadyAfter(int inputs)
    {
        long chunks = Math.Max(0, received + inputs - (filter.Taps / 2) - 1) / kernel.ChunkInputs;
        return checked((int)(OutputsBefore(chunks * kernel.ChunkInputs) - produced));
    }

    /// <summary>Outputs that <see cref="Flush"/> will write: the rest of round(inputs · L/M).</summary>
    internal int Remaining => checked((int)(Total - produced));

    long Total => ((2 * received * filter.Phases) + filter.Step) / (2L * filter.Step);

    /// <returns>Samples written: as <see cref="ReadyAfter"/> said.</returns>
    internal int Process(ReadOnlySpan<float> input, Span<float> output)
    {
        int written = 0;
        while (input.Length > 0)
        {
            int taken = Math.Min(input.Length, window.Length - filled);
            input[..taken].CopyTo(window.AsSpan(filled));
            input = input[taken..];
            filled += taken;
            received += taken;
            if (filled == window.Length) written += FinishChunk(output[written..], long.MaxValue);
        }

        return written;
    }

    /// <summary>Writes what the end of the signal still owes, and is as new.</summary>
    internal void Flush(Span<float> output)
    {
        long total = Total;
        for (int written = 0; produced < total;)
        {
            window.AsSpan(filled).Clear();
            written += FinishChunk(output[written..], total);
        }

        Reset();
    }

    void Reset()
    {
        (received, produced) = (0, 0);
        filled = (filter.Taps / 2) - 1;
        window.AsSpan(0, filled).Clear();
    }

    /// <summary>Outputs that stand before input number <paramref name="input"/>.</summary>
    long OutputsBefore(long input) => ((input * filter.Phases) + filter.Step - 1) / filter.Step;

    int FinishChunk(Span<float> output, long total)
    {
        long chunk = produced * filter.Step / filter.Phases / kernel.ChunkInputs;
        int count = (int)(Math.Min(total, OutputsBefore((chunk + 1) * kernel.ChunkInputs)) - produced);
        kernel.Run(window, produced, output[..count]);
        produced += count;
        window.AsSpan(kernel.ChunkInputs).CopyTo(window);
        filled = filter.Taps;
        return count;
    }
}
