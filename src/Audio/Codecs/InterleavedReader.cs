using DgxMusic.Audio.IO;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Codecs;

/// <summary>The samples of one chunk: interleaved frames, as many as are announced and there.</summary>
sealed class InterleavedReader
{
    /// <summary>Read at once, where there is as much: large enough that a call costs nothing, small enough to stay in the cache.</summary>
    const int BufferBytes = 128 << 10;

    readonly ForwardReader source;
    readonly SampleFormat coding;
    readonly AudioFormat format;
    readonly long? announcedBytes;
    readonly int frameBytes;
    readonly bool isAiffOrder;
    readonly byte[] buffer;
    readonly List<string> warnings = [];
    long framesRead;
    bool ended;

    /// <param name="announcedBytes">Size of the chunk; null: up to the end of the stream.</param>
    /// <param name="isAiffOrder">Big-endian, and signed where samples have 8 bits.</param>
    public InterleavedReader(ForwardReader source, SampleFormat coding, AudioFormat format, long? announcedBytes, bool isAiffOrder = false)
    {
        (this.source, this.coding, this.format, this.announcedBytes, this.isAiffOrder) = (source, coding, format, announcedBytes, isAiffOrder);
        frameBytes = format.Channels * coding.BytesOf();
        long? bytes = source.Available is { } available ? Math.Min(announcedBytes ?? long.MaxValue, available) : announcedBytes;
        Frames = bytes / frameBytes;
        buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(Frames ?? long.MaxValue, 1, Math.Max(1, BufferBytes / frameBytes)) * frameBytes);
    }

    public long? Frames { get; }

    public IReadOnlyList<string> Warnings => warnings;

    public void Warn(string sentence) => warnings.Add(sentence);

    public int Read(AudioBuffer block)
    {
        SampleReaders.CheckBlock(block, format.SampleRateHz, format.Channels);
        int done = 0;
        while (done < block.Frames && !ended) done += ReadChunk(block.Slice(done, block.Frames - done));
        return done;
    }

    int ReadChunk(AudioBuffer block)
    {
        long left = announcedBytes is { } announced ? (announced / frameBytes) - framesRead : long.MaxValue;
        int wanted = (int)Math.Min(left, Math.Min(block.Frames, buffer.Length / frameBytes)) * frameBytes;
        int got = source.Read(buffer.AsSpan(0, wanted));
        var bytes = buffer.AsSpan(0, got - (got % frameBytes));
        int frames = bytes.Length / frameBytes;
        if (isAiffOrder) AiffOrder.ToWav(bytes, coding.BytesOf());
        SampleReader.Read(bytes, coding, block.Slice(0, frames));
        framesRead += frames;
        if (got < wanted || wanted == 0) End(got % frameBytes);
        return frames;
    }

    void End(int looseBytes)
    {
        ended = true;
        if (announcedBytes is { } announced && framesRead < announced / frameBytes)
        {
            warnings.Add($"The file is cut off: {announced / frameBytes:N0} frames are announced, {framesRead:N0} are there.");
        }
        else if (looseBytes + (announcedBytes ?? 0) % frameBytes is > 0 and long loose)
        {
            warnings.Add($"The last {loose} bytes are no whole frame of {frameBytes} and were left out.");
        }
    }
}
