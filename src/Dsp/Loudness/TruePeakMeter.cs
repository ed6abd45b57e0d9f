using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// True peak of a signal that arrives in blocks of any size, ITU-R BS.1770-5 Annex 2: at most 0.02 dB off for signals below 0.45 of the
/// rate, never below the sample peak. The blocking never changes a bit of the result.
/// </summary>
/// <remarks>Before its first and after its last sample the signal is 0, as a player hears it: one that starts with a step overshoots there.</remarks>
public sealed class TruePeakMeter
{
    readonly Line[] lines;
    readonly PeakScanner scanner = new();
    bool isComplete;

    /// <param name="channels">At least 1.</param>
    public TruePeakMeter(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        lines = [.. Enumerable.Range(0, channels).Select(_ => new Line())];
    }

    public long Frames { get; private set; }

    /// <summary>Linear amplitude; complete after <see cref="Complete"/>.</summary>
    public double Peak => lines.Max(line => line.Peak);

    /// <summary>dBTP; −∞ for silence.</summary>
    public double PeakDbtp => Decibels.FromLinear(Peak);

    /// <summary>Linear amplitude of one channel, counted from 0.</summary>
    public double ChannelPeak(int channel) => lines[channel].Peak;

    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is not a finite number.</exception>
    public void Process(AudioBuffer block)
    {
        if (isComplete) throw new InvalidOperationException("The signal has ended.");
        Samples.RequireFinite(block, lines.Length, Frames);
        for (int channel = 0; channel < lines.Length; channel++) lines[channel].Add(block[channel], scanner);
        Frames += block.Frames;
    }

    /// <summary>Ends the signal: what rings behind its last sample counts too. Idempotent.</summary>
    public void Complete()
    {
        if (isComplete) return;
        isComplete = true;
        foreach (Line line in lines) line.Complete(scanner);
    }

    /// <summary>One channel, cut into chunks at fixed places, so that the peak known when one is looked at never depends on the blocks.</summary>
    sealed class Line
    {
        const int Overlap = 2 * Interpolator.Reach, ChunksAtOnce = 16;

        // Starts with zeros and ends with zeros: silence before the signal.
        readonly float[] samples = new float[Overlap + (ChunksAtOnce * PeakScanner.ChunkFrames)];
        int filled = Overlap;

        public double Peak { get; private set; }

        public void Add(ReadOnlySpan<float> further, PeakScanner scanner)
        {
            while (further.Length > 0)
            {
                int count = Math.Min(further.Length, samples.Length - filled);
                further[..count].CopyTo(samples.AsSpan(filled));
                further = further[count..];
                filled += count;
                if (filled == samples.Length) Scan(scanner);
            }
        }

        public void Complete(PeakScanner scanner)
        {
            Add(stackalloc float[Overlap], scanner);
            samples.AsSpan(filled).Clear();
            Scan(scanner);
        }

        void Scan(PeakScanner scanner)
        {
            for (int chunk = 0; chunk < ChunksAtOnce; chunk++)
            {
                Peak = scanner.Largest(samples.AsSpan(chunk * PeakScanner.ChunkFrames, PeakScanner.WindowFrames), Peak);
            }

            samples.AsSpan(samples.Length - Overlap).CopyTo(samples);
            filled = Overlap;
        }
    }
}
