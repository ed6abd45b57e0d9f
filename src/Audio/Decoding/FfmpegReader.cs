using DgxMusic.Audio.IO;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Decoding;

/// <summary>
/// Samples that ffmpeg decodes, at the file's own rate and channels, through a pipe. It trims what encoders put before and after the music, except
/// behind AAC in MP4, where the edit list's length decides here, and behind Vorbis, where the granule position does: ffmpeg miscounts the latter by
/// a block where all music is on one page.
/// </summary>
sealed class FfmpegReader : ISampleReader
{
    readonly ChildProcess child;
    readonly WavReader? wav;
    readonly bool trims;
    readonly List<string> warnings = [];
    long framesRead;
    bool ended;

    /// <param name="path">A file; never read as a URL or an option.</param>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>, <see cref="Problem.TooManyChannels"/>,
    /// <see cref="Problem.DecoderMissing"/>.</exception>
    public FfmpegReader(string path, ContentKind kind, DecoderOptions options, CancellationToken cancellation)
    {
        path = Path.GetFullPath(path);
        var facts = StreamFacts.Read(path, kind, options, cancellation);
        bool countsGranules = facts is { IsVorbis: true, Frames: not null };
        string[] arguments = Arguments(path, kind, countsGranules);
        child = ChildProcess.Start(ChildRole.Decoder, options.Ffmpeg, arguments, TimeSpan.FromSeconds(options.PatienceSeconds), cancellation);
        try
        {
            wav = OpenOutput();
        }
        catch
        {
            child.Dispose();
            throw;
        }
        var decoded = wav?.Format ?? new AudioFormat(facts.SampleRateHz, facts.Channels, kind.Name);
        Format = decoded with { Container = kind.Name, BitDepth = facts.BitDepth, BitsPerSecond = facts.BitsPerSecond };
        Frames = wav is null ? 0 : decoded.SampleRateHz == facts.SampleRateHz ? facts.Frames : null;
        trims = kind == ContentKind.Mp4 || countsGranules;
        ended = wav is null;
    }

    public AudioFormat Format { get; }

    public long? Frames { get; }

    public IReadOnlyList<string> Warnings => warnings;

    public int Read(AudioBuffer block)
    {
        SampleReaders.CheckBlock(block, Format.SampleRateHz, Format.Channels);
        if (ended) return 0;
        int frames = wav!.Read(block), beyond = 0;
        if (trims && Frames is { } most && framesRead + frames > most)
        {
            beyond = (int)(framesRead + frames - most);
            ReadOut(wav);
        }
        framesRead += frames - beyond;
        if (beyond > 0 || frames < block.Frames) End();
        return frames - beyond;
    }

    public void Dispose() => child.Dispose();

    /// <summary>-bitexact: no library versions in the output, no processor-dependent shortcuts in the decoder.</summary>
    static string[] Arguments(string path, ContentKind kind, bool isUntrimmed) =>
    [
        "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file,pipe",
        "-flags", "bitexact", .. isUntrimmed ? (string[])["-flags2", "skip_manual"] : [], "-f", kind.Demuxer!, "-i", "file:" + path,
        "-map", "0:a:0", "-map_metadata", "-1", "-bitexact", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
    ];

    /// <returns>Null: the decoder succeeded and there was nothing to decode.</returns>
    WavReader? OpenOutput()
    {
        var head = new byte[1];
        if (child.Output.Read(head) == 0)
        {
            child.Finish();
            return null;
        }
        try
        {
            return new WavReader(new PrefixedStream(head, child.Output));
        }
        catch (PipelineException) when (child.Output.Read(head) == 0)
        {
            child.Finish();   // knows better why the header broke off
            throw;
        }
    }

    /// <summary>The rest of the last packet: read, because only the end tells whether the decoder met damage.</summary>
    static void ReadOut(WavReader reader)
    {
        var block = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, 1024);
        while (reader.Read(block) > 0);
    }

    void End()
    {
        ended = true;
        if (child.Finish().Length > 0) warnings.Add("The decoder met damage in the file and went on; some of the music may be missing.");
        if (Frames is { } announced && framesRead < announced)
        {
            warnings.Add($"The file is cut off: {announced:N0} frames are announced, {framesRead:N0} are there.");
        }
    }
}
