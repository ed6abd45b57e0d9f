using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Contracts;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>The stand-ins that tests run on keep the same promises as the stores they stand for.</summary>
public sealed class MemoryBlobStoreTests : StoreContract
{
    protected override IBlobStore Store { get; } = new MemoryBlobStore();
}

public sealed class MemoryCatalogTests : CatalogContract
{
    protected override ICatalog Catalog { get; } = new MemoryCatalog();
}

public sealed class MemoryEventLogTests : EventLogContract
{
    protected override IEventLog Log { get; } = new MemoryEventLog();
}
