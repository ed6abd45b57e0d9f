using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;

namespace DgxMusic.Audio.Tests.Codecs;

/// <summary>What every codec does: the same samples of the same files, the same problem in the same words of a bad one, the same bytes written.</summary>
public abstract partial class CodecContract
{
    protected abstract IAudioCodec Codec { get; }

    ISampleReader OpenWav(Stream stream, bool leaveOpen = false) => Codec.Open(ContentKind.Wav, stream, leaveOpen)!;

    ISampleReader OpenBytes(byte[] wav) => OpenWav(new MemoryStream(wav));

    ISampleReader OpenAiff(Stream stream, bool leaveOpen = false) => Codec.Open(ContentKind.Aiff, stream, leaveOpen)!;
}
