using System.Numerics.Tensors;
using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>
/// A track of a separation, read from the parts it was made in: a source, a sum of sources, or the residual, which is the mix without them.
/// Sums and differences are made in double and rounded once.
/// </summary>
sealed class StemReader : ISampleReader
{
    const int BlockFrames = 1 << 14;

    readonly IBlobStore store;
    readonly SeparatedStems stems;
    readonly CancellationToken stopping;
    readonly IReadOnlyList<string> sources;
    readonly bool isRest;
    readonly AudioBuffer room;
    readonly float[] frames = new float[RawSamples.Channels * BlockFrames];
    readonly double[][] sums = [new double[BlockFrames], new double[BlockFrames]];
    readonly double[] widened = new double[BlockFrames];
    List<Stream> open = [];
    Stream? mix;
    int part = -1;
    long at;

    StemReader(IBlobStore store, SeparatedStems stems, IReadOnlyList<string> sources, bool isRest, CancellationToken stopping)
    {
        (this.store, this.stems, this.sources, this.isRest, this.stopping) = (store, stems, sources, isRest, stopping);
        room = new(stems.Track.SampleRateHz, RawSamples.Channels, BlockFrames);
        Format = new(stems.Track.SampleRateHz, RawSamples.Channels, "raw");
    }

    /// <param name="track">A source, <c>instrumental</c> or <c>residual</c>.</param>
    public static StemReader Of(IBlobStore store, SeparatedStems stems, string track, CancellationToken stopping) =>
        new(store, stems, stems.SourcesOf(track), track == Contracts.SeparationRequest.Residual, stopping);

    /// <summary>The sum of the sources that a track is not made of; silence where there are none.</summary>
    public static StemReader WithoutOf(IBlobStore store, SeparatedStems stems, string track, CancellationToken stopping) =>
        new(store, stems, [.. stems.Model.Sources.Except(stems.SourcesOf(track))], false, stopping);

    public AudioFormat Format { get; }

    public long? Frames => stems.Track.Frames;

    public IReadOnlyList<string> Warnings => [];

    /// <summary>The frame that is read next.</summary>
    public long Position => at;

    /// <summary>Goes on from another frame.</summary>
    public void Seek(long frame)
    {
        at = frame;
        part = -1;
    }

    public int Read(AudioBuffer block)
    {
        int done = 0;
        while (done < block.Frames && at < stems.Track.Frames)
        {
            if (part < 0 || at >= stems.Parts[part].To) Enter();
            int count = (int)Math.Min(Math.Min(block.Frames - done, BlockFrames), stems.Parts[part].To - at);
            ReadPiece(block.Slice(done, count));
            (done, at) = (done + count, at + count);
        }

        return done;
    }

    public void Dispose()
    {
        Close();
        mix?.Dispose();
    }

    /// <summary>Opens the part that the next frame is in.</summary>
    void Enter()
    {
        stopping.ThrowIfCancellationRequested();
        Close();
        part = Math.Max(0, part);
        while (stems.Parts[part].To <= at) part++;
        StemPart entered = stems.Parts[part];
        foreach (string source in sources) open.Add(Open(entered.Of(source), at - entered.From));
        if (!isRest) return;
        mix ??= Open(stems.Track.Samples, at);
        mix.Position = at * RawSamples.FrameBytes;
    }

    // A reader is read on a thread of its own, which may wait for the store.
    Stream Open(BlobRef blob, long frame)
    {
        Stream stream = RawSamples.OpenAsync(store, blob, stopping).GetAwaiter().GetResult();
        stream.Position = frame * RawSamples.FrameBytes;
        return stream;
    }

    void ReadPiece(AudioBuffer piece)
    {
        if (sources.Count == 1 && !isRest)
        {
            RawSamples.ReadInto(open[0], piece, frames);
            return;
        }

        foreach (double[] sum in sums) sum.AsSpan(0, piece.Frames).Clear();
        if (isRest) Add(mix!, piece.Frames, 1);
        foreach (Stream source in open) Add(source, piece.Frames, isRest ? -1 : 1);
        for (int channel = 0; channel < RawSamples.Channels; channel++) TensorPrimitives.ConvertSaturating<double, float>(sums[channel].AsSpan(0, piece.Frames), piece[channel]);
    }

    void Add(Stream blob, int count, double sign)
    {
        AudioBuffer read = room.Slice(0, count);
        RawSamples.ReadInto(blob, read, frames);
        for (int channel = 0; channel < RawSamples.Channels; channel++)
        {
            Span<double> wide = widened.AsSpan(0, count), sum = sums[channel].AsSpan(0, count);
            TensorPrimitives.ConvertChecked<float, double>(read[channel], wide);
            TensorPrimitives.MultiplyAdd(wide, sign, sum, sum);
        }
    }

    void Close()
    {
        foreach (Stream stream in open) stream.Dispose();
        open = [];
    }
}
