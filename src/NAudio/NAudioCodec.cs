using DgxMusic.Audio;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Wav;
using DgxMusic.NAudio.Reading;
using DgxMusic.NAudio.Writing;

namespace DgxMusic.NAudio;

/// <summary>
/// WAV and AIFF through NAudio, FLAC through NAudio and libsndfile. Samples are those of <see cref="ManagedCodec"/> bit for bit, and so are the bytes
/// written: NAudio takes files apart and puts them together, between bytes and float32 our own reader and quantiser stand.
/// </summary>
/// <remarks>
/// <para>Headers are judged by our readers first, so a bad file is the same problem in the same words on every host. What NAudio does not read as we do goes
/// to <see cref="ManagedCodec"/>: streams that cannot seek; RF64 and BW64; AIFC of any compression type but NONE; lengths that were never filled in;
/// files that end inside a frame; format chunks of unusual sizes, pad bytes that are not zero and more than 1 MiB before the samples, where NAudio
/// finds other chunks or takes memory without a limit.</para>
/// <para>FLAC goes on to ffmpeg where libsndfile is not installed, or cannot read the file: behind an ID3 tag, of untold length, of other depths than 8, 16
/// and 24 bits, contradicted by its first frame, or damaged, from the damage on. Where ffmpeg is missing too, that is
/// <see cref="Contracts.Problem.DecoderMissing"/>. Only a count of frames that is too small is believed here, where ffmpeg reads on.</para>
/// </remarks>
public sealed class NAudioCodec : IAudioCodec
{
    public static readonly NAudioCodec Instance = new(FlacFiles.HasLibrary());

    internal NAudioCodec(bool readsFlac) => ReadsFlac = readsFlac;

    /// <summary>libsndfile is installed; without it FLAC needs ffmpeg.</summary>
    public bool ReadsFlac { get; }

    public ISampleReader? Open(ContentKind kind, Stream stream, bool leaveOpen)
    {
        if (stream.CanSeek)
        {
            long start = stream.Position;
            if (kind == ContentKind.Wav && PcmFiles.OpenWav(stream, leaveOpen) is { } wav) return wav;
            if (kind == ContentKind.Aiff && PcmFiles.OpenAiff(stream, leaveOpen) is { } aiff) return aiff;
            if (kind == ContentKind.Flac && ReadsFlac && FlacFiles.Open(stream, leaveOpen) is { } flac) return flac;
            stream.Position = start;
        }
        return ManagedCodec.Instance.Open(kind, stream, leaveOpen);
    }

    public ISampleWriter CreateWav(Stream target, WavLayout layout) => new WavWriter(new WaveFileContainer(target, layout), layout);
}
