using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.LocalHost.Commands;

/// <summary>Stays with a job until it has ended.</summary>
static class JobFollower
{
    public static Task<JobResource> ReadAsync(Gateway gateway, string jobId, CancellationToken cancel) => gateway.GetAsync<JobResource>(Links.Job(Uri.EscapeDataString(jobId)), cancel);

    /// <summary>Shows its progress; takes the job back when the command is interrupted.</summary>
    /// <exception cref="PipelineException">It failed, or somebody else cancelled it.</exception>
    public static async Task<JobResource> CompleteAsync(Gateway gateway, string jobId, CancellationToken cancel)
    {
        try
        {
            return Completed(await ProgressBar.ShowAsync(report => WaitAsync(gateway, jobId, report, cancel)));
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(gateway, jobId);
            throw;
        }
    }

    /// <summary>Shows its progress and leaves the job alone when the command is interrupted.</summary>
    public static Task<JobResource> WatchAsync(Gateway gateway, string jobId, CancellationToken cancel) =>
        ProgressBar.ShowAsync(report => WaitAsync(gateway, jobId, report, cancel));

    static JobResource Completed(JobResource job)
    {
        if (job.Status == JobStatus.Completed) return job;
        Problem problem = Problem.BySlug.GetValueOrDefault((job.ErrorCode ?? "").Replace('_', '-').ToLowerInvariant()) ?? Problem.Internal;
        throw new PipelineException(problem, $"Job {job.JobId} is {job.Status.ToString().ToLowerInvariant()}: {job.ErrorMessage ?? job.StatusMessage}");
    }

    static async Task<JobResource> WaitAsync(Gateway gateway, string jobId, Action<JobResource> report, CancellationToken cancel)
    {
        while (true)
        {
            JobResource job = await ReadAsync(gateway, jobId, cancel);
            report(job);
            if (job.CompletedAt is not null) return job;
            await Task.Delay(gateway.LookInterval, cancel);
        }
    }

    static async Task CancelAsync(Gateway gateway, string jobId)
    {
        try
        {
            await gateway.SendAsync<Cancellation>(HttpMethod.Delete, $"{Links.Job(jobId)}?force=true", null, CancellationToken.None);
        }
        catch (PipelineException refusal) when (refusal.Problem == Problem.JobState)
        {
            return;   // It ended just before.
        }

        await WaitAsync(gateway, jobId, _ => { }, CancellationToken.None);
    }
}
