using Azure.Data.Tables;
using Azure.Storage.Blobs;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Azure.Stores;

public static class AzureStoreServices
{
    /// <summary>The stores of the pipeline in a storage account, as the section <c>Storage</c> names it.</summary>
    /// <exception cref="OptionsValidationException">The section lacks what says where the account is, or has what it should not: one sentence each.</exception>
    public static IServiceCollection AddAzureStores(this IServiceCollection services, IConfiguration configuration)
    {
        StorageOptions options = Checked(configuration);
        services.AddSingleton(_ => StorageClients.Blobs(options)).AddSingleton(_ => StorageClients.Tables(options));
        services.AddSingleton(provider => new ContainerNames(options.ContainerPrefix, MasteringDefaults.From(configuration).OutputDir));
        services.AddSingleton(provider => new BlobSigner(provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ContainerBlobStore>().AddSingleton<IBlobStore>(provider => provider.GetRequiredService<ContainerBlobStore>());
        services.AddSingleton<ICatalog>(provider => new TableCatalog(provider.GetRequiredService<TableServiceClient>(), options.TablePrefix));
        return services.AddSingleton<IEventLog, CatalogEventLog>();
    }

    /// <summary>The section, checked at once: a host that cannot reach its stores should not start.</summary>
    static StorageOptions Checked(IConfiguration configuration)
    {
        using ServiceProvider provider = new ServiceCollection().AddSingleton(configuration).AddSettings<StorageOptions>("Storage").BuildServiceProvider();
        return provider.GetRequiredService<IOptions<StorageOptions>>().Value;
    }
}
