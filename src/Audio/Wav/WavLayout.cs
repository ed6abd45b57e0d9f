using System.Numerics;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Wav;

/// <summary>A WAV file to be written: everything its header says, so that its size is known before its first sample.</summary>
/// <param name="Frames">Exactly as many as will be written.</param>
/// <param name="ChannelMask">Speaker positions; null: front centre for one channel, front left and right for two, untold for more.</param>
public sealed record WavLayout(int SampleRateHz, int Channels, BitDepth BitDepth, long Frames, uint? ChannelMask = null)
{
    const uint FrontCentre = 4, FrontLeftRight = 3;

    /// <summary>Chunks between the header and the samples, in this order.</summary>
    public IReadOnlyList<WavChunk> Before { get; init; } = [];

    /// <summary>Chunks behind the samples, in this order.</summary>
    public IReadOnlyList<WavChunk> After { get; init; } = [];

    /// <summary>Bytes a frame.</summary>
    public int BlockAlign => Channels * BitDepths.BytesOf(BitDepth);

    public long DataBytes => checked(Frames * BlockAlign);

    internal long PadBytes => DataBytes & 1;

    /// <summary>WAVEFORMATEX says all there is to say of 16-bit PCM and of float in one or two channels; the rest is extensible.</summary>
    internal bool IsExtensible => Channels > 2 || ChannelMask is not null || BitDepth is BitDepth.Pcm24 or BitDepth.Pcm32;

    internal int FormatBytes => IsExtensible ? 40 : BitDepth == BitDepth.Float ? 18 : 16;

    /// <summary>Every coding but integer PCM has to have one.</summary>
    internal bool HasFact => BitDepth == BitDepth.Float;

    /// <summary>More than the 32-bit sizes of RIFF can say: RF64 with its ds64 chunk.</summary>
    internal bool IsWide => NarrowHeaderBytes - 8 + DataBytes + PadBytes + AfterBytes > uint.MaxValue;

    internal uint SpeakerMask => ChannelMask ?? (Channels switch { 1 => FrontCentre, 2 => FrontLeftRight, _ => 0 });

    long NarrowHeaderBytes => 12 + 8 + FormatBytes + (HasFact ? 12 : 0) + Before.Sum(chunk => chunk.FileBytes) + 8;

    long AfterBytes => After.Sum(chunk => chunk.FileBytes);

    internal long HeaderBytes => NarrowHeaderBytes + (IsWide ? WavHeaderWriter.WideSizesBytes : 0);

    /// <summary>Size of the whole file.</summary>
    public long FileBytes => HeaderBytes + DataBytes + PadBytes + AfterBytes;

    /// <exception cref="ArgumentException">A value that no WAV header can carry, or not as many speaker positions as channels.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Channels, AudioFormat.MostChannels);
        ArgumentOutOfRangeException.ThrowIfNegative(Frames);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Frames, long.MaxValue / 2 / BlockAlign);
        foreach (var chunk in Before.Concat(After)) chunk.Check();
        if (ChannelMask is { } mask && BitOperations.PopCount(mask) != Channels)
        {
            throw new ArgumentException($"Speaker mask 0x{mask:X} is not for {Channels} channels.");
        }
    }
}
