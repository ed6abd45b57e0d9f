using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Wav;

/// <summary>Reads RIFF, RF64 and BW64: PCM of 8 to 32 bits, float of 32 and 64, plain or extensible, from any stream, forwards only.</summary>
public sealed class WavReader : ISampleReader
{
    readonly Stream stream;
    readonly bool leaveOpen;
    readonly InterleavedReader samples;

    /// <summary>Reads the header. On a fault the stream is left to the caller.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: the header is damaged, contradicts itself or announces compressed
    /// samples; <see cref="Problem.TooManyChannels"/>: more than <see cref="AudioFormat.MostChannels"/>.</exception>
    public WavReader(Stream stream, bool leaveOpen = false)
    {
        (this.stream, this.leaveOpen) = (stream, leaveOpen);
        var source = new ForwardReader(stream);
        var header = WavHeader.Read(source);
        Format = header.Layout.Format;
        samples = new InterleavedReader(source, header.Layout.Coding, Format, header.DataBytes);
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
