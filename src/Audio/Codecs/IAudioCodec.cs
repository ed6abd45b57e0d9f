using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Codecs;

/// <summary>Who reads and writes files within this process; all other formats go through ffmpeg. Every codec gives the same samples and the same bytes.</summary>
public interface IAudioCodec
{
    /// <summary>Opens content from where the stream stands.</summary>
    /// <param name="leaveOpen">False: the reader disposes the stream. On a fault, and where null is returned, it is left to the caller.</param>
    /// <returns>Null: this goes through ffmpeg; a stream that cannot seek is untouched then. WAV and AIFF are opened always.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: the header is damaged, contradicts itself or announces compressed
    /// samples; <see cref="Problem.TooManyChannels"/>: more than <see cref="AudioFormat.MostChannels"/>.</exception>
    ISampleReader? Open(ContentKind kind, Stream stream, bool leaveOpen);

    /// <summary>Begins a WAV file.</summary>
    /// <param name="target">Written forwards only; stays the caller's.</param>
    /// <exception cref="ArgumentException">The layout has a value that no WAV header can carry; nothing is written.</exception>
    ISampleWriter CreateWav(Stream target, WavLayout layout);
}
