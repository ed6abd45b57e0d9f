using DgxMusic.Audio.Codecs;

namespace DgxMusic.Audio.Tests.Codecs;

public sealed class ManagedCodecTests : CodecContract
{
    protected override IAudioCodec Codec => ManagedCodec.Instance;
}
