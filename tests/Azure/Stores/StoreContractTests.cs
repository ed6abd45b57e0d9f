using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Tests.Contracts;

namespace DgxMusic.Azure.Tests.Stores;

[NeedsStorage]
public sealed class ContainerBlobStoreTests : StoreContract, IAsyncLifetime
{
    readonly Storage storage = new();

    protected override IBlobStore Store => storage.Store;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => storage.DisposeAsync().AsTask();
}

[NeedsStorage]
public sealed class TableCatalogTests : CatalogContract, IAsyncLifetime
{
    readonly Storage storage = new();

    protected override ICatalog Catalog => storage.Catalog;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => storage.DisposeAsync().AsTask();
}

[NeedsStorage]
public sealed class TableEventLogTests : EventLogContract, IAsyncLifetime
{
    readonly Storage storage = new();

    public TableEventLogTests() => (Log, Another) = (new CatalogEventLog(storage.Catalog, TimeProvider.System), new CatalogEventLog(storage.Catalog, TimeProvider.System));

    protected override IEventLog Log { get; }

    protected override IEventLog Another { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => storage.DisposeAsync().AsTask();
}
