using DgxMusic.Dsp;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.Separation;

/// <summary>A track in parts gives the frames of the whole, bit for bit, however it is parted and whatever one part hands on to the next.</summary>
[Trait("Requirement", "D-48")]
public sealed class TrackPartTests : IDisposable
{
    readonly HTDemucsBag bag = HTDemucsBag.Load("small", new ManagedEngine(threads: 2), [GoldenFiles.Path("htdemucs_small", "model_fp32.th")]);

    public void Dispose() => bag.Dispose();

    public static TheoryData<int, double, int[]> Settings => new()
    {
        { 0, 0.25, [1, 1, 1, 1, 1, 1, 1, 1] },
        { 0, 0.25, [3, 2, 3] },
        { 0, 0.8, [4, 1, 11, 7, 7] },
        { 2, 0.25, [2, 6] },
        { 0, 0, [5, 3] },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Open_HTDemucsInParts_GivesTheWhole(int shifts, double overlap, int[] parts)
    {
        var settings = new SeparationSettings(shifts, overlap);
        int stride = bag.StrideOf(44_100, settings), frames = ((parts.Sum() - 1) * stride) + (stride / 3);
        AudioBuffer track = GoldenSignal.Mix(frames, 44_100, 2, "mix.noise");
        float[] whole = Run(bag, track, settings, null, new(0, frames));
        Assert.Equal(2 * 4 * frames, whole.Length);

        var store = new Store();
        Assert.Equal(whole, InParts(bag, track, settings, parts, stride, _ => null));
        Assert.Equal(whole, InParts(bag, track, settings, parts, stride, _ => store));
        Assert.True(store.Found > 0 || overlap == 0);
    }

    [Theory]
    [InlineData(8_000, new[] { 1, 2, 5 })]
    [InlineData(44_100, new[] { 3, 1, 1, 2 })]
    public void Open_SpectralInParts_GivesTheWhole(int rateHz, int[] parts)
    {
        using var model = new SpectralModel();
        int stride = model.StrideOf(rateHz, new()), frames = ((parts.Sum() - 1) * stride) + 77;
        AudioBuffer track = GoldenSignal.Mix(frames, rateHz, 2, "mix.noise");
        Assert.Equal(Run(model, track, new(), null, new(0, frames)), InParts(model, track, new(), parts, stride, _ => null));
    }

    [Fact]
    public void Open_Part_TellsAllOfItsWork()
    {
        var store = new Store();
        var settings = new SeparationSettings(Shifts: 2);
        int stride = bag.StrideOf(44_100, settings);
        AudioBuffer track = GoldenSignal.Mix(4 * stride, 44_100, 2, "mix.noise");
        for (int part = 0; part < 2; part++)
        {
            List<double> told = [];
            Run(bag, track, settings, new(new(part * 2L * stride, (part + 1) * 2L * stride), store), new(part * 2L * stride, (part + 1) * 2L * stride), told.Add);
            Assert.Equal(1, told[^1]);
            Assert.Equal(told.Order(), told);
        }
    }

    /// <summary>All parts, as by workers of which each knows only the frames it has to hear.</summary>
    static float[] InParts(ISeparationModel model, AudioBuffer track, SeparationSettings settings, int[] parts, int stride, Func<int, IWindowStore?> stores)
    {
        List<float[]> channels = [.. Enumerable.Range(0, 8).Select(_ => Array.Empty<float>())];
        long from = 0;
        for (int n = 0; n < parts.Length; n++)
        {
            long to = Math.Min(track.Frames, from + ((long)parts[n] * stride));
            float[] part = Run(model, track, settings, new(new(from, to), stores(n)), new(from, to));
            int length = (int)(to - from);
            for (int channel = 0; channel < 8; channel++) channels[channel] = [.. channels[channel], .. part.AsSpan(channel * length, length)];
            from = to;
        }

        return [.. channels.SelectMany(channel => channel)];
    }

    /// <summary>Stem by stem, channel by channel.</summary>
    static float[] Run(ISeparationModel model, AudioBuffer track, SeparationSettings settings, TrackPart? part, FrameSpan span, Action<double>? progress = null)
    {
        var about = new TrackStatistics(track.Frames, 0.01, 0.2);
        List<float>[] channels = [.. Enumerable.Range(0, 8).Select(_ => new List<float>())];
        FrameSpan heard = part is null ? new(0, track.Frames) : model.HeardFor(part.Span, about, track.SampleRateHz, settings);
        IStemStream stream = model.Open(about, track.SampleRateHz, settings, stems =>
        {
            for (int channel = 0; channel < 8; channel++) channels[channel].AddRange(stems[channel / 2][channel % 2]);
        }, progress, default, part);
        for (long at = heard.From; at < heard.To; at += 10_000) stream.Process(track.Slice((int)at, (int)Math.Min(10_000, heard.To - at)));
        stream.Complete();
        Assert.All(channels, channel => Assert.Equal(span.Frames, channel.Count));
        return [.. channels.SelectMany(channel => channel)];
    }

    sealed class Store : IWindowStore
    {
        readonly Dictionary<(int, long), float[]> windows = [];

        public int Found { get; private set; }

        public float[]? Find(int pass, long window)
        {
            float[]? found = windows.GetValueOrDefault((pass, window));
            if (found is not null) Found++;
            return found;
        }

        public void Keep(int pass, long window, ReadOnlySpan<float> stems) => windows[(pass, window)] = stems.ToArray();
    }
}
