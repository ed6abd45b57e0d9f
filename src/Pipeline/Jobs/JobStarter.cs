using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Starts the orchestration of a job, under the job's id, tells it of its place, and closes jobs whose orchestration ended without doing so.</summary>
public sealed class JobStarter(IOrchestrationClient client, JobLedger ledger, JobFiles files)
{
    public async Task EnsureRunningAsync(Job job, CancellationToken cancel = default)
    {
        if (job.IsTerminal || job.IsRestarting) return;
        InstanceState? instance = await client.FindAsync(job.JobId, cancel);
        if (instance is null) await StartAsync(job, cancel);
        else if (instance.Status is not InstanceStatus.Running) await CloseAbandonedAsync(job, instance, cancel);
        else if (job.Status != JobStatus.Pending) await WakeAsync(job, cancel);
    }

    /// <summary>Tells the steps that wait for a place to go on: with it, or to find that the job is over. Told twice is told once.</summary>
    public async Task WakeAsync(Job job, CancellationToken cancel = default)
    {
        if (job.Waiting.Count == 0) return;
        foreach (PlaceTicket ticket in job.Waiting) await client.RaiseEventAsync(ticket.InstanceId, ticket.Event, Payload.Write(true), cancel);
        await ledger.UpdateAsync(job.JobId, null, row => row with { Waiting = [.. row.Waiting.Except(job.Waiting)] }, cancel);
    }

    Task StartAsync(Job job, CancellationToken cancel) => job.Kind switch
    {
        JobKind.Generation => client.StartAsync(RunJob.Generation, job.JobId, job.ReadInput<GenerationInput>(), cancel),
        JobKind.LiveSeparation => client.StartAsync(RunJob.Live, job.JobId, job.ReadInput<LiveInput>(), cancel),
        JobKind.Export => client.StartAsync(RunJob.Export, job.JobId, job.ReadInput<UploadExport>(), cancel),
        JobKind.Analysis => client.StartAsync(RunJob.Analysis, job.JobId, job.ReadInput<UploadAnalysis>(), cancel),
        JobKind.Benchmark => client.StartAsync(RunJob.Benchmark, job.JobId, job.ReadInput<BenchmarkInput>(), cancel),
        JobKind.Reproduction => client.StartAsync(RunJob.Reproduction, job.JobId, job.ReadInput<ReproductionInput>(), cancel),
        JobKind.Separation => client.StartAsync(RunJob.Separation, job.JobId, job.ReadInput<SeparationInput>(), cancel),
        _ => throw new InvalidOperationException($"No orchestration runs jobs of kind {job.Kind}."),
    };

    async Task CloseAbandonedAsync(Job job, InstanceState instance, CancellationToken cancel)
    {
        string reason = instance.Error ?? $"its orchestration is {instance.Status.ToString().ToLowerInvariant()}";
        Job closed = await ledger.UpdateAsync(
            job.JobId, "end",
            row => CloseJob.Fail(row, ledger.UtcNow, Problem.JobInterrupted.Code, $"The job was interrupted and could not be resumed: {reason}."),
            cancel);
        await files.TidyAsync(closed, cancel);
    }
}
