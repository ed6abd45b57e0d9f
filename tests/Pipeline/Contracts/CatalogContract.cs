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

    [Fact]
    public async Task Keys_OfAllLettersThatAreAllowed_AreInOrdinalOrderAndApart()
    {
        // Each behind the same beginning: whoever sorts by words, or without regard to case, has another order.
        const string Letters = "-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
        foreach (char letter in Letters.Reverse()) Assert.True(await Catalog.TryInsertAsync(new("some-table", "of:p_1.2-A", $"k{letter}"), Payload.Write(letter)));
        string longest = new('k', 512);
        Assert.True(await Catalog.TryInsertAsync(new("some-table", longest, longest), Payload.Write(0)));
        Assert.Equal(longest, Assert.Single(await Catalog.QueryAsync("some-table", longest, new('k', 511), 10)).Key.Key);
        Assert.Equal(Letters.Select(letter => $"k{letter}"), (await Catalog.QueryAsync("some-table", "of:p_1.2-A", null, 100)).Select(row => row.Key.Key));
        Assert.Equal(["kA", "kB"], (await Catalog.QueryAsync("some-table", "of:p_1.2-A", "k:", 2)).Select(row => row.Key.Key));
        Assert.Empty(await Catalog.QueryAsync("some-table", "of:p_1.2-a", null, 10));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a'b")]
    [InlineData("a%b")]
    [InlineData("\u00e4")]
    public async Task Key_OfOtherLetters_IsRefused(string part)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Catalog.TryInsertAsync(new("t", "p", part), Payload.Write(1)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Catalog.FindAsync(new("t", part, "k")));
    }

    [Theory]
    [InlineData(29_990)]
    [InlineData(30_010)]
    [InlineData(60_000)]
    [InlineData(65_536)]
    [InlineData(300_000)]
    [InlineData(900_000)]
    public async Task Row_OfManyBytes_ComesBackTheSame(int bytes)
    {
        string text = string.Concat(Enumerable.Range(0, bytes / 10).Select(n => $"{n % 10_000:D4}\u00e4\u00f6\u00fc"));
        var key = new RowKey("t", "large", "k");
        Assert.True(await Catalog.TryInsertAsync(key, Payload.Write("small")));
        Assert.True(await Catalog.TryReplaceAsync((await Catalog.FindAsync(key))!, System.Text.Json.JsonElement.Parse($"\"{text}\"")));
        Assert.Equal(text, (await Catalog.FindAsync(key))!.Read<string>());
        Assert.Equal(text, Assert.Single(await Catalog.QueryAsync("t", "large", null, 10)).Read<string>());
        Assert.True(await Catalog.TryReplaceAsync((await Catalog.FindAsync(key))!, Payload.Write("small")));
        Assert.Equal("small", (await Catalog.FindAsync(key))!.Read<string>());
    }

    sealed record Shape(string Text, double Number, int[] Numbers, string? Nothing, DateTime Time);
}
