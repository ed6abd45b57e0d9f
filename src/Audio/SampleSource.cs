using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>A track for work in several passes: every reader it opens starts at the first frame and gives the same samples.</summary>
public sealed class SampleSource(Func<ISampleReader> open)
{
    /// <summary>The buffer's samples, which nobody may change meanwhile.</summary>
    public static SampleSource Of(AudioBuffer track) => new(() => new BufferReader(track));

    /// <inheritdoc cref="AudioFile.Open(string, DecoderOptions?, CancellationToken)"/>
    public static SampleSource OfFile(string path, DecoderOptions? options = null, CancellationToken cancellation = default) =>
        new(() => AudioFile.Open(path, options, cancellation));

    /// <param name="stream">Seekable; stays the caller's, and each reader begins where it stands now. One reader at a time.</param>
    /// <param name="name">The file's name as its owner gave it, if any.</param>
    public static SampleSource OfStream(Stream stream, string? name = null, DecoderOptions? options = null, CancellationToken cancellation = default)
    {
        if (!stream.CanSeek) throw new ArgumentException("A stream that is read several times has to seek.", nameof(stream));
        long start = stream.Position;
        return new(() =>
        {
            stream.Position = start;
            return AudioFile.Open(stream, name, options, leaveOpen: true, cancellation);
        });
    }

    /// <exception cref="PipelineException">As <see cref="AudioFile"/> and <see cref="ISampleReader"/> say it.</exception>
    public ISampleReader Open() => open();
}
