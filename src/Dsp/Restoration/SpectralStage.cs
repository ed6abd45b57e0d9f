using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Restoration;

/// <summary>Runs a track through gains over time and frequency. Blocks of any length give the same bits; as many frames come out as went in, in their places.</summary>
sealed class SpectralStage
{
    const double WindowSeconds = 0.046;

    readonly OverlapStage stage;
    readonly FinishedFrames finished;
    readonly float[][] hop;   // the track's channels, then its companion's
    readonly int channels;
    readonly Action<float[][]>? listen;
    int filled;
    long taken, stepped, given;

    /// <param name="masks">Of one output; made for windows of <see cref="SizeAt"/> samples.</param>
    /// <param name="hasCompanion">Another track of as many channels comes along, for the masks to look at.</param>
    /// <param name="listen">Hears the samples of every whole hop, by channel, before its masks are made.</param>
    public SpectralStage(int sampleRateHz, int channels, IMaskMaker masks, bool hasCompanion = false, Action<float[][]>? listen = null)
    {
        (this.channels, this.listen) = (channels, listen);
        stage = new(SizeAt(sampleRateHz), channels, masks, companions: hasCompanion ? channels : 0);
        finished = new(sampleRateHz, channels);
        hop = [.. Enumerable.Range(0, hasCompanion ? 2 * channels : channels).Select(_ => new float[stage.Hop])];
    }

    /// <summary>About 46 ms: short enough for strokes, long enough to part the partials of a chord.</summary>
    public static int SizeAt(int sampleRateHz) => 1 << (int)Math.Round(Math.Log2(WindowSeconds * sampleRateHz));

    /// <param name="companion">As long as <paramref name="block"/>; null without one.</param>
    /// <returns>Valid until the next call.</returns>
    public AudioBuffer Process(AudioBuffer block, AudioBuffer? companion = null)
    {
        finished.Begin(block.Frames + stage.Hop);
        taken += block.Frames;
        Run(block, companion, block.Frames);
        return finished.All;
    }

    /// <summary>Gives the frames that are left.</summary>
    /// <returns>Valid until the next call.</returns>
    public AudioBuffer Complete()
    {
        finished.Begin((int)(taken - given));
        if (given < taken)
        {
            long steps = (taken + stage.DelaySamples - stepped + stage.Hop - 1) / stage.Hop;
            Run(null, null, (int)((steps * stage.Hop) - filled));
        }

        return finished.All;
    }

    /// <param name="block">Null for silence behind the end.</param>
    void Run(AudioBuffer? block, AudioBuffer? companion, int frames)
    {
        for (int done = 0; done < frames;)
        {
            int count = Math.Min(frames - done, stage.Hop - filled);
            for (int line = 0; line < hop.Length; line++)
            {
                Span<float> to = hop[line].AsSpan(filled, count);
                if (block is null) to.Clear();
                else (line < channels ? block[line] : companion![line - channels]).Slice(done, count).CopyTo(to);
            }

            (done, filled) = (done + count, filled + count);
            if (filled == stage.Hop) Step();
        }
    }

    void Step()
    {
        if (stepped + stage.Hop <= taken) listen?.Invoke(hop);   // what was filled up with silence is not the track's
        stage.Step(hop, 0);
        long frame = stepped - stage.DelaySamples;
        int skipped = (int)Math.Clamp(-frame, 0, stage.Hop), count = (int)Math.Min(stage.Hop, taken - frame) - skipped;
        if (count > 0)
        {
            for (int channel = 0; channel < channels; channel++) stage.Finished[0][channel].AsSpan(skipped, count).CopyTo(finished.Next(channel, count));
            finished.Advance(count);
            given += count;
        }

        (stepped, filled) = (stepped + stage.Hop, 0);
    }
}
