using Azure.Storage.Blobs;
using DgxMusic.Api.Examinations;
using DgxMusic.Api.Resources;
using DgxMusic.Azure.Stores;
using DgxMusic.Pipeline.Ports;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Functions.Hosting;

/// <summary>What this host is examined for, beside what every host is: settings of the Functions host that would get in the way, and what its identity may do.</summary>
static class HostExaminations
{
    public static IServiceCollection AddHostExaminations(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(_ => ReadHost(configuration))
        .AddSingleton(provider => StorageAccounts.Of(provider.GetRequiredService<BlobServiceClient>().AccountName, configuration))
        .AddSingleton<IExamination, SchedulerExamination>().AddSingleton<IExamination, StepLimitExamination>()
        .AddSingleton<IExamination, RequestLimitExamination>().AddSingleton<IExamination, InboxTriggerExamination>()
        .AddStorageProbes(configuration).AddSingleton<IPermissionProbe, SchedulerProbe>().AddSingleton<IExamination, PermissionExamination>();

    static HostSettings ReadHost(IConfiguration configuration)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "host.json"));
        return HostSettings.Read(configuration, file);
    }
}

/// <summary>Asks after an instance that there is not.</summary>
sealed class SchedulerProbe(HostDurable durable, HostSettings host) : IPermissionProbe
{
    public Permission Permission => host.HasScheduler
        ? new("reach the orchestrations", "Durable Task Data Contributor", $"the Durable Task Scheduler that {host.SchedulerSetting} names")
        : new("reach the orchestrations", "Storage Table Data Contributor", "the storage account that AzureWebJobsStorage names");

    public async Task<bool> IsGrantedAsync(CancellationToken cancel)
    {
        try
        {
            await durable.FindAsync($"probe-{Guid.NewGuid():N}", cancel);
            return true;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated)
        {
            return false;
        }
    }
}
