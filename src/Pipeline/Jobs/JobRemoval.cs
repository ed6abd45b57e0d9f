using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Removes an ended job with all that it left.</summary>
public sealed class JobRemoval(JobLedger ledger, JobFiles files, IOrchestrationClient client, IEnumerable<IJobResidue> residues)
{
    /// <summary>Removes a generation: its files, its events, its history and its record. What a crash in between leaves is removed by a second call.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>: there is no such generation; <see cref="Problem.JobState"/>: it has not ended.</exception>
    public async Task<Job> RemoveGenerationAsync(string jobId, Caller caller, CancellationToken cancel = default)
    {
        Job job = await ledger.GetAsync(jobId, caller, cancel);
        if (job.Kind != JobKind.Generation) throw new PipelineException(Problem.JobNotFound, $"There is no generation {jobId}.");
        if (!job.IsTerminal)
            throw new PipelineException(Problem.JobState, $"Generation {jobId} is {job.Status.ToString().ToLowerInvariant()}; cancel it first, POST …/jobs/{jobId}/cancel does.");
        await RemoveAsync(job, cancel);
        return job;
    }

    /// <summary>Removes an ended job of any kind.</summary>
    internal async Task RemoveAsync(Job job, CancellationToken cancel)
    {
        string jobId = job.JobId;
        // First the row says that the files are gone, so that nobody is promised one that is going.
        await ledger.MarkPurgedAsync(jobId, cancel);
        await files.RemoveAsync(job, cancel);
        foreach (IJobResidue residue in residues) await residue.ForgetAsync(job, cancel);
        // The wrapper may be at its last step still: it serves a job that is over.
        await client.TerminateAsync(jobId, "The job is removed.", cancel);
        await client.PurgeAsync(jobId, cancel);
        await ledger.RemoveAsync(job, cancel);
    }
}
