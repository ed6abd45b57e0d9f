using System.Buffers.Binary;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using NAudio.Wave;

namespace DgxMusic.NAudio.Writing;

/// <summary>A WAV file that NAudio puts together. It learns the sizes last and our files have them first, so it rehearses without a target.</summary>
sealed class WaveFileContainer : IWavContainer
{
    readonly Stream target;
    readonly byte[] head;
    readonly HeldHeadStream file;
    readonly WaveFileWriter writer;

    /// <param name="target">Written forwards only; stays the caller's.</param>
    /// <exception cref="ArgumentException">The layout has a value that no WAV header can carry.</exception>
    public WaveFileContainer(Stream target, WavLayout layout)
    {
        layout.Check();
        (this.target, head) = (target, Rehearse(layout));
        (file, writer) = Begin(target, layout);
        target.Write(head);
    }

    public int HeaderBytes => head.Length;

    public void Write(ReadOnlySpan<byte> codes) => writer.Write(codes);

    public void Complete()
    {
        writer.Dispose();
        if (!file.Head.AsSpan().SequenceEqual(head)) throw new InvalidOperationException("The file's head is not the one that was rehearsed.");
        target.Flush();
    }

    public void Dispose()
    {
        file.Shut();
        writer.Dispose();
        file.Dispose();
    }

    /// <returns>All that comes before the codes, with the sizes of the whole file.</returns>
    static byte[] Rehearse(WavLayout layout)
    {
        (HeldHeadStream file, WaveFileWriter writer) = Begin(null, layout);
        byte[] codes = new byte[Math.Min(layout.DataBytes, 1 << 20)];
        for (long left = layout.DataBytes; left > 0; left -= codes.Length) writer.Write(codes.AsSpan(0, (int)Math.Min(left, codes.Length)));
        writer.Dispose();
        return file.Head;
    }

    static (HeldHeadStream File, WaveFileWriter Writer) Begin(Stream? target, WavLayout layout)
    {
        var file = new HeldHeadStream(target);
        var writer = new WaveFileWriter(file, new PlainFormat(layout), new WaveFileWriterOptions { EnableRf64 = layout.IsWide });
        if (layout.HasFact) writer.AddChunk("fact", Fact(layout), ChunkPosition.BeforeData);
        foreach (var chunk in layout.Before) writer.AddChunk(chunk.Id, chunk.Content.ToArray(), ChunkPosition.BeforeData);
        foreach (var chunk in layout.After) writer.AddChunk(chunk.Id, chunk.Content.ToArray(), ChunkPosition.AfterData);
        writer.Write([]);   // now the head is complete but for its sizes
        file.EndHead();
        return (file, writer);
    }

    static byte[] Fact(WavLayout layout)
    {
        byte[] frames = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(frames, layout.IsWide ? uint.MaxValue : (uint)layout.Frames);
        return frames;
    }

    /// <summary>
    /// Says PCM and writes what it is: for anything else NAudio adds a fact chunk of its own, behind the other chunks, and to extensible PCM too.
    /// </summary>
    sealed class PlainFormat(WavLayout layout) : WaveFormat(layout.SampleRateHz, 8 * BitDepths.BytesOf(layout.BitDepth), layout.Channels)
    {
        public override void Serialize(BinaryWriter writer) => Real().Serialize(writer);

        WaveFormat Real()
        {
            bool isFloat = layout.BitDepth == BitDepth.Float;
            if (layout.IsExtensible) return new WaveFormatExtensible(SampleRate, BitsPerSample, Channels, isFloat, BitsPerSample, (int)layout.SpeakerMask);
            return isFloat ? CreateIeeeFloatWaveFormat(SampleRate, Channels) : new WaveFormat(SampleRate, BitsPerSample, Channels);
        }
    }
}
