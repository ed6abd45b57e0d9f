using System.Buffers.Binary;
using DgxMusic.Models.MusicGen.Codec;

namespace DgxMusic.Models.MusicGen;

/// <summary>Codes while they are made sound, from one frame on to another. However they are cut, the samples are the same.</summary>
public sealed class CodeReader
{
    /// <summary>5 s of music: a caller hears how far it is about as often as he can tell.</summary>
    const int FramesAtOnce = 250;

    readonly EnCodec codec;
    readonly Codes[] channels;
    readonly CodecMemory?[] memories;

    internal CodeReader(EnCodec codec, Codes codes, int channels, int from, ReadOnlySpan<byte> memory)
    {
        (this.codec, Frame) = (codec, from);
        this.channels = channels == 2 && StereoCodes.Split(codes) is var (left, right) ? [left, right] : [codes];
        memories = new CodecMemory?[channels];
        int bytes = memory.Length / channels;
        for (int n = 0; n < channels && bytes > 0; n++) memories[n] = MemoryOf(memory.Slice(n * bytes, bytes));
    }

    /// <summary>The next one.</summary>
    public int Frame { get; private set; }

    /// <summary>What whoever goes on at <see cref="Frame"/> is quicker with; it changes no sample.</summary>
    public byte[] Memory => [.. memories.SelectMany(memory => memory is null ? [] : BytesOf(memory))];

    /// <summary>The next frames, a few seconds at a time.</summary>
    /// <param name="to">Before which frame they end.</param>
    /// <returns>Samples of each channel.</returns>
    public float[][] Decode(int to)
    {
        int end = Math.Min(to, Frame + FramesAtOnce);
        float[][] samples = new float[channels.Length][];
        for (int n = 0; n < channels.Length; n++) (samples[n], memories[n]) = codec.Decode(channels[n], Frame, end, memories[n]);
        Frame = end;
        return samples;
    }

    static byte[] BytesOf(CodecMemory memory)
    {
        byte[] bytes = new byte[sizeof(int) + (memory.Values.Length * sizeof(float))];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, memory.Frame);
        for (int i = 0; i < memory.Values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(int) + (i * sizeof(float))), memory.Values[i]);
        return bytes;
    }

    static CodecMemory MemoryOf(ReadOnlySpan<byte> bytes)
    {
        float[] values = new float[(bytes.Length - sizeof(int)) / sizeof(float)];
        for (int i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(sizeof(int) + (i * sizeof(float)))..]);
        return new(BinaryPrimitives.ReadInt32LittleEndian(bytes), values);
    }
}
