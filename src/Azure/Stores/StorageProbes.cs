using System.Net;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using DgxMusic.Azure.Gpu;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Stores;

/// <summary>Trials of what this program does with its storage account. Each makes something of its own name and removes it; a container, table or queue that is missing is made, as by the first job.</summary>
public static class StorageProbes
{
    const string Table = "health", Folder = "probe";

    /// <summary>Called after the stores are added.</summary>
    public static IServiceCollection AddStorageProbes(this IServiceCollection services, IConfiguration configuration)
    {
        StorageOptions options = configuration.ReadSettings<StorageOptions>("Storage");
        services.AddSingleton<IPermissionProbe>(provider => Blobs(provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<ContainerBlobStore>()));
        services.AddSingleton<IPermissionProbe>(provider => Rows(provider.GetRequiredService<TableServiceClient>(), options.TablePrefix));
        // A connection string has the account's key, which signs by itself.
        if (string.IsNullOrEmpty(options.ConnectionString)) services.AddSingleton<IPermissionProbe>(provider => Signatures(provider.GetRequiredService<BlobServiceClient>()));
        if (configuration.ReadSettings<GpuOptions>("Gpu").Workers == GpuWorkers.Remote && services.Any(service => service.ServiceType == typeof(WakeQueue)))
            services.AddSingleton<IPermissionProbe>(provider => Calls(provider.GetRequiredService<WakeQueue>()));
        return services;
    }

    // Owner, not contributor: the Functions host itself takes leases.
    internal static IPermissionProbe Blobs(BlobServiceClient service, ContainerBlobStore store) => new Probe(new("write and remove blobs", "Storage Blob Data Owner", $"the storage account {service.AccountName}"), async cancel =>
    {
        var blob = store.ClientOf(new(Containers.Work, $"{Folder}/{Guid.NewGuid():N}"));
        try
        {
            await ContainerBlobStore.InContainerAsync(blob, async () => await blob.UploadAsync(BinaryData.Empty.ToStream(), cancellationToken: cancel), cancel);
        }
        finally
        {
            // After a time-out as well: the service may have taken it.
            await blob.DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
        }
    });

    internal static IPermissionProbe Rows(TableServiceClient service, string prefix) => new Probe(new("write and remove rows", "Storage Table Data Contributor", $"the storage account {service.AccountName}"), async cancel =>
    {
        TableClient table = service.GetTableClient(TableCatalog.NameOf(prefix, Table));
        var row = new TableEntity(Folder, $"{Guid.NewGuid():N}");
        try
        {
            await UpsertAsync(table, row, cancel);
        }
        finally
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, CancellationToken.None);
        }
    });

    internal static IPermissionProbe Signatures(BlobServiceClient service) => new Probe(
        new("sign addresses of uploads", "Storage Blob Delegator", $"the storage account {service.AccountName}"),
        cancel => service.GetUserDelegationKeyAsync(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(1), cancel));

    /// <remarks>The message is there for a moment, and for a second at most; the platform looks every quarter of a minute.</remarks>
    internal static IPermissionProbe Calls(WakeQueue queue) => new Probe(new("call GPU workers", "Storage Queue Data Contributor", $"the queue {queue.Address.AbsolutePath.Trim('/')} of the storage account"), queue.TryAsync);

    static async Task UpsertAsync(TableClient table, TableEntity row, CancellationToken cancel)
    {
        try
        {
            await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel);
        }
        catch (RequestFailedException fault) when (fault.Has(404, "TableNotFound"))
        {
            await table.CreateIfNotExistsAsync(cancel);
            await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel);
        }
    }

    sealed class Probe(Permission permission, Func<CancellationToken, Task> trial) : IPermissionProbe
    {
        public Permission Permission => permission;

        public async Task<bool> IsGrantedAsync(CancellationToken cancel)
        {
            try
            {
                await trial(cancel);
                return true;
            }
            catch (RequestFailedException fault) when (fault.Status is 401 or 403)
            {
                return false;
            }
            catch (HttpRequestException fault) when (fault.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return false;
            }
        }
    }
}
