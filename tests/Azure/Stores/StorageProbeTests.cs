using Azure.Storage.Blobs.Models;
using DgxMusic.Azure.Gpu;
using DgxMusic.Azure.Stores;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Tests.Stores;

/// <summary>Trials of what an identity may do, on an account that lets it.</summary>
[NeedsStorage]
public sealed class StorageProbeTests : IAsyncLifetime
{
    readonly Storage storage = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await storage.DisposeAsync();

    [Fact]
    public async Task Trials_ThatAreGranted_LeaveNothing()
    {
        // The first time what they are made in is not there yet.
        for (int n = 0; n < 2; n++)
        {
            Assert.True(await StorageProbes.Blobs(storage.Blobs, storage.Store).IsGrantedAsync(default));
            Assert.True(await StorageProbes.Rows(storage.Tables, storage.Options.TablePrefix).IsGrantedAsync(default));
        }

        await foreach (BlobItem left in storage.Blobs.GetBlobContainerClient(storage.Names[Containers.Work]).GetBlobsAsync()) Assert.Fail(left.Name);
        Assert.Empty(await storage.Catalog.QueryAsync("health", "probe", null, 10));
    }

    [Fact]
    public async Task Call_ThatIsGranted_LeavesNothing()
    {
        using var http = new HttpClient();
        QueueAddress address = QueueAddress.Of(storage.Options)!;
        Assert.True(await StorageProbes.Calls(new(http, address)).IsGrantedAsync(default));
        using HttpResponseMessage left = await http.GetAsync($"{address.Queue}?comp=metadata&{address.Signature}");
        Assert.Equal(["0"], left.Headers.GetValues("x-ms-approximate-messages-count"));
        using HttpResponseMessage gone = await http.DeleteAsync($"{address.Queue}?{address.Signature}");
    }

    [Fact]
    public async Task Call_WithASignatureOfSomebodyElse_IsRefused()
    {
        using var http = new HttpClient();
        QueueAddress address = QueueAddress.Of(storage.Options)!;
        Assert.False(await StorageProbes.Calls(new(http, address with { Signature = address.Signature[..^8] + "AAAAAA%3D" })).IsGrantedAsync(default));
    }
}
