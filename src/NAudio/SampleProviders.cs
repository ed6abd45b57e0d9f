using DgxMusic.Audio;
using DgxMusic.Dsp;
using NAudio.Wave;

namespace DgxMusic.NAudio;

/// <summary>Our samples for NAudio, and NAudio's for us.</summary>
public static class SampleProviders
{
    /// <summary>The buffer's samples, which nobody may change meanwhile.</summary>
    public static BufferSampleProvider AsSampleProvider(this AudioBuffer track) => new(track);

    /// <summary>All that is left to read. The reader stays the caller's.</summary>
    public static ISampleProvider AsSampleProvider(this ISampleReader reader) => new ReaderSampleProvider(reader);

    /// <summary>All that is left to read; how much that is only the end tells. A provider that can be disposed is, with the reader.</summary>
    /// <exception cref="ArgumentException">More channels than <see cref="AudioFormat.MostChannels"/>, or no rate.</exception>
    public static ISampleReader AsSampleReader(this ISampleProvider provider) => new ProviderReader(provider);
}
