using System.Data.Common;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Gpu;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Examinations;

/// <summary>Whether the Functions host keeps the orchestrations where the GPU workers are, and leaves them their work.</summary>
public sealed class SchedulerExamination(HostSettings host, IOptions<GpuOptions> gpu) : IExamination
{
    const string Storage = "extensions:durableTask:storageProvider";

    public string Name => "scheduler";

    public Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        var findings = new Findings(Name);
        bool isRemote = gpu.Value.Workers == GpuWorkers.Remote;
        if (host.HasScheduler) ExamineScheduler(findings, isRemote);
        else if (isRemote) findings.Fail($"Gpu:Workers is 'remote', and the histories are kept by {host.ProviderType ?? "the storage provider"}, which no worker can join: GPU work would wait for ever. Set {Storage}:type to 'azureManaged', or Gpu:Workers to 'none'.");
        if (string.Equals(host.ReplacesInstances, "AnyState", StringComparison.OrdinalIgnoreCase))
            findings.Fail("extensions:durableTask:overridableExistingInstanceStates is 'AnyState': a job that is started twice would begin again amid its work. Set it to 'NonRunningStates'.");
        string whose = isRemote ? "GPU workers get theirs" : "there are no GPU workers";
        return Task.FromResult(findings.Sum(host.HasScheduler ? $"The Durable Task Scheduler hands out the steps; {whose}." : "A storage account keeps the histories, and every step is done here."));
    }

    void ExamineScheduler(Findings findings, bool isRemote)
    {
        if (isRemote && !host.FiltersWorkItems)
            findings.Fail($"{Storage}:workItemFilteringEnabled is not true: this app would be given the GPU workers' steps, which it cannot do. Set it to true.");
        if (host.Setting(host.SchedulerSetting) is not { } connection)
            findings.Fail($"The setting {host.SchedulerSetting} is missing: it says where the scheduler is (Endpoint=https://NAME.REGION.durabletask.io;TaskHub=HUB;Authentication=ManagedIdentity).");
        else if (isRemote && HubOf(connection) is { } hub && host.HubName is { } own && !string.Equals(hub, own, StringComparison.OrdinalIgnoreCase))
            findings.Warn($"extensions:durableTask:hubName is '{own}', and {host.SchedulerSetting} names the task hub '{hub}', as GPU workers are told: in two hubs they never meet. Set both to the same.");
    }

    static string? HubOf(string connection)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connection }.TryGetValue("TaskHub", out object? hub) ? hub as string : null;
        }
        catch (ArgumentException)
        {
            // The host says what is wrong with it, and does not start.
            return null;
        }
    }
}
