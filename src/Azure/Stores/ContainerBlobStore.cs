using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DgxMusic.Pipeline.Ports;
using BlobInfo = DgxMusic.Pipeline.Ports.BlobInfo;

namespace DgxMusic.Azure.Stores;

/// <summary>Blobs in the containers of a storage account. A blob appears by one request, whole; a container is made when something is first written to it.</summary>
sealed class ContainerBlobStore(BlobServiceClient service, ContainerNames names, BlobSigner signer) : IBlobStore
{
    const int DeletesAtOnce = 16;

    public Task<BlobInfo?> FindAsync(BlobRef blob, CancellationToken cancel = default)
    {
        BlockBlobClient client = ClientOf(blob);
        return StorageFaults.ReadingAsync(blob, async () => await PropertiesAsync(client, cancel) is { } found ? Describe(blob, found.ContentLength, found.LastModified, found.ETag) : null, cancel);
    }

    public async Task<Stream?> OpenReadAsync(BlobRef blob, CancellationToken cancel = default) => await BlobReader.OpenAsync(ClientOf(blob), blob, cancel);

    public Task<BlobWriter> CreateAsync(BlobRef blob, CancellationToken cancel = default, long expectedBytes = 0) =>
        Task.FromResult<BlobWriter>(new BlockBlobWriter(blob, ClientOf(blob), expectedBytes));

    public Task<bool> CopyAsync(BlobRef from, BlobRef to, CancellationToken cancel = default)
    {
        BlockBlobClient source = ClientOf(from), target = ClientOf(to);
        return StorageFaults.WritingAsync(
            to,
            async () =>
            {
                if (await PropertiesAsync(source, cancel) is not { } found) return false;
                Uri address = await signer.ReadAsync(source, cancel);
                return await InContainerAsync(target, () => BlobCopy.RunAsync(address, found, target, cancel), cancel);
            },
            cancel);
    }

    public async Task<bool> DeleteAsync(BlobRef blob, CancellationToken cancel = default)
    {
        BlockBlobClient client = ClientOf(blob);
        return await StorageFaults.WritingAsync(blob, async () => (await client.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancel)).Value, cancel);
    }

    public Task DeleteAllAsync(IEnumerable<BlobRef> blobs, CancellationToken cancel = default) => Parallel.ForEachAsync(
        blobs, new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancel }, async (blob, stop) => await DeleteAsync(blob, stop));

    public Task<int> RemoveEmptyFoldersAsync(string container, CancellationToken cancel = default) => Task.FromResult(0);

    public async IAsyncEnumerable<BlobInfo> ListAsync(string container, string prefix, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using IAsyncEnumerator<Page<BlobItem>> pages = service.GetBlobContainerClient(names[container])
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancel).AsPages().GetAsyncEnumerator(cancel);
        while (await StorageFaults.ReadingAsync($"{container}/{prefix}", () => NextAsync(pages), cancel))
        {
            foreach (BlobItem item in pages.Current.Values)
                yield return Describe(new(container, item.Name), item.Properties.ContentLength ?? 0, item.Properties.LastModified ?? default, item.Properties.ETag ?? default);
        }
    }

    /// <summary>Writes into a container, which is made where it is missing.</summary>
    /// <param name="write">May run twice.</param>
    public static async Task<T> InContainerAsync<T>(BlobBaseClient blob, Func<Task<T>> write, CancellationToken cancel)
    {
        try
        {
            return await write();
        }
        catch (RequestFailedException fault) when (fault.Has(404, "ContainerNotFound"))
        {
            await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync(cancellationToken: cancel);
            return await write();
        }
    }

    public Task MakeContainerAsync(string container, CancellationToken cancel) => service.GetBlobContainerClient(names[container]).CreateIfNotExistsAsync(cancellationToken: cancel);

    public static BlobInfo Describe(BlobRef blob, long bytes, DateTimeOffset lastModified, ETag etag) =>
        // Listings give the tag without its quotes, headers with them.
        new(blob, bytes, lastModified.UtcDateTime, etag.ToString().Trim('"'));

    /// <inheritdoc cref="BlobNames.Checked"/>
    public BlockBlobClient ClientOf(BlobRef blob) => service.GetBlobContainerClient(names[blob.Container]).GetBlockBlobClient(BlobNames.Checked(blob).Path);

    static async Task<BlobProperties?> PropertiesAsync(BlobBaseClient client, CancellationToken cancel)
    {
        try
        {
            return await client.GetPropertiesAsync(cancellationToken: cancel);
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            return null;
        }
    }

    static async Task<bool> NextAsync(IAsyncEnumerator<Page<BlobItem>> pages)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            return false;
        }
    }
}
