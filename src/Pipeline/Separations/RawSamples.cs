using System.Runtime.InteropServices;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Scratch audio: float32 little-endian, both channels of a frame side by side, no header. Any frame is found at once.</summary>
static class RawSamples
{
    public const int Channels = 2, FrameBytes = Channels * sizeof(float);

    const int BlockFrames = 1 << 15;

    /// <summary>Frames of a blob, in blocks that are valid until the next.</summary>
    public static IEnumerable<AudioBuffer> Read(Stream blob, int rateHz, long from, long to, CancellationToken cancel)
    {
        blob.Position = from * FrameBytes;
        var block = new AudioBuffer(rateHz, Channels, BlockFrames);
        float[] frames = new float[Channels * BlockFrames];
        for (long at = from; at < to; at += BlockFrames)
        {
            cancel.ThrowIfCancellationRequested();
            AudioBuffer next = block.Slice(0, (int)Math.Min(BlockFrames, to - at));
            ReadInto(blob, next, frames);
            yield return next;
        }
    }

    /// <summary>The same in one piece.</summary>
    public static AudioBuffer ReadWhole(Stream blob, int rateHz, long from, long to, CancellationToken cancel)
    {
        var whole = new AudioBuffer(rateHz, Channels, checked((int)(to - from)));
        int at = 0;
        foreach (AudioBuffer block in Read(blob, rateHz, from, to, cancel))
        {
            for (int channel = 0; channel < Channels; channel++) block[channel].CopyTo(whole[channel][at..]);
            at += block.Frames;
        }

        return whole;
    }

    /// <summary>The next frames of a blob, as many as the block has.</summary>
    /// <param name="room">For so many frames at least.</param>
    /// <exception cref="EndOfStreamException">There are not so many.</exception>
    public static void ReadInto(Stream blob, AudioBuffer block, float[] room)
    {
        Span<float> frames = room.AsSpan(0, Channels * block.Frames);
        blob.ReadExactly(MemoryMarshal.AsBytes(frames));
        Span<float> left = block[0], right = block[1];
        for (int n = 0; n < left.Length; n++) (left[n], right[n]) = (frames[2 * n], frames[(2 * n) + 1]);
    }

    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    public static async Task<Stream> OpenAsync(IBlobStore store, BlobRef blob, CancellationToken cancel) =>
        await store.OpenReadAsync(blob, cancel) ?? throw new FileNotFoundException($"{blob} is gone.");
}

/// <summary>Several of these blobs, written side by side; all or none of them appear.</summary>
sealed class RawFiles(IBlobStore store) : IAsyncDisposable
{
    readonly List<BlobWriter> files = [];
    float[] room = [];

    /// <param name="frames">As many as will come.</param>
    public async Task OpenAsync(BlobRef name, long frames, CancellationToken stopping) =>
        files.Add(await store.CreateAsync(name, stopping, frames * RawSamples.FrameBytes));

    public void Write(int file, AudioBuffer block)
    {
        if (room.Length < 2 * block.Frames) room = new float[2 * block.Frames];
        ReadOnlySpan<float> left = block[0], right = block[1];
        for (int n = 0; n < left.Length; n++) (room[2 * n], room[(2 * n) + 1]) = (left[n], right[n]);
        files[file].Stream.Write(MemoryMarshal.AsBytes(room.AsSpan(0, 2 * block.Frames)));
    }

    public async Task CommitAsync(CancellationToken stopping)
    {
        foreach (BlobWriter file in files) await file.CommitAsync(stopping);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BlobWriter file in files) await file.DisposeAsync();
    }
}
