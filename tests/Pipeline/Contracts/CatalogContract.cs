using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Contracts;

/// <summary>What every catalog does alike.</summary>
public abstract class CatalogContract
{
    protected abstract ICatalog Catalog { get; }

    [Fact]
    public async Task Rows_TwoWriters_ExactlyOneWins()
    {
        var key = new RowKey("jobs", "a", "job");
        bool[] inserted = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => Catalog.TryInsertAsync(key, Payload.Write(n)))));
        Assert.Equal(1, inserted.Count(won => won));
        CatalogRow row = (await Catalog.FindAsync(key))!;
        bool[] replaced = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => Catalog.TryReplaceAsync(row, Payload.Write(n)))));
        Assert.Equal(1, replaced.Count(won => won));
        Assert.True(await Catalog.DeleteAsync(key));
        Assert.False(await Catalog.DeleteAsync(key));
        Assert.Null(await Catalog.FindAsync(key));
        Assert.True(await Catalog.TryInsertAsync(key, Payload.Write(7)));
        // A row of the same name born again is not the row that was read.
        Assert.False(await Catalog.TryReplaceAsync(row, Payload.Write(8)));
        Assert.Equal(7, (await Catalog.FindAsync(key))!.Read<int>());
    }

    [Fact]
    public async Task Query_IsInOrderAfterAKeyAndLimited()
    {
        foreach (string key in (string[])["c", "a", "B", "b"]) await Catalog.TryInsertAsync(new("t", "p", key), Payload.Write(key));
        await Catalog.TryInsertAsync(new("t", "other", "a"), Payload.Write(0));
        await Catalog.TryInsertAsync(new("u", "p", "a"), Payload.Write(0));
        Assert.Equal(["B", "a", "b", "c"], (await Catalog.QueryAsync("t", "p", null, 10)).Select(row => row.Key.Key));
        Assert.Equal(["b"], (await Catalog.QueryAsync("t", "p", "a", 1)).Select(row => row.Key.Key));
        Assert.Empty(await Catalog.QueryAsync("t", "nowhere", null, 10));
    }

    [Fact]
    public async Task Row_ValueOfAnyShape_ComesBackTheSame()
    {
        var value = new Shape("\"quoted\" 🎻\n", double.NaN, [1, 2, 3], null, DateTime.UnixEpoch);
        await Catalog.TryInsertAsync(new("t", "p", "a-1_b.c:d"), Payload.Write(value));
        Shape read = (await Catalog.FindAsync(new("t", "p", "a-1_b.c:d")))!.Read<Shape>();
        Assert.Equal((value.Text, value.Number, value.Nothing, value.Time), (read.Text, read.Number, read.Nothing, read.Time));
        Assert.Equal(value.Numbers, read.Numbers);
    }

    sealed record Shape(string Text, double Number, int[] Numbers, string? Nothing, DateTime Time);
}
