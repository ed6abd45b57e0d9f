using DgxMusic.Audio;
using DgxMusic.Audio.Aiff;
using DgxMusic.Audio.IO;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;
using NAudio.Wave;

namespace DgxMusic.NAudio.Reading;

/// <summary>WAV and AIFF where NAudio finds in them what we find.</summary>
static class PcmFiles
{
    /// <summary>NAudio notes every chunk and takes some whole. Files in earnest have a few of them before their samples.</summary>
    const long MostHeaderBytes = 1 << 20;

    /// <returns>Null: one of ours. The stream then stands anywhere.</returns>
    /// <exception cref="PipelineException">As our reader says it.</exception>
    public static ISampleReader? OpenWav(Stream stream, bool leaveOpen)
    {
        long start = stream.Position;
        var header = WavHeader.Read(new ForwardReader(stream));
        if (Window(stream, start, "data", header.DataBytes) is not { } file || !IsPlainRiff(file)) return null;
        WaveFileReader? wave = Try(() => new WaveFileReader(file.Stream));
        if (wave is null || !file.Agrees(wave, header.Layout.BlockAlign)) return null;
        return new WaveStreamReader(wave, header.Layout.Coding, header.Layout.Format, header.DataBytes, leaveOpen ? null : stream);
    }

    /// <inheritdoc cref="OpenWav"/>
    public static ISampleReader? OpenAiff(Stream stream, bool leaveOpen)
    {
        long start = stream.Position;
        var header = AiffHeader.Read(new ForwardReader(stream));
        var common = header.Common;
        if (Window(stream, start, "SSND", header.DataBytes) is not { } file || !common.IsAiffOrder) return null;
        AiffFileReader? wave = Try(() => new AiffFileReader(file.Stream));
        if (wave is null || !file.Agrees(wave, common.Format.Channels * common.Coding.BytesOf())) return null;
        var reader = new WaveStreamReader(wave, common.Coding, common.Format, header.DataBytes, leaveOpen ? null : stream);
        if (header.Warning is { } warning) reader.Warn(warning);
        return reader;
    }

    /// <param name="Stream">From the file's first byte to the end of its samples: what follows them NAudio need not look at.</param>
    /// <param name="Before">The chunks before the samples.</param>
    /// <param name="SamplesAt">The first sample.</param>
    /// <param name="SampleBytes">As announced, as far as they are there.</param>
    sealed record PcmFile(WindowStream Stream, List<ChunkPlace> Before, long SamplesAt, long SampleBytes)
    {
        /// <summary>The same samples, and no loose bytes behind them, which NAudio refuses to read.</summary>
        public bool Agrees(WaveStream wave, int frameBytes) =>
            wave.BlockAlign == frameBytes && wave.Position == 0 && Stream.Position == SamplesAt && wave.Length >= SampleBytes && SampleBytes % frameBytes == 0;
    }

    /// <param name="stream">At its first sample.</param>
    static PcmFile? Window(Stream stream, long start, string samplesId, long? announcedBytes)
    {
        long samplesAt = stream.Position - start, there = Math.Max(0, stream.Length - stream.Position), sampleBytes = Math.Min(announcedBytes ?? there, there);
        var whole = new WindowStream(stream, start, stream.Length - start);
        var chunks = ChunkIndex.Of(whole, bigEndian: samplesId == "SSND", last: samplesId);
        if (chunks is not [.., var samples] || samples.Id != samplesId || samples.At > MostHeaderBytes) return null;
        if (chunks.Any(chunk => chunk.Id.Any(letter => letter > '~'))) return null;
        long end = Math.Max(samplesAt + sampleBytes, Math.Min(whole.Length, samples.At + samples.Size + (samples.Size & 1)));
        return new(new WindowStream(stream, start, end) { Position = 0 }, chunks[..^1], samplesAt, sampleBytes);
    }

    /// <summary>No RF64, and chunks that end where they say: NAudio takes a pad byte that is not zero for the next chunk's first.</summary>
    static bool IsPlainRiff(PcmFile file)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (file.Stream.Read(bytes) < bytes.Length || !bytes.SequenceEqual("RIFF"u8)) return false;
        foreach (var chunk in file.Before)
        {
            if (chunk.Id == "fmt " && chunk.Size is not (16 or 18 or 40)) return false;
            if ((chunk.Size & 1) == 0) continue;
            file.Stream.Position = chunk.At + chunk.Size;
            if (file.Stream.ReadByte() != 0) return false;
        }
        file.Stream.Position = 0;
        return true;
    }

    /// <summary>What NAudio refuses we have read already: its word is not the last.</summary>
    static T? Try<T>(Func<T> open)
        where T : WaveStream
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is FormatException or InvalidDataException or EndOfStreamException or ArgumentException)
        {
            return null;
        }
    }
}
