using DgxMusic.Contracts;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Starts the orchestration of a job, under the job's id, and closes jobs whose orchestration ended without doing so.</summary>
public sealed class JobStarter(IOrchestrationClient client, JobLedger ledger, JobFiles files)
{
    public async Task EnsureRunningAsync(Job job, CancellationToken cancel = default)
    {
        if (job.IsTerminal) return;
        InstanceState? instance = await client.FindAsync(job.JobId, cancel);
        if (instance is null) await StartAsync(job, cancel);
        else if (instance.Status is not InstanceStatus.Running) await CloseAbandonedAsync(job, instance, cancel);
    }

    Task StartAsync(Job job, CancellationToken cancel) => job.Kind switch
    {
        JobKind.Generation => client.StartAsync(RunJob.Generation, job.JobId, job.ReadInput<GenerationInput>(), cancel),
        JobKind.Export => client.StartAsync(RunJob.Export, job.JobId, job.ReadInput<UploadExport>(), cancel),
        JobKind.Analysis => client.StartAsync(RunJob.Analysis, job.JobId, job.ReadInput<UploadAnalysis>(), cancel),
        _ => throw new InvalidOperationException($"No orchestration runs jobs of kind {job.Kind}."),
    };

    async Task CloseAbandonedAsync(Job job, InstanceState instance, CancellationToken cancel)
    {
        string reason = instance.Error ?? $"its orchestration is {instance.Status.ToString().ToLowerInvariant()}";
        Job closed = await ledger.UpdateAsync(
            job.JobId, "end",
            row => row with
            {
                Status = JobStatus.Failed,
                CurrentStep = JobStep.Failed,
                CompletedAt = ledger.UtcNow,
                StatusMessage = "Failed.",
                ErrorCode = Problem.Internal.Code,
                ErrorMessage = $"The job was interrupted and could not be resumed: {reason}.",
            },
            cancel);
        await files.TidyAsync(closed, cancel);
    }
}
