using System.Runtime.ExceptionServices;
using DgxMusic.Audio;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;
using NAudio.SoundFile;
using NAudio.Wave;

namespace DgxMusic.NAudio.Reading;

/// <summary>The frames that a reader of NAudio gives, as samples.</summary>
sealed class WaveStreamReader : ISampleReader
{
    readonly WaveStream wave;
    readonly Stream? owned;
    readonly InterleavedReader samples;

    /// <param name="wave">At its first frame, little-endian. Disposed with the reader.</param>
    /// <param name="coding">Of what <paramref name="wave"/> gives.</param>
    /// <param name="format">Of the file.</param>
    /// <param name="announcedBytes">Of <paramref name="wave"/>; null: up to its end.</param>
    /// <param name="owned">What else is disposed with the reader.</param>
    public WaveStreamReader(WaveStream wave, SampleFormat coding, AudioFormat format, long? announcedBytes, Stream? owned)
    {
        (this.wave, this.owned, Format) = (wave, owned, format);
        samples = new InterleavedReader(new ForwardReader(wave), coding, format, announcedBytes);
    }

    public AudioFormat Format { get; }

    public long? Frames => samples.Frames;

    public IReadOnlyList<string> Warnings => samples.Warnings;

    public void Warn(string sentence) => samples.Warn(sentence);

    public int Read(AudioBuffer block)
    {
        try
        {
            return samples.Read(block);
        }
        catch (SoundFileException fault)
        {
            if (fault.InnerException is { } cause) ExceptionDispatchInfo.Throw(cause);   // the stream's own, which came through native code
            throw new PipelineException(Problem.UnreadableAudio, "The content is damaged or not what it seems: libsndfile gave up within it.") { Log = fault.Message };
        }
    }

    public void Dispose()
    {
        wave.Dispose();
        owned?.Dispose();
    }
}
