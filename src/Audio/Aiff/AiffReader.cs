using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Aiff;

/// <summary>
/// Reads AIFF and AIFC: signed PCM of 8 to 32 bits in either byte order, unsigned 8, float of 32 and 64; from any stream, forwards only.
/// </summary>
public sealed class AiffReader : ISampleReader
{
    readonly Stream stream;
    readonly bool leaveOpen;
    readonly InterleavedReader samples;

    /// <summary>Reads the header. On a fault the stream is left to the caller.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: the header is damaged, contradicts itself or announces compressed
    /// samples; <see cref="Problem.TooManyChannels"/>: more than <see cref="AudioFormat.MostChannels"/>.</exception>
    public AiffReader(Stream stream, bool leaveOpen = false)
    {
        (this.stream, this.leaveOpen) = (stream, leaveOpen);
        var source = new ForwardReader(stream);
        var header = AiffHeader.Read(source);
        Format = header.Common.Format;
        samples = new InterleavedReader(source, header.Common.Coding, Format, header.DataBytes, header.Common.IsAiffOrder);
        if (header.Warning is { } warning) samples.Warn(warning);
    }

    public AudioFormat Format { get; }

    public long? Frames => samples.Frames;

    public IReadOnlyList<string> Warnings => samples.Warnings;

    public int Read(AudioBuffer block) => samples.Read(block);

    public void Dispose()
    {
        if (!leaveOpen) stream.Dispose();
    }
}
