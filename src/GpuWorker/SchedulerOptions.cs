using System.ComponentModel.DataAnnotations;
using Azure.Identity;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.AzureManaged;

namespace DgxMusic.GpuWorker;

/// <summary>
/// Where the Durable Task Scheduler is, section <c>Scheduler</c>: its address, which this program's identity may use, or a connection string, which may stand in
/// <c>DURABLE_TASK_SCHEDULER_CONNECTION_STRING</c> too.
/// </summary>
public sealed class SchedulerOptions : IValidatableObject
{
    public const string ConnectionSetting = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING";

    /// <summary>Such as <c>https://name.region.durabletask.io</c>.</summary>
    public Uri? Endpoint { get; set; }

    public string? TaskHub { get; set; }

    /// <summary>Client id of the managed identity to use; none: the one the machine has, or whoever is signed in.</summary>
    public string? ClientId { get; set; }

    /// <summary><c>Endpoint=…;TaskHub=…;Authentication=…</c></summary>
    public string? ConnectionString { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ConnectionString is { Length: > 0 } connection)
        {
            if (FaultIn(connection) is { } fault) yield return new($"{ConnectionSetting} cannot be used: {fault}");
        }
        else if (Endpoint is null || string.IsNullOrEmpty(TaskHub))
        {
            yield return new(
                $"{ConnectionSetting} (Endpoint=https://NAME.REGION.durabletask.io;TaskHub=HUB;Authentication=ManagedIdentity), or Scheduler:Endpoint and Scheduler:TaskHub, say where the scheduler is.");
        }
    }

    public void Apply(IDurableTaskWorkerBuilder worker)
    {
        if (ConnectionString is { Length: > 0 } connection) worker.UseDurableTaskScheduler(connection);
        else worker.UseDurableTaskScheduler(Endpoint!.AbsoluteUri, TaskHub!, new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = ClientId }));
    }

    static string? FaultIn(string connection)
    {
        try
        {
            DurableTaskSchedulerWorkerOptions.FromConnectionString(connection);
            return null;
        }
        catch (ArgumentException fault)
        {
            return fault.Message;
        }
    }
}
