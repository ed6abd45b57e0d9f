using System.Globalization;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Point">Where the work stands.</param>
/// <param name="Turn">Of the wait that follows if there is nothing to do.</param>
public sealed record LiveQuestion(LiveInput Session, LivePoint Point, int Turn) : IJobInput
{
    public string JobId => Session.JobId;
}

/// <summary>What is to be done about a session next: one of the three.</summary>
/// <param name="Result">It is over.</param>
/// <param name="Frames">So many are there to be worked on.</param>
/// <param name="IsWhole">No more will come.</param>
/// <param name="Patience">To wait for more, at most so long.</param>
public sealed record LiveOrders(LiveResult? Result, long? Frames, bool IsWhole, TimeSpan Patience);

/// <summary>What a live session was.</summary>
/// <param name="Frames">That came, and were taken apart.</param>
/// <param name="WorkSeconds">Of computing.</param>
public sealed record LiveResult(long Frames, double Seconds, double WorkSeconds, LiveEnd EndedBy, DateTime EndedAt, IReadOnlyList<string> Tracks) : IJobResult
{
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Looks what there is to do about a session, ends one to which nothing comes any more, or notes what its orchestration waits for.</summary>
public sealed class HearSession(LiveStore sessions, JobLedger ledger, IOptions<LiveOptions> options) : IActivity<LiveQuestion, LiveOrders>
{
    public static readonly Activity<LiveQuestion, LiveOrders> Definition =
        Activity<LiveQuestion, LiveOrders>.Of<HearSession>(version: 1, Lane.Io, JobStep.Separating, Retry.WithoutPlace);

    /// <exception cref="JobCancelledException">Its owner took it back.</exception>
    public async Task<LiveOrders> RunAsync(LiveQuestion question, ActivityContext context)
    {
        if (await ledger.FindAsync(question.JobId, context.Stopping) is not { } job) throw new InvalidOperationException($"The catalog does not show job {question.JobId} yet.");
        if (job.IsTerminal || job.CancelRequested) throw new JobCancelledException();
        LiveState state = await sessions.UpdateAsync(question.JobId, row => Look(row, question), context.Stopping);
        if (question.Session.Facts.Grid.CanStep(question.Point, state.Received, state.IsWhole)) return new(null, state.Received, state.IsWhole, default);
        return state.IsWhole ? new(await EndAsync(question.Session, state, context.Stopping), null, true, default) : new(null, null, false, PatienceWith(state));
    }

    LiveState Look(LiveState row, LiveQuestion question)
    {
        if (!row.IsWhole && row.PushedAt + Idle <= ledger.UtcNow) row = row with { End = LiveEnd.Idle, EndedAt = ledger.UtcNow };
        bool waits = !row.IsWhole && !question.Session.Facts.Grid.CanStep(question.Point, row.Received, isWhole: false);
        return row with { Wait = waits ? new(question.Turn, question.Session.Facts.Grid.FramesFor(question.Point.Step)) : null };
    }

    TimeSpan Idle => TimeSpan.FromSeconds(options.Value.IdleSeconds);

    // Not to wake the moment before it is over.
    TimeSpan PatienceWith(LiveState state)
    {
        TimeSpan left = state.PushedAt + Idle - ledger.UtcNow;
        return (left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromMilliseconds(50);
    }

    async Task<LiveResult> EndAsync(LiveInput session, LiveState state, CancellationToken stopping)
    {
        string how = state.End == LiveEnd.Idle ? string.Create(CultureInfo.InvariantCulture, $"Nothing came for {options.Value.IdleSeconds:0.###} s: the session has ended by itself.") : "The session was closed.";
        await ledger.UpdateAsync(session.JobId, "ended", row => row with { Status = JobStatus.Finalizing, StatusMessage = how }, stopping);
        return new(state.Received, session.Facts.SecondsOf(state.Received), state.WorkSeconds, state.End!.Value, state.EndedAt!.Value, session.Facts.Tracks);
    }
}
