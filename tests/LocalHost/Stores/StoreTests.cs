using DgxMusic.Contracts;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Tests.Stores;

public sealed class StoreTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-stores-");

    string DatabaseFile => Path.Combine(folder.FullName, "catalog.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    [Trait("Requirement", "A-11")]
    public async Task Blob_BeforeCommit_IsNotThere_AfterwardsWhole()
    {
        var store = new FolderBlobStore(folder.FullName);
        var name = new BlobRef(Containers.Outputs, "2026/11/20/gen_00000001.wav");
        await using (BlobWriter writer = await store.CreateAsync(name))
        {
            await writer.Stream.WriteAsync(new byte[5000]);
            Assert.Null(await store.FindAsync(name));
            Assert.Equal(5000, (await writer.CommitAsync()).Bytes);
        }

        await using (BlobWriter dropped = await store.CreateAsync(name with { Path = "2026/11/20/dropped.wav" })) await dropped.Stream.WriteAsync(new byte[10]);
        Assert.Equal(["2026/11/20/gen_00000001.wav"], await PathsAsync(store, ""));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.FullName, "outputs", ".tmp")));
    }

    [Fact]
    public async Task Blob_CopyThenReplace_KeepsTheCopy()
    {
        var store = new FolderBlobStore(folder.FullName);
        BlobRef work = new(Containers.Work, "a/b"), published = new(Containers.Outputs, "x/y.wav");
        await PutAsync(store, work, "first");
        Assert.True(await store.CopyAsync(work, published));
        string etag = (await store.FindAsync(work))!.ETag;
        await PutAsync(store, work, "second");
        Assert.NotEqual(etag, (await store.FindAsync(work))!.ETag);
        Assert.Equal("first", await TextAsync(store, published));
        Assert.True(await store.DeleteAsync(work));
        Assert.False(await store.DeleteAsync(work));
        Assert.False(Directory.Exists(Path.Combine(folder.FullName, "work", "a")));
        Assert.False(await store.CopyAsync(work, published));
        Assert.Equal("first", await TextAsync(store, published));
    }

    [Fact]
    public async Task Blob_List_IsByPathAndPrefix()
    {
        var store = new FolderBlobStore(folder.FullName);
        foreach (string path in (string[])["2026/11/20/b.wav", "2026/11/20/a.wav", "2026/11/2/c.wav", "2027/a.wav"]) await PutAsync(store, new(Containers.Outputs, path), path);
        Assert.Equal(["2026/11/2/c.wav", "2026/11/20/a.wav", "2026/11/20/b.wav"], await PathsAsync(store, "2026/11/2"));
        Assert.Equal(["2026/11/20/a.wav"], await PathsAsync(store, "2026/11/20/a"));
        Assert.Empty(await PathsAsync(store, "2025/"));
    }

    [Theory]
    [Trait("Requirement", "A-34")]
    [InlineData("../catalog.db")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/.tmp/b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task Blob_NameThatLeadsElsewhere_IsRefused(string path)
    {
        var store = new FolderBlobStore(folder.FullName);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => store.OpenReadAsync(new(Containers.Outputs, path)));
        Assert.Equal(Problem.PathOutsideStore, refusal.Problem);
    }

    [Fact]
    public async Task Catalog_TwoWriters_ExactlyOneWins()
    {
        using var database = new SqliteDatabase(DatabaseFile);
        var catalog = new SqliteCatalog(database);
        var key = new RowKey("jobs", "a", "job");
        bool[] inserted = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => catalog.TryInsertAsync(key, Payload.Write(n)))));
        Assert.Equal(1, inserted.Count(won => won));
        CatalogRow row = (await catalog.FindAsync(key))!;
        bool[] replaced = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => catalog.TryReplaceAsync(row, Payload.Write(n)))));
        Assert.Equal(1, replaced.Count(won => won));
        Assert.True(await catalog.DeleteAsync(key));
        Assert.True(await catalog.TryInsertAsync(key, Payload.Write(7)));
        Assert.False(await catalog.TryReplaceAsync(row, Payload.Write(8)));
    }

    [Fact]
    public async Task Catalog_Query_IsInOrderAfterAKeyAndLimited()
    {
        using var database = new SqliteDatabase(DatabaseFile);
        var catalog = new SqliteCatalog(database);
        foreach (string key in (string[])["c", "a", "B", "b"]) await catalog.TryInsertAsync(new("t", "p", key), Payload.Write(key));
        await catalog.TryInsertAsync(new("t", "other", "a"), Payload.Write(0));
        Assert.Equal(["B", "a", "b", "c"], (await catalog.QueryAsync("t", "p", null, 10)).Select(row => row.Key.Key));
        Assert.Equal(["b"], (await catalog.QueryAsync("t", "p", "a", 1)).Select(row => row.Key.Key));
    }

    [Fact]
    public async Task Events_AppendedAtOnce_HaveRisingIdsAndStandOnce()
    {
        using var database = new SqliteDatabase(DatabaseFile);
        var log = new SqliteEventLog(database);
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => Task.Run(() => log.AppendAsync("job", $"key{n % 30}", "updated", Payload.Write(n)))));
        Assert.Equal(30, added.Count(news => news));
        IReadOnlyList<LoggedEvent> events = await log.ReadAsync("job", 0, 100);
        Assert.Equal(Enumerable.Range(1, 30).Select(n => (long)n), events.Select(logged => logged.Id));
        Assert.Equal([29L, 30L], (await log.ReadAsync("job", 28, 100)).Select(logged => logged.Id));
    }

    [Fact]
    public async Task Database_WriteThatFails_FailsAlone()
    {
        using var database = new SqliteDatabase(DatabaseFile);
        var catalog = new SqliteCatalog(database);
        Task<int> broken = database.WriteAsync<int>(session =>
        {
            session.Execute("INSERT INTO rows (tab, part, name, value, etag) VALUES ('t', 'p', 'broken', x'00', 'e')");
            throw new InvalidOperationException("no");
        });
        Task<bool> fine = catalog.TryInsertAsync(new("t", "p", "fine"), Payload.Write(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => broken);
        Assert.True(await fine);
        Assert.Equal(["fine"], (await catalog.QueryAsync("t", "p", null, 10)).Select(row => row.Key.Key));
    }

    [Fact]
    public async Task Database_DamagedOrNewer_IsAClearProblem()
    {
        await File.WriteAllTextAsync(DatabaseFile, new string('x', 5000));
        Assert.Equal(Problem.DataUnreadable, Assert.Throws<PipelineException>(() => new SqliteDatabase(DatabaseFile)).Problem);
        File.Delete(DatabaseFile);
        using (var database = new SqliteDatabase(DatabaseFile)) await database.WriteAsync(session => session.Execute("PRAGMA user_version = 99"));
        PipelineException refusal = Assert.Throws<PipelineException>(() => new SqliteDatabase(DatabaseFile));
        Assert.Contains("99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DataFolder_Held_IsRefusedToOthersAndTellsWhoHoldsIt()
    {
        string path = Path.Combine(folder.FullName, "data");
        using (DataFolder held = DataFolder.Take(path))
        {
            held.Announce(7071);
            Assert.Equal(new DataHolder(Environment.ProcessId, 7071), DataFolder.FindHolder(path));
            Assert.Equal(Problem.DataInUse, Assert.Throws<PipelineException>(() => DataFolder.Take(path)).Problem);
        }

        Assert.Null(DataFolder.FindHolder(path));
        DataFolder.Take(path).Dispose();
    }

    static async Task PutAsync(FolderBlobStore store, BlobRef name, string text)
    {
        await using BlobWriter writer = await store.CreateAsync(name);
        await writer.Stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
        await writer.CommitAsync();
    }

    static async Task<string> TextAsync(FolderBlobStore store, BlobRef name)
    {
        await using Stream stream = (await store.OpenReadAsync(name))!;
        return await new StreamReader(stream).ReadToEndAsync();
    }

    static async Task<List<string>> PathsAsync(FolderBlobStore store, string prefix) => await store.ListAsync(Containers.Outputs, prefix).Select(blob => blob.Ref.Path).ToListAsync();
}
