using System.Text.Json;
using DgxMusic.Azure.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Tests.Stores;

[NeedsStorage]
public sealed class TableTests : IAsyncLifetime
{
    readonly CountingTransport sent = new();
    readonly Storage storage;

    public TableTests() => storage = new(options => options.Transport = sent);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await storage.DisposeAsync();
        sent.Dispose();
    }

    [Fact]
    public async Task Query_OfManyRows_IsOneRequestAPageAndMissesNone()
    {
        const int Rows = 2_500;
        await storage.Catalog.TryInsertAsync(Key(0), Payload.Write(0));
        await Parallel.ForAsync(1, Rows, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancel) => await storage.Catalog.TryInsertAsync(Key(n), Payload.Write(n), cancel));
        sent.Forget();
        List<int> read = [];
        for (string? after = null; ;)
        {
            IReadOnlyList<CatalogRow> page = await storage.Catalog.QueryAsync("many", "p", after, 1000);
            read.AddRange(page.Select(row => row.Read<int>()));
            if (page.Count < 1000) break;
            after = page[^1].Key.Key;
        }

        Assert.Equal(Enumerable.Range(0, Rows), read);
        Assert.Equal(3, sent.Requests.Count);
        sent.Forget();
        Assert.Equal(7, (await storage.Catalog.QueryAsync("many", "p", Key(40).Key, 7)).Count);
        Assert.Single(sent.Requests);
    }

    [Fact]
    public async Task Table_IsMadeOnceByTheFirstWrite()
    {
        Assert.Null(await storage.Catalog.FindAsync(new("new-table", "p", "k")));
        Assert.Empty(await storage.Catalog.QueryAsync("new-table", "p", null, 10));
        Assert.False(await storage.Catalog.DeleteAsync(new("new-table", "p", "k")));
        bool[] inserted = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => storage.Catalog.TryInsertAsync(new("new-table", "p", $"{n}"), Payload.Write(n))));
        Assert.DoesNotContain(false, inserted);
        sent.Forget();
        await storage.Catalog.TryInsertAsync(new("new-table", "p", "next"), Payload.Write(1));
        Assert.Single(sent.Requests);
    }

    [Fact]
    public async Task Row_Short_IsTextThatPeopleCanRead()
    {
        await storage.Catalog.TryInsertAsync(new("jobs", "p", "k"), Payload.Write(new { title = "it's \"fine\"" }));
        var entity = (await storage.Tables.GetTableClient(TableCatalog.NameOf(storage.Options.TablePrefix, "jobs")).GetEntityAsync<global::Azure.Data.Tables.TableEntity>("p", "k")).Value;
        Assert.Equal("it's \"fine\"", JsonElement.Parse(entity.GetString("v")).GetProperty("title").GetString());
    }

    static RowKey Key(int n) => new("many", "p", $"{n:D5}");
}

public sealed class TableNameTests
{
    [Fact]
    public void NameOf_AnyTable_IsLettersAndDigitsAndItsOwn()
    {
        string[] tables = ["jobs", "uploads-index", "uploadsindex", "uploads-uses", "Uploads-index", "zoo", "z7aoo", "a.b", "a:b", "a_b"];
        string[] names = [.. tables.Select(table => TableCatalog.NameOf("dgxmusic", table))];
        Assert.Equal("dgxmusicuploadsz2dindex", names[1]);
        Assert.All(names, name => Assert.Matches("^[a-z][a-z0-9]{2,62}$", name));
        Assert.Equal(names.Length, names.Distinct().Count());
    }
}
