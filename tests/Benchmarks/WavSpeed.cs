using System.IO.MemoryMappedFiles;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Benchmarks;

/// <summary>
/// WAV files beside libsndfile's, beside what the kernel alone takes for as many bytes, and the ways that lost. Files lie in the page cache: neither side
/// waits for the disk unless the row says so.
/// </summary>
static class WavSpeed
{
    const int ReadBytes = 64 << 10, WriteBytes = 256 << 10;

    public static IEnumerable<Measurement> Run() => AudioSpeed.WithMusic((music, input, folder) =>
        ((BitDepth[])[BitDepth.Pcm16, BitDepth.Pcm24, BitDepth.Float]).SelectMany(depth => Of(depth, music, input, folder)));

    static IEnumerable<Measurement> Of(BitDepth depth, AudioBuffer music, string[] input, string folder)
    {
        string name = BitDepths.NameOf(depth), wav = Path.Combine(folder, "file.wav"), theirs = Path.Combine(folder, "theirs.wav");
        var layout = new WavLayout(AudioSpeed.RateHz, 2, depth, music.Frames);
        void Remove() => File.Delete(wav);
        Opponent Sndfile(string work) => Opponent.OfLibrary("sndfile", "sndfile", [work, name, work is "read" or "channels" ? wav : theirs, .. input]);
        Measurement Duelled(string what, string work, Action ours) =>
            Duel.Of($"{what} {name}", AudioSpeed.Seconds, 2, Sndfile(work), ours, prepare: work is "write" or "durable" ? Remove : null);

        yield return Duelled("write", "write", () => Write(music, layout, WavWriter.Create(wav, layout)));
        yield return Kernel($"bare writes of {name}'s bytes, room made", Remove, () => WriteBare(wav, layout.FileBytes, WriteBytes, room: true));
        yield return Kernel($"bare writes of {name}'s bytes in 64 KiB, no room made", Remove, () => WriteBare(wav, layout.FileBytes, ReadBytes, room: false));
        yield return Duelled("room not made beforehand: write", "write", () => WriteTo(music, layout, wav, room: false, durably: false));
        yield return Duelled("flushed to the disk: write", "durable", () => WriteTo(music, layout, wav, room: true, durably: true));
        yield return Duelled("in an old file's place: write", "over", () => Write(music, layout, WavWriter.Create(wav, layout)));
        yield return Duelled("in an old file's place, room not made beforehand: write", "over", () => WriteTo(music, layout, wav, room: false, durably: false));

        var block = new AudioBuffer(AudioSpeed.RateHz, 2, AudioSpeed.BlockFrames);
        yield return Duelled("into channels: read", "channels", () => Read(wav, block));
        yield return Duelled("into channels, where libsndfile leaves frames: read", "read", () => Read(wav, block));
        yield return Kernel($"bare reads of {name}'s bytes", null, () => ReadBare(wav));
        yield return Duelled("mapped (lost): read", "channels", () => ReadMapped(wav, depth, layout, block));
        yield return Duelled("ahead on a second thread (lost): read", "channels", () => ReadAhead(wav, depth, layout, block));
    }

    static Measurement Kernel(string what, Action? prepare, Action work) => Measurement.Of(what, "× real time", () =>
    {
        prepare?.Invoke();
        return AudioSpeed.Seconds / Measurement.SecondsOf(work);
    }, "what the kernel takes");

    static void Write(AudioBuffer music, WavLayout layout, WavWriter writer)
    {
        using (writer)
        {
            AudioSpeed.InBlocks(music, writer.Write);
            writer.Complete();
        }
    }

    static void WriteTo(AudioBuffer music, WavLayout layout, string path, bool room, bool durably)
    {
        using FileStream file = Made(path, layout.FileBytes, room);
        Write(music, layout, new(file, layout));
        if (durably) file.Flush(flushToDisk: true);
    }

    static FileStream Made(string path, long bytes, bool room) =>
        new(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, PreallocationSize = room ? bytes : 0 });

    static void WriteBare(string path, long bytes, int pieceBytes, bool room)
    {
        byte[] piece = new byte[pieceBytes];
        using FileStream file = Made(path, bytes, room);
        for (long at = 0; at < bytes; at += pieceBytes) file.Write(piece, 0, (int)Math.Min(pieceBytes, bytes - at));
    }

    static void Read(string path, AudioBuffer block)
    {
        using var reader = new WavReader(File.OpenRead(path));
        while (reader.Read(block) > 0) { }
    }

    static void ReadBare(string path)
    {
        byte[] piece = new byte[ReadBytes];
        using FileStream file = File.OpenRead(path);
        while (file.Read(piece) > 0) { }
    }

    /// <summary>Each page is mapped for one glance; and a file that somebody cuts off meanwhile would end the process.</summary>
    static unsafe void ReadMapped(string path, BitDepth depth, WavLayout layout, AudioBuffer block)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        long header = layout.FileBytes - layout.DataBytes;
        for (long from = 0; from < layout.Frames; from += block.Frames)
        {
            int frames = (int)Math.Min(block.Frames, layout.Frames - from);
            SampleReader.Read(new(bytes + header + (from * layout.BlockAlign), frames * layout.BlockAlign), CodingOf(depth), block.Slice(0, frames));
        }

        view.SafeMemoryMappedViewHandle.ReleasePointer();
    }

    /// <summary>The next block is read while this one is taken apart: what is saved goes into handing it from core to core.</summary>
    static void ReadAhead(string path, BitDepth depth, WavLayout layout, AudioBuffer block)
    {
        using var file = File.OpenHandle(path);
        long header = layout.FileBytes - layout.DataBytes;
        byte[] now = new byte[block.Frames * layout.BlockAlign], next = new byte[now.Length];
        Task<int> coming = Task.Run(() => RandomAccess.Read(file, next, header));
        for (long from = 0; from < layout.Frames; from += block.Frames)
        {
            int frames = coming.Result / layout.BlockAlign;
            (now, next) = (next, now);
            (byte[] free, long at) = (next, header + ((from + block.Frames) * layout.BlockAlign));
            coming = Task.Run(() => RandomAccess.Read(file, free, at));
            SampleReader.Read(now, CodingOf(depth), block.Slice(0, frames));
        }

        coming.Wait();
    }

    static SampleFormat CodingOf(BitDepth depth) => depth switch { BitDepth.Pcm16 => SampleFormat.Int16, BitDepth.Pcm24 => SampleFormat.Int24, _ => SampleFormat.Float32 };
}
