using DgxMusic.Tensors.Managed;

namespace DgxMusic.Tensors.Tests;

public sealed unsafe class SegmentTests
{
    [Fact]
    public void Take_GapsInAnyOrder_AreJoinedAndUsedFromTheFront()
    {
        var segment = new Segment(256);
        long[] starts = [.. Enumerable.Range(0, 4).Select(_ => segment.Take(64)!.Value)];
        Assert.Equal([0, 64, 128, 192], starts);
        Assert.Null(segment.Take(1));
        foreach (int n in (int[])[2, 0, 1]) segment.Give(starts[n], 64);
        Assert.Equal(0, segment.Take(192));
        segment.Give(0, 192);
        Assert.Equal(0, segment.Take(1));
        Assert.Equal(16, segment.Take(17));
        Assert.Equal(48, segment.Take(144));
        Assert.Null(segment.Take(1));
    }

    [Fact]
    public void Take_ManyRoundsOfAnySizes_NeverOverlaps()
    {
        const int length = 1 << 14;
        var segment = new Segment(length);
        var taken = new List<(long Start, int Length)>();
        int[] owners = new int[length];
        for (int round = 1; round <= 5_000; round++)
        {
            int size = 1 + (int)((Noise.Of(round, 1)[0] + 1) * 500);
            long? place = round % 3 == 0 ? null : segment.Take(size);
            if (place is not { } start)
            {
                if (taken.Count == 0) continue;
                (long old, int count) = taken[round * 7 % taken.Count];
                taken.RemoveAt(round * 7 % taken.Count);
                owners.AsSpan((int)old, count).Clear();
                segment.Give(old, count);
                continue;
            }

            Assert.Equal(0, start % 16);
            Assert.False(owners.AsSpan((int)start, size).ContainsAnyExcept(0));
            owners.AsSpan((int)start, size).Fill(round);
            taken.Add((start, size));
        }

        foreach ((long start, int count) in taken) segment.Give(start, count);
        Assert.Equal(0, segment.Take(length));
    }

    [Fact]
    public void Data_OfAnySegment_LiesAtACacheLine() => Assert.Equal(0, (long)new Segment(1).Data % 64);
}
