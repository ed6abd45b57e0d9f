using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Tests.Codecs;

namespace DgxMusic.NAudio.Tests;

public sealed class NAudioCodecTests : CodecContract
{
    protected override IAudioCodec Codec => NAudioCodec.Instance;
}

public sealed class NAudioFlacTests : FlacContract
{
    protected override IAudioCodec Codec => NAudioCodec.Instance;
}
