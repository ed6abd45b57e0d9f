namespace DgxMusic.Dsp.Restoration;

/// <summary>Where a stage puts the frames it has finished with. Grows to the largest block there was.</summary>
sealed class FinishedFrames(int sampleRateHz, int channels)
{
    float[][] lines = [.. Enumerable.Range(0, channels).Select(_ => Array.Empty<float>())];
    AudioBuffer buffer = new(sampleRateHz, channels, 0);

    /// <summary>Frames since <see cref="Begin"/>.</summary>
    public int Count { get; private set; }

    /// <param name="most">Frames that may come until the next call.</param>
    public void Begin(int most)
    {
        Count = 0;
        if (lines[0].Length >= most) return;
        lines = [.. lines.Select(_ => new float[most + (most / 2)])];
        buffer = new(sampleRateHz, lines);
    }

    /// <summary>Room for the next frames of one channel.</summary>
    public Span<float> Next(int channel, int frames) => lines[channel].AsSpan(Count, frames);

    /// <summary>Counts frames that were written to every channel.</summary>
    public void Advance(int frames) => Count += frames;

    /// <summary>Valid until the next <see cref="Begin"/>.</summary>
    public AudioBuffer All => buffer.Slice(0, Count);
}
