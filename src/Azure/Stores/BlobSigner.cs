using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;

namespace DgxMusic.Azure.Stores;

/// <summary>Makes addresses that are a right by themselves: signed with a key that the identity was lent, or with the account's key where a connection string has it.</summary>
sealed class BlobSigner(BlobServiceClient service, TimeProvider clock) : IDisposable
{
    /// <summary>Clocks differ; a signature that begins in the future is refused.</summary>
    static readonly TimeSpan skew = TimeSpan.FromMinutes(5), keyLasts = TimeSpan.FromDays(1), copyLasts = TimeSpan.FromHours(2);

    readonly SemaphoreSlim oneAtATime = new(1, 1);
    UserDelegationKey? key;

    /// <summary>Lets the service itself read a blob, to copy it.</summary>
    public Task<Uri> ReadAsync(BlobBaseClient blob, CancellationToken cancel) => SignAsync(blob, BlobSasPermissions.Read, clock.GetUtcNow() + copyLasts, cancel);

    /// <summary>Lets whoever has the address write a blob that is not there yet.</summary>
    public Task<Uri> CreateAsync(BlobBaseClient blob, DateTimeOffset expiresAt, CancellationToken cancel) => SignAsync(blob, BlobSasPermissions.Create, expiresAt, cancel);

    public void Dispose() => oneAtATime.Dispose();

    async Task<Uri> SignAsync(BlobBaseClient blob, BlobSasPermissions permissions, DateTimeOffset expiresAt, CancellationToken cancel)
    {
        var terms = new BlobSasBuilder(permissions, expiresAt) { BlobContainerName = blob.BlobContainerName, BlobName = blob.Name, Resource = "b", StartsOn = clock.GetUtcNow() - skew };
        if (blob.CanGenerateSasUri) return blob.GenerateSasUri(terms);
        terms.Protocol = SasProtocol.Https;
        return new BlobUriBuilder(blob.Uri) { Sas = terms.ToSasQueryParameters(await KeyAsync(expiresAt, cancel), service.AccountName) }.ToUri();
    }

    async Task<UserDelegationKey> KeyAsync(DateTimeOffset until, CancellationToken cancel)
    {
        await oneAtATime.WaitAsync(cancel);
        try
        {
            // A signature is worth nothing once its key has expired.
            if (key is { } lent && lent.SignedExpiresOn > until) return lent;
            DateTimeOffset now = clock.GetUtcNow();
            return key = (await service.GetUserDelegationKeyAsync(now - skew, (until > now + keyLasts ? until : now + keyLasts) + skew, cancel)).Value;
        }
        finally
        {
            oneAtATime.Release();
        }
    }
}
