using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis.Effects;
using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Dsp;

namespace DgxMusic.Composer.Synthesis;

/// <summary>A stretch of the piece. The buffers are used again for the next one.</summary>
/// <param name="StartFrame">Of its first frame, counted from the start of the piece.</param>
/// <param name="Stems">In the order of <see cref="ScoreRenderer.Stems"/>; stereo.</param>
/// <param name="Mix">The sum of the stems, added in their order in double and rounded once.</param>
public readonly record struct RenderedBlock(long StartFrame, IReadOnlyList<AudioBuffer> Stems, AudioBuffer Mix);

/// <summary>
/// Plays a score: stereo stems and their exact sum, block after block, in memory that does not grow with the piece. The samples depend on the score
/// and the rate alone, neither on the length of the blocks nor on how many threads take part.
/// </summary>
public sealed class ScoreRenderer
{
    const int Batch = 8 * Blocks.Chunk;
    const double LeastFadeSeconds = 0.012, MostFadeSeconds = 2.5;
    static readonly string[] Order = ["drums", "bass", "guitars", "keys", "synths", "pads", "lead", "fx"];

    readonly int rate, blockFrames;
    readonly ParallelOptions threads;
    readonly PartRenderer[] parts;
    readonly StemRenderer[] stems;
    readonly Ducking ducking;
    readonly float[] pressed = new float[Batch];
    readonly AudioBuffer[] stemBlocks;
    readonly AudioBuffer mixBlock;
    readonly double[] sum;
    readonly double fadeSeconds;
    long rendered, given;

    /// <param name="sampleRateHz">22,050 to 96,000.</param>
    /// <param name="blockFrames">Frames in every block but the last.</param>
    /// <param name="threadCount">At most; −1 for as many as there are cores.</param>
    public ScoreRenderer(Score score, int sampleRateHz = 48000, int blockFrames = 24000, int threadCount = -1)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 22050);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, 96000);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockFrames, 1);
        (rate, this.blockFrames) = (sampleRateHz, blockFrames);
        threads = new() { MaxDegreeOfParallelism = threadCount };
        Frames = (long)Math.Round(score.DurationSeconds * sampleRateHz, MidpointRounding.AwayFromZero);
        Stems = [.. score.Parts.Select(part => part.Stem).Distinct().OrderBy(Rank)];
        parts = [.. Enumerable.Range(0, score.Parts.Count).Select(index => new PartRenderer(score, index, rate, Batch))];
        RoomShape room = RoomShape.For(score.Style);
        stems = [.. Stems.Select(stem => new StemRenderer(PartsOf(score, stem), BusShape.For(stem), room, score.SecondsPerBeat, rate, Batch))];
        ducking = new(score.DuckBeats, score.SecondsPerBeat, rate);
        stemBlocks = [.. Stems.Select(_ => new AudioBuffer(rate, 2, blockFrames))];
        mixBlock = new(rate, 2, blockFrames);
        sum = new double[blockFrames];
        // The last notes have half of what is left to ring; whatever still sounds then, a hall or a pad, leaves and is not cut off.
        double ring = score.DurationSeconds - (score.SecondsPerBeat * score.Parts.SelectMany(part => part.Notes).Select(note => note.StartBeats).DefaultIfEmpty(0).Max());
        fadeSeconds = Math.Clamp(0.5 * ring, LeastFadeSeconds, MostFadeSeconds);
    }

    /// <summary>Names of the stems that the score has, in a fixed order.</summary>
    public IReadOnlyList<string> Stems { get; }

    /// <summary>Length of the piece.</summary>
    public long Frames { get; }

    /// <summary>Renders the next block; false after the last.</summary>
    public bool RenderNext(out RenderedBlock block)
    {
        int frames = (int)Math.Min(blockFrames, Frames - given);
        block = default;
        if (frames <= 0) return false;
        for (int done = 0; done < frames;)
        {
            if (given + done == rendered) RenderBatch();
            int from = (int)(given + done - (rendered - Batch)), count = Math.Min(frames - done, Batch - from);
            for (int stem = 0; stem < stems.Length; stem++) Copy(stems[stem], from, stemBlocks[stem], done, count, given + done);
            done += count;
        }

        for (int channel = 0; channel < 2; channel++) Sum(channel, frames);
        bool whole = frames == blockFrames;
        block = new(given, whole ? stemBlocks : [.. stemBlocks.Select(stem => stem.Slice(0, frames))], whole ? mixBlock : mixBlock.Slice(0, frames));
        given += frames;
        return true;
    }

    PartRenderer[] PartsOf(Score score, string stem) => [.. parts.Where((_, index) => score.Parts[index].Stem == stem)];

    static int Rank(string stem) => Array.IndexOf(Order, stem) is >= 0 and var rank ? rank : Order.Length;

    void RenderBatch()
    {
        ducking.Fill(rendered, pressed);
        Parallel.For(0, parts.Length, threads, index => parts[index].Render(rendered, pressed));
        Parallel.For(0, stems.Length, threads, index => stems[index].Render(Batch));
        rendered += Batch;
    }

    void Copy(StemRenderer stem, int from, AudioBuffer block, int to, int count, long frame)
    {
        stem.Left.AsSpan(from, count).CopyTo(block[0][to..]);
        stem.Right.AsSpan(from, count).CopyTo(block[1][to..]);
        double fade = fadeSeconds * rate;
        for (int i = (int)Math.Max(0, Frames - (long)fade - frame); i < count; i++)
        {
            double left = Math.Clamp((Frames - 1 - frame - i) / fade, 0, 1);
            float gain = (float)(left * left * (3 - (2 * left)));
            block[0][to + i] *= gain;
            block[1][to + i] *= gain;
        }
    }

    void Sum(int channel, int frames)
    {
        Span<double> total = sum.AsSpan(0, frames);
        total.Clear();
        foreach (AudioBuffer stem in stemBlocks) Kernels.Accumulate(total, stem[channel][..frames]);
        Span<float> mix = mixBlock[channel];
        for (int i = 0; i < frames; i++) mix[i] = (float)total[i];
    }
}
