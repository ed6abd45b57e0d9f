using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Stores;

/// <summary>Addresses of blobs that are not there yet: for the time they are good, who has one may make that blob and nothing else.</summary>
sealed class SignedUploads(ContainerBlobStore store, BlobSigner signer) : IDirectUploads
{
    static readonly Dictionary<string, string> headers = new() { ["x-ms-blob-type"] = "BlockBlob" };
    bool hasContainer;

    public Task<DirectAddress> OfferAsync(BlobRef blob, DateTime expiresAt, CancellationToken cancel = default) => StorageFaults.WritingAsync(blob, async () =>
    {
        var client = store.ClientOf(blob);
        // Who sends the file cannot make it.
        if (!hasContainer) await store.MakeContainerAsync(blob.Container, cancel);
        hasContainer = true;
        return new DirectAddress(await signer.CreateAsync(client, expiresAt, cancel), headers);
    }, cancel);
}
