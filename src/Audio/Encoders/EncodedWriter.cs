using System.Globalization;
using DgxMusic.Audio.IO;
using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Encoders;

/// <summary>A file to be encoded.</summary>
/// <param name="BitDepth">Of the codes the encoder is fed with; an integer format.</param>
/// <param name="Frames">Exactly as many as will be written.</param>
sealed record EncodedLayout(EncodedFormat Format, int SampleRateHz, int Channels, BitDepth BitDepth, long Frames, Tags Tags);

/// <summary>
/// Feeds ffmpeg with the codes of our quantiser. Its file grows in a scratch folder and goes to the target as a whole, when it is complete:
/// on a fault the target has got nothing, and nothing remains. Same samples and tags, same bytes (of one ffmpeg).
/// </summary>
sealed class EncodedWriter : ISampleWriter
{
    const int BufferBytes = 64 << 10;

    readonly Stream target;
    readonly EncodedLayout layout;
    readonly EncoderScratch scratch;
    readonly ChildProcess child;
    readonly byte[] buffer;
    readonly int frameBytes;
    long framesWritten;
    bool closed;

    /// <param name="target">Written forwards only, by <see cref="Complete"/>; stays the caller's.</param>
    /// <exception cref="PipelineException"><see cref="Problem.DecoderMissing"/>: there is no ffmpeg.</exception>
    public EncodedWriter(Stream target, EncodedLayout layout, EncoderOptions options, CancellationToken cancellation)
    {
        (this.target, this.layout) = (target, layout);
        frameBytes = layout.Channels * BitDepths.BytesOf(layout.BitDepth);
        buffer = new byte[Math.Max(1, BufferBytes / frameBytes) * frameBytes];
        cancellation.ThrowIfCancellationRequested();
        scratch = new EncoderScratch(options.ScratchFolder, layout);
        try
        {
            child = ChildProcess.Start(ChildRole.Encoder, options.Ffmpeg, Arguments(options), TimeSpan.FromSeconds(options.PatienceSeconds), cancellation);
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    public long FileBytes { get; private set; }

    public void Write(AudioBuffer block)
    {
        if (closed) throw new InvalidOperationException("This file is complete, or a write to it has failed.");
        SampleReaders.CheckBlock(block, layout.SampleRateHz, layout.Channels);
        closed = true;   // stays so if the next lines throw
        FiniteSamples.Check(block, framesWritten);
        for (int from = 0; from < block.Frames; from += buffer.Length / frameBytes)
        {
            var part = block.Slice(from, Math.Min(buffer.Length / frameBytes, block.Frames - from));
            var bytes = buffer.AsSpan(0, part.Frames * frameBytes);
            Quantizer.Write(part, layout.BitDepth, bytes);
            child.Feed(bytes);
        }
        framesWritten += block.Frames;
        closed = false;
    }

    public void Complete()
    {
        if (closed) throw new InvalidOperationException("This file is complete, or a write to it has failed.");
        closed = true;
        if (framesWritten != layout.Frames) throw new InvalidOperationException($"{framesWritten} frames were written; {layout.Frames} are announced.");
        child.EndFeed();
        string complaint = child.Finish();
        FileBytes = scratch.CopyTo(target);
        if (FileBytes == 0) throw new PipelineException(Problem.ExportFailed, "Encoding failed: there is no file.") { Log = complaint };
        target.Flush();
    }

    public void Dispose()
    {
        closed = true;
        child.Dispose();
        scratch.Dispose();
    }

    string[] Arguments(EncoderOptions options)
    {
        string[] pcm = layout.BitDepth == BitDepth.Pcm16 ? ["-f", "s16le"] : ["-f", "s24le"];
        string rate = layout.SampleRateHz.ToString(CultureInfo.InvariantCulture), channels = layout.Channels.ToString(CultureInfo.InvariantCulture);
        return
        [
            "-nostdin", "-hide_banner", "-v", "error", "-y",
            "-protocol_whitelist", "pipe", .. pcm, "-ar", rate, "-ac", channels, "-i", "pipe:0",
            .. scratch.Inputs,
            "-map", "0:a:0", "-map_metadata", "-1", .. scratch.Maps,
            "-threads", "1", "-fflags", "+bitexact", "-bitexact", .. layout.Format.Codec(options, layout.SampleRateHz),
            "-f", layout.Format.Muxer, "file:" + scratch.Output,
        ];
    }
}
