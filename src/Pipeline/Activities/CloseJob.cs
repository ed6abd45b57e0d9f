using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <summary>How a job ended. One of <paramref name="Result"/>, <paramref name="ErrorCode"/> and <paramref name="Cancelled"/> says so.</summary>
public sealed record JobClosing(
    string JobId, JsonElement? Result, IReadOnlyList<string> Warnings, string? ErrorCode, string? ErrorMessage, bool Cancelled) : IJobInput
{
    public static JobClosing Completed<T>(string jobId, T result)
        where T : IJobResult => new(jobId, Payload.Write(result), result.Warnings, null, null, false);

    public static JobClosing Failed(string jobId, Problem problem, string message) => new(jobId, null, [], problem.Code, message, false);

    public static JobClosing CancelledByUser(string jobId) => new(jobId, null, [], null, null, true);
}

/// <summary>What a completed job has to show, whatever its kind.</summary>
public interface IJobResult
{
    IReadOnlyList<string> Warnings { get; }
}

/// <summary>Writes the end of a job into its row, which is the moment its files come into being for callers; then settles what follows and lets the next job in.</summary>
public sealed class CloseJob(JobLedger ledger, JobMonitor monitor, JobSettlement settlement, JobQueue queue) : IActivity<JobClosing, Done>
{
    public static readonly Activity<JobClosing, Done> Definition =
        Activity<JobClosing, Done>.Of<CloseJob>(version: 1, Lane.Io, JobStep.Publishing, Retry.Bookkeeping);

    public async Task<Done> RunAsync(JobClosing closing, ActivityContext context)
    {
        Job job = await ledger.UpdateAsync(closing.JobId, "end", row => Close(row, closing), context.Stopping);
        monitor.Forget(job.JobId);
        await settlement.SettleAsync(job, context.Stopping);
        await queue.AdmitAsync(context.Stopping);
        return new();
    }

    Job Close(Job row, JobClosing closing)
    {
        if (closing.Cancelled || row.CancelRequested) return Cancel(row, ledger.UtcNow);
        if (closing.Result is { } result)
        {
            return row with
            {
                Status = JobStatus.Completed,
                CompletedAt = ledger.UtcNow,
                CurrentStep = JobStep.Completed,
                StatusMessage = "Completed.",
                Result = result,
                Warnings = closing.Warnings,
            };
        }

        string retries = row.Retries.Count == 0 ? "" : $" (after {row.Retries.Count} {(row.Retries.Count == 1 ? "retry" : "retries")})";
        return Fail(row, ledger.UtcNow, closing.ErrorCode!, closing.ErrorMessage + retries);
    }

    internal static Job Fail(Job row, DateTime at, string code, string message) => row with
    {
        Status = JobStatus.Failed,
        CurrentStep = JobStep.Failed,
        CompletedAt = at,
        StatusMessage = "Failed.",
        ErrorCode = code,
        ErrorMessage = message,
    };

    internal static Job Cancel(Job row, DateTime at) => row with
    {
        Status = JobStatus.Cancelled,
        CurrentStep = JobStep.Cancelled,
        CompletedAt = at,
        StatusMessage = "Cancelled by user.",
        CancelRequested = true,
    };
}
