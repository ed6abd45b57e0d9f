using DgxMusic.Audio.Aiff;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Wav;

namespace DgxMusic.Audio.Codecs;

/// <summary>WAV and AIFF by our own readers and writer, without any library.</summary>
public sealed class ManagedCodec : IAudioCodec
{
    public static readonly ManagedCodec Instance = new();

    public ISampleReader? Open(ContentKind kind, Stream stream, bool leaveOpen)
    {
        if (kind == ContentKind.Wav) return new WavReader(stream, leaveOpen);
        return kind == ContentKind.Aiff ? new AiffReader(stream, leaveOpen) : null;
    }

    public ISampleWriter CreateWav(Stream target, WavLayout layout) => new WavWriter(target, layout);
}
