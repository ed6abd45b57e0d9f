using Azure.Data.Tables;
using Azure.Storage.Blobs;
using DgxMusic.Azure.Gpu;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Azure.Stores;

public static class AzureStoreServices
{
    /// <summary>The stores of the pipeline in a storage account, as the section <c>Storage</c> names it, and the queue there that wakes GPU workers; called before the pipeline is added.</summary>
    /// <exception cref="OptionsValidationException">The section lacks what says where the account is, or has what it should not: one sentence each.</exception>
    public static IServiceCollection AddAzureStores(this IServiceCollection services, IConfiguration configuration)
    {
        // At once: a host that cannot reach its stores should not start.
        StorageOptions options = configuration.ReadSettings<StorageOptions>("Storage");
        services.AddSingleton(_ => StorageClients.Blobs(options)).AddSingleton(_ => StorageClients.Tables(options));
        services.AddSingleton(provider => new ContainerNames(options.ContainerPrefix, MasteringDefaults.From(configuration).OutputDir));
        services.AddSingleton(provider => new BlobSigner(provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ContainerBlobStore>().AddSingleton<IBlobStore>(provider => provider.GetRequiredService<ContainerBlobStore>());
        if (options.DirectUploads) services.AddSingleton<IDirectUploads, SignedUploads>();
        services.AddSingleton<ICatalog>(provider => new TableCatalog(provider.GetRequiredService<TableServiceClient>(), options.TablePrefix));
        services.AddSingleton<IEventLog, CatalogEventLog>();
        return QueueAddress.Of(options) is { } queue
            ? services.AddSingleton(_ => new WakeQueue(new HttpClient(), queue)).AddSingleton<IGpuWaker>(provider => provider.GetRequiredService<WakeQueue>())
            : services;
    }
}
