using System.Collections.Concurrent;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>What a running activity tells its job and hears from it.</summary>
public sealed class JobMonitor(JobLedger ledger, TimeProvider clock)
{
    /// <summary>Updates a second that a caller can use; more only costs writes.</summary>
    static readonly TimeSpan quietTime = TimeSpan.FromMilliseconds(500);
    readonly ConcurrentDictionary<string, long> lastReports = new();

    /// <summary>Share of the whole job, in percent, at which each step begins; it lasts until the next one.</summary>
    static readonly (JobStep Step, int From)[] music =
    [
        (JobStep.Queued, 0), (JobStep.LoadingModel, 0), (JobStep.EncodingPrompt, 1), (JobStep.Decoding, 1), (JobStep.Generating, 2), (JobStep.Saving, 80), (JobStep.Measuring, 90), (JobStep.Publishing, 97), (JobStep.Comparing, 99),
    ];

    static readonly (JobStep Step, int From)[] export = [(JobStep.Queued, 0), (JobStep.Saving, 0), (JobStep.Publishing, 97)];

    static readonly (JobStep Step, int From)[] analysis = [(JobStep.Queued, 0), (JobStep.Measuring, 0), (JobStep.Publishing, 97)];

    static readonly (JobStep Step, int From)[] separation =
    [
        (JobStep.Queued, 0), (JobStep.LoadingModel, 0), (JobStep.Decoding, 2), (JobStep.Separating, 30), (JobStep.RunningOnCpu, 30), (JobStep.Measuring, 90), (JobStep.Encoding, 92), (JobStep.Publishing, 99),
    ];

    /// <summary>Enters a step: always reported.</summary>
    /// <param name="stage">Where a step has several things to say, the name of this one; each is told once.</param>
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    /// <exception cref="NoPlaceException">The job waits in the queue; nothing of it may begin now.</exception>
    public async Task EnterAsync(string jobId, JobStep step, string message, CancellationToken stopping, string? stage = null)
    {
        // A store may show the row a little later than the work that it is about.
        if (await ledger.FindAsync(jobId, stopping) is not { } job) throw new InvalidOperationException($"The catalog does not show job {jobId} yet.");
        if (job.Status == JobStatus.Pending) throw new NoPlaceException();
        await ReportAsync(jobId, step, 0, message, stage is null ? $"{step}" : $"{step}:{stage}", null, stopping);
    }

    /// <summary>The same for a step that runs for each of several parts of the work: each says once that it began.</summary>
    /// <param name="secondsOfWork">What all parts together are expected to take; counts until one of them has told better.</param>
    /// <inheritdoc cref="EnterAsync" path="/exception"/>
    public async Task EnterPartAsync(string jobId, JobStep step, WorkPart part, long total, string message, double secondsOfWork, CancellationToken stopping)
    {
        if (await ledger.FindAsync(jobId, stopping) is not { } job) throw new InvalidOperationException($"The catalog does not show job {jobId} yet.");
        if (job.Status == JobStatus.Pending) throw new NoPlaceException();
        await ReportAsync(jobId, step, 0, message, $"{step}:{part.From}:begun", new(part, total, left => left * secondsOfWork, IsGuess: true), stopping);
    }

    /// <summary>Reports how much of a step is done, at most twice a second, and looks whether the job is still wanted as often.</summary>
    /// <param name="fraction">0 to 1 of this step.</param>
    /// <param name="block">Finished blocks of work: with the step, the event's identity.</param>
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    public Task AdvanceAsync(string jobId, JobStep step, double fraction, string message, long block, CancellationToken stopping)
    {
        bool quiet = lastReports.TryGetValue(jobId, out long last) && clock.GetElapsedTime(last) < quietTime;
        return quiet ? Task.CompletedTask : ReportAsync(jobId, step, fraction, message, $"{step}:{block}", null, stopping);
    }

    /// <summary>Reports how far one part of the work has come: the job has come as far as all of them together. The end of a part is always told.</summary>
    /// <param name="secondsLeft">For the rest of all parts, from what fraction of the whole is left to do.</param>
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    public Task AdvancePartAsync(string jobId, JobStep step, WorkPart part, long total, string message, long block, Func<double, double>? secondsLeft, CancellationToken stopping)
    {
        bool quiet = part.Done < 1 && lastReports.TryGetValue(jobId, out long last) && clock.GetElapsedTime(last) < quietTime;
        return quiet ? Task.CompletedTask : ReportAsync(jobId, step, 0, message, $"{step}:{part.From}:{block}", new(part, total, secondsLeft, IsGuess: false), stopping);
    }

    sealed record PartReport(WorkPart Part, long Total, Func<double, double>? SecondsLeft, bool IsGuess);

    /// <summary>Lets go of what is kept for a job that has ended.</summary>
    public void Forget(string jobId) => lastReports.TryRemove(jobId, out _);

    static int ProgressOf(JobKind kind, JobStep step, double fraction)
    {
        bool isOfSeparation = step is JobStep.Decoding or JobStep.Separating or JobStep.RunningOnCpu or JobStep.Encoding;
        (JobStep Step, int From)[] shares = kind switch { JobKind.Export => export, JobKind.Analysis => analysis, JobKind.Separation => separation, JobKind.Reproduction when isOfSeparation => separation, _ => music };
        int from = shares.Where(share => share.Step == step).Select(share => share.From).DefaultIfEmpty(99).First(), to = shares.Select(share => share.From).Where(next => next > from).DefaultIfEmpty(99).Min();
        return from + (int)((to - from) * Math.Clamp(fraction, 0, 1));
    }

    // While one step waits for a retry the job counts as queued, though another of its steps may still be at work.
    static Job Advance(Job row, JobStatus status, JobStep step, int progress, string message) => row.Status == JobStatus.Pending
        ? row with { Progress = Math.Max(progress, row.Progress) }
        : row with { Status = status, CurrentStep = step, Machine = step is JobStep.Generating or JobStep.Separating or JobStep.RunningOnCpu ? Estimates.Here : row.Machine, Progress = Math.Max(progress, row.Progress), StatusMessage = message };

    async Task ReportAsync(string jobId, JobStep step, double fraction, string message, string eventKey, PartReport? report, CancellationToken stopping)
    {
        lastReports[jobId] = clock.GetTimestamp();
        JobStatus status = step is JobStep.Publishing or JobStep.Comparing or JobStep.Encoding ? JobStatus.Finalizing : JobStatus.Processing;
        Job job = await ledger.UpdateAsync(
            jobId, eventKey,
            row =>
            {
                if (row.CancelRequested) return row;
                Job told = report is null ? row : Tally(row, report);
                double done = report is null ? fraction : told.Work!.Done;
                return Advance(told, status, step, ProgressOf(row.Kind, step, done), message);
            },
            stopping);
        if (!job.IsTerminal) await BatchParents.TellAsync(ledger, job, stopping);
        if (!job.IsTerminal && !job.CancelRequested) return;
        Forget(jobId);
        throw new JobCancelledException();
    }

    Job Tally(Job row, PartReport report)
    {
        WorkTally work = (row.Work is { } known && known.Total == report.Total ? known : WorkTally.Begin(report.Total)).With(report.Part);
        bool isNews = !report.IsGuess || row.ExpectedCompletion is null;
        DateTime? end = isNews && report.SecondsLeft is { } left ? ledger.UtcNow.AddSeconds(left(1 - work.Done)) : row.ExpectedCompletion;
        return row with { Work = work, ExpectedCompletion = end };
    }
}
