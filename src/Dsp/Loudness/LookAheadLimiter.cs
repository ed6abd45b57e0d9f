using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Keeps the true peak of a signal at a ceiling. One gain for all channels: the least that the coming 5 ms allow, released over 75 ms,
/// smoothed over the look-ahead so that it arrives in time. Below the ceiling samples pass bit for bit. The blocking never changes a bit.
/// </summary>
sealed class LookAheadLimiter
{
    const double LookAheadSeconds = 0.005, ReleaseSeconds = 0.075;

    // A moving gain times a signal can peak a little higher between samples than gain times peak does.
    const double MarginDb = 0.02;

    const int Lead = Interpolator.Reach + PeakScanner.ChunkFrames;

    readonly int sampleRateHz;
    readonly float ceiling;
    readonly GainSmoother smoother;
    readonly PeakScanner scanner = new();
    readonly float[] envelope = new float[PeakScanner.ChunkFrames + 1];
    readonly float[][] lines;

    // Places in the lines: what lies before `given` was handed out, before `gained` has its gain, before `scanned` was looked at.
    float[] gains;
    int given = Lead, gained, scanned = Interpolator.Reach, filled = Lead;
    bool isComplete;

    /// <param name="ceilingDbtp">dBTP.</param>
    public LookAheadLimiter(int sampleRateHz, int channels, double ceilingDbtp)
    {
        this.sampleRateHz = sampleRateHz;
        ceiling = (float)Decibels.ToLinear(ceilingDbtp - MarginDb);

        // At low rates the look-ahead is longer than 5 ms: frames must keep their samples until the interpolator is past them.
        int meanFrames = Math.Max(Interpolator.Reach + 1, (int)Math.Round(LookAheadSeconds / 2.0 * sampleRateHz));
        smoother = new(meanFrames, ReleaseSeconds * sampleRateHz);
        gained = scanned - smoother.LookAheadFrames;

        // The lines begin with a chunk of silence, so that what rings before the first sample is limited as well.
        lines = [.. Enumerable.Range(0, channels).Select(_ => new float[Lead])];
        gains = new float[Lead];
    }

    /// <summary>Takes a block and hands out the frames that are finished; there is none at first, later as many as came in, give or take a chunk.</summary>
    /// <returns>Valid until the next call.</returns>
    public AudioBuffer Process(AudioBuffer block)
    {
        if (isComplete) throw new InvalidOperationException("The signal has ended.");
        MakeRoom(block.Frames);
        for (int channel = 0; channel < lines.Length; channel++) block[channel].CopyTo(lines[channel].AsSpan(filled));
        filled += block.Frames;
        return HandOut(filled);
    }

    /// <summary>Hands out the frames that are left; with them as many came out as went in.</summary>
    /// <returns>Valid until the next call.</returns>
    public AudioBuffer Complete()
    {
        if (isComplete) throw new InvalidOperationException("The signal has ended.");
        isComplete = true;

        // Enough silence that the last frame's gain is known.
        int silence = smoother.LookAheadFrames + PeakScanner.WindowFrames;
        MakeRoom(silence);
        int end = filled;
        foreach (float[] line in lines) line.AsSpan(end, silence).Clear();
        filled += silence;
        return HandOut(end);
    }

    AudioBuffer HandOut(int end)
    {
        while (filled - scanned >= PeakScanner.ChunkFrames + Interpolator.Reach) ScanChunk();
        int from = given;
        given = Math.Max(given, Math.Min(gained, end));
        for (int channel = 0; channel < lines.Length; channel++)
        {
            Span<float> samples = lines[channel].AsSpan(from, given - from);
            TensorPrimitives.Multiply(samples, gains.AsSpan(from, samples.Length), samples);
        }

        return new AudioBuffer(sampleRateHz, lines).Slice(from, given - from);
    }

    void ScanChunk()
    {
        // The last entry speaks of the frame that comes next.
        envelope[0] = envelope[^1];
        envelope.AsSpan(1).Clear();
        foreach (float[] line in lines) scanner.Envelope(line.AsSpan(scanned - Interpolator.Reach, PeakScanner.WindowFrames), ceiling, envelope);
        for (int i = 0; i < PeakScanner.ChunkFrames; i++, gained++)
        {
            double gain = smoother.Push(envelope[i] > ceiling ? ceiling / (double)envelope[i] : 1.0);
            if (gained >= 0) gains[gained] = (float)gain;
        }

        scanned += PeakScanner.ChunkFrames;
    }

    /// <summary>Moves what is still needed to the front and makes the lines long enough.</summary>
    void MakeRoom(int frames)
    {
        int done = Math.Max(0, Math.Min(given, scanned - Interpolator.Reach));
        int kept = filled - done;
        int needed = kept + frames;
        foreach (ref float[] line in lines.AsSpan())
        {
            float[] target = line.Length < needed ? new float[needed + (needed / 2)] : line;
            line.AsSpan(done, kept).CopyTo(target);
            line = target;
        }

        float[] targetGains = gains.Length < lines[0].Length ? new float[lines[0].Length] : gains;
        gains.AsSpan(done, Math.Min(kept, gains.Length - done)).CopyTo(targetGains);
        gains = targetGains;
        (given, gained, scanned, filled) = (given - done, gained - done, scanned - done, filled - done);
    }
}
