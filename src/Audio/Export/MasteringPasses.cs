using DgxMusic.Audio.Encoders;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Resampling;

namespace DgxMusic.Audio.Export;

/// <summary>The source at the rate asked for, or one near its own that the format has, as often as it is needed, with progress over all of it.</summary>
/// <param name="morePasses">Beyond those that <paramref name="options"/> take.</param>
sealed class MasteringPasses(
    SampleSource source, ExportOptions options, int morePasses, int blockFrames, Action<double>? progress, CancellationToken cancellation)
{
    /// <summary>One to measure, one to write; a limiter may rehearse twice between them.</summary>
    readonly int passesExpected = morePasses + (options is { Normalize: true, Mode: LoudnessMode.Limiter } ? 4 : 2);

    ResamplerQuality Quality => options.Resampling == ResamplingQuality.VeryHigh ? ResamplerQuality.VeryHigh : ResamplerQuality.High;

    int passesDone;
    long? sourceFrames;

    /// <summary>The source's; complete after a pass.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>The source's own, Hz; known after a pass.</summary>
    public int SourceRateHz { get; private set; }

    /// <summary>Reads the source from its start. A block is valid until the next.</summary>
    public IEnumerable<AudioBuffer> Pass()
    {
        using ISampleReader reader = source.Open().RefusingInvalidSamples();
        AudioFormat format = reader.Format;
        if (format.Channels > TrackExporter.MostChannels)
        {
            throw new PipelineException(Problem.TooManyChannels, $"This track has {format.Channels} channels; mono and stereo are exported.");
        }

        SourceRateHz = format.SampleRateHz;
        int rateHz = options.SampleRateHz ?? EncodedFormat.Of(options.Format)?.NearRate(format.SampleRateHz) ?? format.SampleRateHz;
        Resampler? resampler = rateHz == format.SampleRateHz ? null : new(format.SampleRateHz, rateHz, format.Channels, Quality);
        var buffer = new AudioBuffer(format.SampleRateHz, format.Channels, blockFrames);
        sourceFrames ??= reader.Frames;
        long framesRead = 0;
        while (reader.Read(buffer) is > 0 and int frames)
        {
            cancellation.ThrowIfCancellationRequested();
            AudioBuffer block = buffer.Slice(0, frames);
            yield return resampler?.Process(block) ?? block;
            framesRead += frames;
            Tell(framesRead);
        }
        if (resampler is not null) yield return resampler.Flush();
        (sourceFrames, Warnings) = (framesRead, reader.Warnings);
        passesDone++;
    }

    /// <summary>As <see cref="Pass"/>; nothing will follow it.</summary>
    public IEnumerable<AudioBuffer> LastPass()
    {
        passesDone = passesExpected - 1;
        return Pass();
    }

    public void TellEnd() => progress?.Invoke(1.0);

    void Tell(long framesRead)
    {
        double part = sourceFrames is > 0 and long frames ? Math.Min(1.0, (double)framesRead / frames) : 0.0;
        progress?.Invoke((passesDone + part) / passesExpected);
    }
}
