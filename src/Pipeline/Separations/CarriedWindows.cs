using System.Runtime.InteropServices;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>
/// Windows that reach beyond the end of a part of a track, for the next part: without them it runs those windows again, with them it does not, and the samples
/// are the same either way. Where many reach over, only the first of them are kept.
/// </summary>
sealed class CarriedWindows : IWindowStore, IAsyncDisposable
{
    // 11 MB each for four stems.
    const int MostWindows = 32;

    readonly Dictionary<(int, long), long> found;
    readonly Stream? earlier;
    readonly int values;
    readonly BlobRef? target, samples;
    readonly BlobWriter? writer;
    readonly List<Kept> kept = [];
    readonly float[]? room;

    /// <param name="Pass">Counted from 0.</param>
    /// <param name="Window">Counted from 0 at the beginning of the track.</param>
    sealed record Kept(int Pass, long Window);

    /// <param name="Samples">Of these windows and no others, whoever else keeps some at the same place.</param>
    sealed record Contents(BlobRef Samples, int Values, IReadOnlyList<Kept> Windows);

    CarriedWindows(Contents? contents, Stream? earlier, BlobRef? target, BlobRef? samples, BlobWriter? writer)
    {
        (this.earlier, this.target, this.samples, this.writer, values) = (earlier, target, samples, writer, contents?.Values ?? 0);
        found = (contents?.Windows ?? []).Select((window, n) => ((window.Pass, window.Window), (long)n)).ToDictionary(pair => pair.Item1, pair => pair.Item2);
        if (contents is not null) room = new float[values];
    }

    /// <param name="from">What the part before has kept; whether it has is not asked.</param>
    /// <param name="to">Where the next part looks for what reaches beyond this one; null: nothing does.</param>
    /// <param name="part">This part's own name.</param>
    public static async Task<CarriedWindows> OpenAsync(IBlobStore store, BlobRef? from, BlobRef? to, BlobRef part, CancellationToken stopping)
    {
        Contents? contents = from is null ? null : await store.FindRecordAsync<Contents>(from.With(".json"), stopping);
        Stream? earlier = contents is null ? null : await store.OpenReadAsync(contents.Samples, stopping);
        BlobRef samples = part.With(".windows.f32");
        return new(earlier is null ? null : contents, earlier, to, samples, to is null ? null : await store.CreateAsync(samples, stopping));
    }

    public float[]? Find(int pass, long window)
    {
        if (earlier is null || !found.TryGetValue((pass, window), out long place)) return null;
        earlier.Position = place * values * sizeof(float);
        earlier.ReadExactly(MemoryMarshal.AsBytes(room.AsSpan()));
        return room;
    }

    public void Keep(int pass, long window, ReadOnlySpan<float> stems)
    {
        if (writer is null || kept.Count == MostWindows) return;
        writer.Stream.Write(MemoryMarshal.AsBytes(stems));
        kept.Add(new(pass, window));
        keptValues = stems.Length;
    }

    int keptValues;

    /// <summary>Puts what was kept where the next part looks for it.</summary>
    public async Task CommitAsync(IBlobStore store, CancellationToken stopping)
    {
        if (writer is null || kept.Count == 0) return;
        await writer.CommitAsync(stopping);
        await store.SaveRecordAsync(target!.With(".json"), new Contents(samples!, keptValues, kept), stopping);
    }

    public async ValueTask DisposeAsync()
    {
        if (earlier is not null) await earlier.DisposeAsync();
        if (writer is not null) await writer.DisposeAsync();
    }
}
