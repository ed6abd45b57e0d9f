using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.IO;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;

namespace DgxMusic.Audio;

/// <summary>
/// Opens audio of every format we read. Its content decides, its name is a hint: a mismatch is a warning. The codec of the options reads WAV and
/// AIFF, and more if it can; the rest goes through ffmpeg. Content of no frames opens and reads as nothing.
/// </summary>
public static class AudioFile
{
    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/>; <see cref="Problem.UnreadableAudio"/>: none of our formats, or
    /// damaged; <see cref="Problem.TooManyChannels"/>; <see cref="Problem.DecoderMissing"/>.</exception>
    public static ISampleReader Open(string path, DecoderOptions? options = null, CancellationToken cancellation = default) =>
        OpenPath(path, path, options ?? DecoderOptions.Default, null, cancellation);

    /// <param name="stream">Read from where it stands, whether it seeks or not. On a fault it is left to the caller.</param>
    /// <param name="name">The file's name as its owner gave it, if any.</param>
    /// <param name="leaveOpen">False: the reader disposes the stream.</param>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: none of our formats, or damaged;
    /// <see cref="Problem.TooManyChannels"/>; <see cref="Problem.DecoderMissing"/>.</exception>
    public static ISampleReader Open(
        Stream stream, string? name = null, DecoderOptions? options = null, bool leaveOpen = false, CancellationToken cancellation = default)
    {
        var head = new byte[ContentSniffer.HeadBytes];
        long start = stream.CanSeek ? stream.Position : 0;
        int count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var kind = ContentSniffer.Of(head.AsSpan(0, count));
        var whole = stream.CanSeek ? Rewound(stream, start) : new PrefixedStream(head.AsMemory(0, count), stream, leaveOpen);
        options ??= DecoderOptions.Default;
        if (options.Codec.Open(kind, whole, stream.CanSeek && leaveOpen) is { } opened)
        {
            var managed = options with { Codec = ManagedCodec.Instance };
            if (stream.CanSeek) opened = Backed(opened, kind, () => OpenCopy(Rewound(stream, start), null, managed, cancellation));
            return Finished(opened, kind, name, options, null);
        }
        var reader = OpenCopy(stream.CanSeek ? Rewound(stream, start) : whole, name, options, cancellation);
        if (!leaveOpen) stream.Dispose();
        return reader;
    }

    /// <summary>What the file says about its music. Damaged tags are read as far as they go.</summary>
    /// <param name="warnings">Takes sentences about what was left out.</param>
    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/>; <see cref="Problem.UnreadableAudio"/>: none of our formats, or
    /// damaged beyond its tags; <see cref="Problem.DecoderMissing"/>.</exception>
    public static Tags ReadTags(
        string path, DecoderOptions? options = null, ICollection<string>? warnings = null, CancellationToken cancellation = default)
    {
        using var file = OpenExisting(path);
        return ReadTags(file, options, warnings, cancellation);
    }

    /// <inheritdoc cref="ReadTags(string, DecoderOptions?, ICollection{string}?, CancellationToken)"/>
    /// <param name="stream">A whole file, at its start; seekable. Stays the caller's, and stands anywhere afterwards.</param>
    public static Tags ReadTags(
        Stream stream, DecoderOptions? options = null, ICollection<string>? warnings = null, CancellationToken cancellation = default)
    {
        var kind = ContentSniffer.Sniff(stream);
        warnings ??= [];
        Rewound(stream, 0);
        if (kind == ContentKind.Wav) return ChunkTags.OfWav(stream, warnings);
        if (kind == ContentKind.Aiff) return ChunkTags.OfAiff(stream, warnings);
        options ??= DecoderOptions.Default;
        (string path, Action? putAway) = PutOnDisk(stream, options, cancellation);
        try
        {
            return ProbedTags.Read(path, kind, options, warnings, cancellation);
        }
        finally
        {
            putAway?.Invoke();
        }
    }

    /// <summary>What the file's <c>bext</c> chunk says; null where there is none.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/>; <see cref="Problem.UnreadableAudio"/>: none of our formats.</exception>
    public static BroadcastInfo? ReadBroadcast(string path)
    {
        using var file = OpenExisting(path);
        if (ContentSniffer.Sniff(file) != ContentKind.Wav) return null;
        var place = ChunkIndex.Of(file, bigEndian: false).FirstOrDefault(place => place.Id == BroadcastChunk.Id);
        return place.Id is null ? null : BroadcastChunk.Parse(ChunkIndex.Read(file, place, BroadcastChunk.MostBytes));
    }

    static FileStream OpenExisting(string path) => File.Exists(path)
        ? File.OpenRead(path)
        : throw new PipelineException(Problem.FileNotFound, $"There is no file '{Path.GetFileName(path)}'.");

    static ISampleReader OpenPath(string path, string? name, DecoderOptions options, Action? putAway, CancellationToken cancellation)
    {
        var file = OpenExisting(path);
        ContentKind kind;
        try
        {
            kind = ContentSniffer.Sniff(file);
            if (options.Codec.Open(kind, Rewound(file, 0), leaveOpen: false) is { } opened)
            {
                return Finished(Backed(opened, kind, () => new FfmpegReader(path, kind, options, cancellation)), kind, name, options, putAway);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
        file.Dispose();
        return Finished(new FfmpegReader(path, kind, options, cancellation), kind, name, options, putAway);
    }

    /// <param name="whole">From where it stands; stays the caller's.</param>
    static ISampleReader OpenCopy(Stream whole, string? name, DecoderOptions options, CancellationToken cancellation)
    {
        (string path, Action? putAway) = PutOnDisk(whole, options, cancellation);
        try
        {
            return OpenPath(path, name, options, putAway, cancellation);
        }
        catch
        {
            putAway?.Invoke();
            throw;
        }
    }

    /// <summary>What ffmpeg could read too, it reads on where the codec gives up.</summary>
    static ISampleReader Backed(ISampleReader opened, ContentKind kind, Func<ISampleReader> ffmpeg) =>
        kind.Demuxer is null ? opened : new SecondOpinionReader(opened, ffmpeg);

    static ISampleReader Finished(ISampleReader reader, ContentKind kind, string? name, DecoderOptions options, Action? putAway)
    {
        var annotated = new AnnotatedReader(reader, kind.MismatchWith(name), putAway);
        return options.RefuseInvalidSamples ? annotated.RefusingInvalidSamples() : annotated;
    }

    static Stream Rewound(Stream stream, long position)
    {
        stream.Position = position;
        return stream;
    }

    /// <summary>A path that ffmpeg can read the content at: its own where it is a whole file, else a copy's.</summary>
    static (string Path, Action? PutAway) PutOnDisk(Stream whole, DecoderOptions options, CancellationToken cancellation)
    {
        if (whole is FileStream { Position: 0 } file && File.Exists(file.Name)) return (file.Name, null);
        string scratch = Path.Combine(options.ScratchFolder, Path.GetRandomFileName());
        try
        {
            Save(whole, scratch, options.MostScratchBytes, cancellation);
            return (scratch, () => File.Delete(scratch));
        }
        catch
        {
            File.Delete(scratch);
            throw;
        }
    }

    static void Save(Stream content, string path, long mostBytes, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        byte[] buffer = new byte[64 << 10];
        while (content.Read(buffer) is > 0 and int count)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(buffer, 0, count);
            if (file.Length > mostBytes) throw TooLarge(mostBytes);
        }
    }

    static PipelineException TooLarge(long mostBytes) =>
        new(Problem.BodyTooLarge, $"This file is larger than {mostBytes:N0} bytes, which is the limit.");
}
