using DgxMusic.Audio;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>What a file has to be, whichever way it came in: its content decides, its name is a hint.</summary>
public static class Intake
{
    /// <summary>Of any file that is sent or fetched; a form takes less. What its owner put into the store is as large as it is.</summary>
    public const long MostBytes = 200L << 20;

    /// <summary>So much of a file is decoded before it is taken; the work on a longer one finds out about the rest.</summary>
    public const double DecodedSeconds = 60;

    const int BlockFrames = 1 << 16;

    /// <param name="stream">A whole file; seekable. Left anywhere.</param>
    /// <exception cref="PipelineException"><see cref="Problem.EmptyAudio"/>, <see cref="Problem.UnreadableAudio"/>,
    /// <see cref="Problem.DecoderMissing"/>, <see cref="Problem.InvalidSamples"/>, <see cref="Problem.TooManyChannels"/>.</exception>
    public static (UploadFacts Facts, IReadOnlyList<string> Warnings) Check(
        Stream stream, string? fileName, DecoderOptions? decoder = null, CancellationToken cancel = default)
    {
        if (stream.Length == 0) throw new PipelineException(Problem.EmptyAudio, "This file has no bytes.");
        List<string> warnings = [];
        Heard heard = Listen(stream, fileName, decoder, warnings, cancel);
        if (heard.Frames == 0) throw new PipelineException(Problem.EmptyAudio, "This audio has no samples.");
        stream.Position = 0;
        Tags tags = AudioFile.ReadTags(stream, decoder, warnings, cancel);
        AudioFormat format = heard.Format;
        long? frames = heard.GoesOn ? heard.Announced : heard.Frames;
        return (
            new(
                format.Container, format.BitDepth, format.SampleRateHz, format.Channels, (double?)frames / format.SampleRateHz, !heard.GoesOn,
                new(tags.Title, tags.Artist, tags.Album, tags.Year, tags.Track, tags.Genre), tags.Cover is not null),
            warnings);
    }

    /// <summary>Whether a file lasts longer than <see cref="DecodedSeconds"/>.</summary>
    /// <inheritdoc cref="Check" path="/exception"/>
    public static bool LastsLong(Stream stream, string? fileName, DecoderOptions? decoder = null, CancellationToken cancel = default) =>
        Listen(stream, fileName, decoder, [], cancel).GoesOn;

    public static PipelineException TooLarge() => new(Problem.BodyTooLarge, $"A file has at most {MostBytes >> 20} MiB.");

    sealed record Heard(AudioFormat Format, long? Announced, long Frames, bool GoesOn);

    /// <summary>Decodes up to the limit; of what its header says is longer, the first block.</summary>
    static Heard Listen(Stream stream, string? fileName, DecoderOptions? decoder, List<string> warnings, CancellationToken cancel)
    {
        stream.Position = 0;
        using ISampleReader reader = AudioFile.Open(stream, fileName, decoder, leaveOpen: true, cancel);
        double most = DecodedSeconds * reader.Format.SampleRateHz;
        bool isLong = reader.Frames > most;
        var block = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, BlockFrames);
        long frames = 0;
        while (frames <= most && reader.Read(block) is > 0 and int read)
        {
            cancel.ThrowIfCancellationRequested();
            frames += read;
            if (isLong) break;
        }

        warnings.AddRange(reader.Warnings);
        return new(reader.Format, reader.Frames, frames, isLong || frames > most);
    }
}
