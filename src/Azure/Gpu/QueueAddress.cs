using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Sas;
using DgxMusic.Azure.Stores;

namespace DgxMusic.Azure.Gpu;

/// <summary>Where the queue is, and who asks.</summary>
/// <param name="Identity">Null where the address is signed.</param>
/// <param name="Signature">Query of a signed address; else empty.</param>
sealed record QueueAddress(Uri Queue, TokenCredential? Identity, string Signature)
{
    /// <summary>After the containers' prefix; the platform's scaler is told of the same name.</summary>
    const string QueueName = "gpu-wake";

    const string Emulator = "UseDevelopmentStorage=true";

    // Published with the emulator, and no secret.
    const string EmulatorConnection =
        "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1";

    static readonly TimeSpan signedFor = TimeSpan.FromDays(365);

    /// <returns>Null where the settings name no queue: then somebody else starts the workers.</returns>
    public static QueueAddress? Of(StorageOptions options)
    {
        if (options.ConnectionString is { Length: > 0 } connection) return Signed(connection == Emulator ? EmulatorConnection : connection, options);
        return options.QueueServiceUri is { } service ? new(QueueOf(service, options), new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ClientId }), "") : null;
    }

    static QueueAddress? Signed(string connection, StorageOptions options)
    {
        Dictionary<string, string> parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (!parts.TryGetValue("QueueEndpoint", out string? endpoint) || !parts.TryGetValue("AccountName", out string? name) || !parts.TryGetValue("AccountKey", out string? key)) return null;
        var signature = new AccountSasBuilder(AccountSasPermissions.All, DateTimeOffset.UtcNow + signedFor, AccountSasServices.Queues, AccountSasResourceTypes.All)
        {
            Protocol = SasProtocol.HttpsAndHttp,
        };
        return new(QueueOf(new(endpoint), options), null, signature.ToSasQueryParameters(new StorageSharedKeyCredential(name, key)).ToString());
    }

    static Uri QueueOf(Uri service, StorageOptions options) => new($"{service.AbsoluteUri.TrimEnd('/')}/{options.ContainerPrefix}{QueueName}");
}
