using DgxMusic.Contracts;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Contracts;

namespace DgxMusic.LocalHost.Tests.Stores;

public sealed class FolderBlobStoreTests : StoreContract, IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-stores-");

    public FolderBlobStoreTests() => Store = new FolderBlobStore(folder.FullName);

    protected override IBlobStore Store { get; }

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Blob_DroppedOrDeleted_LeavesNoFileAndNoFolder()
    {
        var name = new BlobRef(Containers.Outputs, "2026/11/20/a.wav");
        await using (BlobWriter dropped = await Store.CreateAsync(name)) await dropped.Stream.WriteAsync(new byte[10]);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.FullName, "outputs", ".tmp")));
        await using (BlobWriter writer = await Store.CreateAsync(name)) await writer.CommitAsync();
        await Store.DeleteAsync(name);
        Assert.False(Directory.Exists(Path.Combine(folder.FullName, "outputs", "2026")));
    }

    [Fact]
    [Trait("Requirement", "A-36")]
    public async Task EmptyFolders_GoFromTheBottomUp_NeverTheContainer()
    {
        string outputs = Path.Combine(folder.FullName, "outputs");
        Directory.CreateDirectory(Path.Combine(outputs, "2026", "01", "02"));
        Directory.CreateDirectory(Path.Combine(outputs, "2026", "01", "03"));
        await using (BlobWriter writer = await Store.CreateAsync(new(Containers.Outputs, "2026/01/03/a.wav"))) await writer.CommitAsync();
        Assert.Equal(1, await Store.RemoveEmptyFoldersAsync(Containers.Outputs));
        Assert.Equal(["2026/01/03/a.wav"], await PathsAsync(""));
        Directory.Delete(Path.Combine(outputs, "2026", "01", "03"), recursive: true);
        Assert.Equal(2, await Store.RemoveEmptyFoldersAsync(Containers.Outputs));
        Assert.True(Directory.Exists(outputs));
        Assert.Equal(0, await Store.RemoveEmptyFoldersAsync(Containers.Chains));
    }
}

public sealed class SqliteCatalogTests : CatalogContract, IDisposable
{
    readonly ScratchDatabase scratch = new();

    protected override ICatalog Catalog => new SqliteCatalog(scratch.Database);

    public void Dispose() => scratch.Dispose();
}

public sealed class SqliteEventLogTests : EventLogContract, IDisposable
{
    readonly ScratchDatabase scratch = new();

    protected override IEventLog Log => new SqliteEventLog(scratch.Database);

    public void Dispose() => scratch.Dispose();
}

/// <summary>A database that is gone after the test.</summary>
sealed class ScratchDatabase : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-catalog-");

    public ScratchDatabase() => Database = new(Path.Combine(folder.FullName, "catalog.db"));

    public SqliteDatabase Database { get; }

    public void Dispose()
    {
        Database.Dispose();
        folder.Delete(recursive: true);
    }
}

public sealed class DataFolderTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-data-");

    string DatabaseFile => Path.Combine(folder.FullName, "catalog.db");

    public void Dispose() => folder.Delete(recursive: true);

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
}
