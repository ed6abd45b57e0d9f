using System.Numerics;
using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;
using NAudio.SoundFile;

namespace DgxMusic.NAudio.Reading;

/// <summary>FLAC where libsndfile is, and reads it.</summary>
static class FlacFiles
{
    /// <summary>Asked once, before any file: a reader that finds no library keeps hold of its stream for ever.</summary>
    public static bool HasLibrary()
    {
        try
        {
            return SoundFileCapabilities.LibraryVersion.Length > 0;
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }

    /// <returns>Null: for ffmpeg, which either reads it or says why not. The stream then stands anywhere.</returns>
    public static ISampleReader? Open(Stream stream, bool leaveOpen)
    {
        var file = new WindowStream(stream, stream.Position, stream.Length - stream.Position);
        if (FlacHeader.Read(file) is not { Bits: 8 or 16 or 24, Frames: > 0 } header || !IsUsual(header)) return null;
        file.Position = 0;
        if (TryOpen(file) is not { } wave) return null;
        if (wave.WaveFormat.SampleRate == header.SampleRateHz && wave.WaveFormat.Channels == header.Channels)
        {
            return new WaveStreamReader(wave, SampleFormat.Float32, header.Format, header.Frames * wave.BlockAlign, leaveOpen ? null : stream);
        }
        wave.Dispose();
        return null;
    }

    static bool IsUsual(FlacHeader header) =>
        header.SampleRateHz is >= ExportOptions.LowestSampleRateHz and <= ExportOptions.HighestSampleRateHz
        && (header.ToldMask is null || BitOperations.PopCount(header.ToldMask.Value) == header.Channels);

    static SoundFileReader? TryOpen(Stream file)
    {
        try
        {
            return new SoundFileReader(file);
        }
        catch (SoundFileException)
        {
            return null;
        }
    }
}
