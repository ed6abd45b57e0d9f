using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Peaks;

/// <summary>
/// Builds a <see cref="PeakPyramid"/> from blocks as they come. Beside the finished bins it holds 256 samples a channel and one bin a level;
/// the same signal gives the same bits however it is cut.
/// </summary>
public sealed class PeakPyramidBuilder
{
    readonly int sampleRateHz;
    readonly Channel[] channels;
    int frames;

    /// <param name="channels">1 to 8.</param>
    public PeakPyramidBuilder(int sampleRateHz, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 8);
        (this.sampleRateHz, this.channels) = (sampleRateHz, [.. Enumerable.Range(0, channels).Select(_ => new Channel())]);
    }

    /// <param name="block">Any number of frames.</param>
    /// <exception cref="ArgumentException">Another rate or number of channels.</exception>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public void Add(AudioBuffer block)
    {
        Samples.Require(block, sampleRateHz, channels.Length, frames);
        frames = checked(frames + block.Frames);
        for (int channel = 0; channel < channels.Length; channel++) channels[channel].Add(block[channel]);
    }

    /// <summary>The pyramid of what came so far; more may come afterwards.</summary>
    public PeakPyramid Build() => new(sampleRateHz, frames, [.. channels.Select(channel => channel.Build())]);

    sealed class Channel
    {
        readonly float[] pending = new float[PeakPyramid.FinestFrames];
        readonly List<Level> levels = [];
        int waiting;

        public void Add(ReadOnlySpan<float> samples)
        {
            while (!samples.IsEmpty)
            {
                int count = Math.Min(samples.Length, pending.Length - waiting);
                samples[..count].CopyTo(pending.AsSpan(waiting));
                waiting += count;
                samples = samples[count..];
                if (waiting < pending.Length) return;
                Finish(levels, 0, PeakKernel.Of(pending));
                waiting = 0;
            }
        }

        /// <summary>Completes unfinished bins in a copy, level by level, until one holds all.</summary>
        public PeakBin[][] Build()
        {
            var built = new List<PeakBin[]>();
            PeakBin open = PeakKernel.Of(pending.AsSpan(0, waiting));
            for (int level = 0; level < levels.Count || open.Frames > 0; level++)
            {
                List<PeakBin> finished = level < levels.Count ? levels[level].Bins : [];
                built.Add(open.Frames > 0 ? [.. finished, open] : [.. finished]);
                if (built[^1].Length == 1) break;
                open = (level < levels.Count ? levels[level].Open : default).With(open);
            }

            return [.. built];
        }

        static void Finish(List<Level> levels, int index, PeakBin bin)
        {
            if (index == levels.Count) levels.Add(new());
            Level level = levels[index];
            level.Bins.Add(bin);
            level.Open = level.Open.With(bin);
            if (level.Bins.Count % PeakPyramid.Factor != 0) return;
            PeakBin whole = level.Open;
            level.Open = default;
            Finish(levels, index + 1, whole);
        }
    }

    /// <summary>Finished bins, and what of the next level's bin they have filled.</summary>
    sealed class Level
    {
        public List<PeakBin> Bins { get; } = [];

        public PeakBin Open { get; set; }
    }
}
