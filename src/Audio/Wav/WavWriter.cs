using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Wav;

/// <summary>Writes a WAV file to any stream, forwards only: the header is complete before the first sample. The stream stays the caller's.</summary>
public sealed class WavWriter : ISampleWriter
{
    const int BufferBytes = 64 << 10;

    readonly Stream stream;
    readonly WavLayout layout;
    readonly byte[] buffer;
    long framesWritten;
    bool closed;

    /// <summary>Writes the header.</summary>
    /// <exception cref="ArgumentException">The layout has a value that no WAV header can carry.</exception>
    public WavWriter(Stream stream, WavLayout layout)
    {
        layout.Check();
        (this.stream, this.layout) = (stream, layout);
        buffer = new byte[Math.Max(1, BufferBytes / layout.BlockAlign) * layout.BlockAlign];
        stream.Write(WavHeaderWriter.Write(layout));
    }

    public long FileBytes => layout.FileBytes;

    /// <param name="block">Of the layout's rate and channels.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: NaN or infinity; the file can no longer be completed.</exception>
    /// <exception cref="InvalidOperationException">More frames than the layout announces.</exception>
    public void Write(AudioBuffer block)
    {
        CheckBlock(block);
        closed = true;   // stays so if the next lines throw: what follows half a block would be noise
        FiniteSamples.Check(block, framesWritten);
        WriteCodes(block);
        framesWritten += block.Frames;
        closed = false;
    }

    public void Complete()
    {
        CheckOpen();
        if (framesWritten != layout.Frames) throw OtherCount($"{framesWritten} frames were");
        if (layout.PadBytes > 0) stream.WriteByte(0);
        foreach (WavChunk chunk in layout.After) stream.Write(chunk.ToArray());
        stream.Flush();
        closed = true;
    }

    /// <summary>Writes nothing: a file that was not completed is not finished off either.</summary>
    public void Dispose() => closed = true;

    void CheckOpen()
    {
        if (closed) throw new InvalidOperationException("This file is complete, or a write to it has failed.");
    }

    void CheckBlock(AudioBuffer block)
    {
        CheckOpen();
        SampleReaders.CheckBlock(block, layout.SampleRateHz, layout.Channels);
        if (framesWritten + block.Frames > layout.Frames) throw OtherCount($"{framesWritten + block.Frames} frames would be");
    }

    InvalidOperationException OtherCount(string what) => new($"{what} written; the header announces {layout.Frames}.");

    void WriteCodes(AudioBuffer block)
    {
        int most = buffer.Length / layout.BlockAlign;
        for (int from = 0; from < block.Frames; from += most)
        {
            var part = block.Slice(from, Math.Min(most, block.Frames - from));
            var bytes = buffer.AsSpan(0, part.Frames * layout.BlockAlign);
            Quantizer.Write(part, layout.BitDepth, bytes);
            stream.Write(bytes);
        }
    }
}
