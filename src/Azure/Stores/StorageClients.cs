using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace DgxMusic.Azure.Stores;

/// <summary>How this program speaks to a storage account.</summary>
static class StorageClients
{
    public static BlobServiceClient Blobs(StorageOptions options, Action<ClientOptions>? configure = null)
    {
        BlobClientOptions client = new();
        SetUp(client, configure);
        return options.ConnectionString is { Length: > 0 } connection ? new(connection, client) : new(options.BlobServiceUri!, IdentityOf(options), client);
    }

    public static TableServiceClient Tables(StorageOptions options, Action<ClientOptions>? configure = null)
    {
        TableClientOptions client = new();
        client.AddPolicy(new SendCounter(), HttpPipelinePosition.PerRetry);
        SetUp(client, configure);
        return options.ConnectionString is { Length: > 0 } connection ? new(connection, client) : new(options.TableServiceUri!, IdentityOf(options), client);
    }

    // Half a minute of waiting in all: a throttled partition is let alone, an account that moves comes back within seconds.
    static void SetUp(ClientOptions client, Action<ClientOptions>? configure)
    {
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = 6;
        client.Retry.Delay = TimeSpan.FromMilliseconds(400);
        client.Retry.MaxDelay = TimeSpan.FromSeconds(10);
        client.Diagnostics.IsLoggingEnabled = false;
        configure?.Invoke(client);
    }

    static DefaultAzureCredential IdentityOf(StorageOptions options) => new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ClientId });
}

/// <summary>How often one write was sent: after the first time, "it is there already" may speak of our own.</summary>
sealed class Sends
{
    public int Count { get; set; }

    /// <summary>Counts the sends of the calls that are made until it is disposed.</summary>
    public IDisposable Watch() => HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [nameof(Sends)] = this });
}

/// <inheritdoc cref="Sends"/>
sealed class SendCounter : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        if (message.TryGetProperty(nameof(Sends), out object? value) && value is Sends sends) sends.Count++;
    }
}
