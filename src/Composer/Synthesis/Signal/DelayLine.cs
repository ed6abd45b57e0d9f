namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>The last frames of a signal, always in one piece of memory.</summary>
/// <param name="longest">Greatest delay in frames that will be asked for.</param>
sealed class DelayLine(int longest)
{
    readonly float[] data = new float[longest + (32 * Blocks.Tick)];
    readonly int reach = longest;
    int head = longest;

    /// <summary>Frames that were written <paramref name="delay"/> frames before the next one to write, and those after them.</summary>
    public ReadOnlySpan<float> Read(int delay, int frames) => data.AsSpan(head - delay, frames);

    /// <summary>Appends at most a chunk.</summary>
    public void Write(ReadOnlySpan<float> frames)
    {
        if (head + frames.Length > data.Length)
        {
            data.AsSpan(head - reach, reach).CopyTo(data);
            head = reach;
        }

        frames.CopyTo(data.AsSpan(head));
        head += frames.Length;
    }

    public void Clear() => data.AsSpan().Clear();
}
