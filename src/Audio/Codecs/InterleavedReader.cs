using DgxMusic.Audio.IO;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Codecs;

/// <summary>The samples of one chunk: interleaved frames, as many as are announced and there.</summary>
sealed class InterleavedReader
{
    /// <summary>Read at once; large enough that a call costs nothing, small enough to stay in the cache.</summary>
    const int BufferBytes = 64 << 10;

    readonly ForwardReader source;
    readonly SampleCoding coding;
    readonly AudioFormat format;
    readonly long? announcedBytes;
    readonly int frameBytes;
    readonly bool bigEndian;
    readonly byte[] buffer;
    readonly List<string> warnings = [];
    long framesRead;
    bool ended;

    /// <param name="announcedBytes">Size of the chunk; null: up to the end of the stream.</param>
    public InterleavedReader(ForwardReader source, SampleCoding coding, AudioFormat format, long? announcedBytes, bool bigEndian = false)
    {
        (this.source, this.coding, this.format, this.announcedBytes, this.bigEndian) = (source, coding, format, announcedBytes, bigEndian);
        frameBytes = format.Channels * SampleCodings.BytesOf(coding);
        buffer = new byte[Math.Max(1, BufferBytes / frameBytes) * frameBytes];
        long? bytes = source.Available is { } available ? Math.Min(announcedBytes ?? long.MaxValue, available) : announcedBytes;
        Frames = bytes / frameBytes;
    }

    public long? Frames { get; }

    public IReadOnlyList<string> Warnings => warnings;

    public void Warn(string sentence) => warnings.Add(sentence);

    public int Read(AudioBuffer block)
    {
        SampleReaders.CheckBlock(block, format.SampleRateHz, format.Channels);
        int done = 0;
        while (done < block.Frames && !ended)
        {
            int frames = ReadChunk(block.Slice(done, block.Frames - done));
            done += frames;
        }
        return done;
    }

    int ReadChunk(AudioBuffer block)
    {
        long left = announcedBytes is { } announced ? (announced / frameBytes) - framesRead : long.MaxValue;
        int wanted = (int)Math.Min(left, Math.Min(block.Frames, buffer.Length / frameBytes)) * frameBytes;
        int got = source.Read(buffer.AsSpan(0, wanted));
        var bytes = buffer.AsSpan(0, got - (got % frameBytes));
        if (bigEndian) ByteOrder.Reverse(bytes, SampleCodings.BytesOf(coding));
        SampleCodec.Decode(bytes, coding, block);
        framesRead += bytes.Length / frameBytes;
        if (got < wanted || wanted == 0) End(got % frameBytes);
        return bytes.Length / frameBytes;
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
