using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Live;

/// <summary>A session as it stands.</summary>
/// <param name="State">Null where it was forgotten.</param>
public sealed record LiveSession(Job Job, LiveFacts Facts, LiveState? State);

/// <summary>
/// Where callers open live sessions, push audio and close them. A session is a job without a place in the queue: it lasts as long as its music, mostly waiting, and would keep others
/// out for an hour, or wait behind one itself. What it computes waits its turn, step by step, among the steps of other jobs.
/// </summary>
public sealed class LiveDesk(
    LiveStore sessions, LiveGrids grids, JobDesk desk, JobLedger ledger, JobStarter starter, LiveRetention retention, Quotas quotas, IOrchestrationClient client, IOptions<LiveOptions> options, IOptions<GpuOptions> gpu)
{
    /// <summary>Seconds that one push may bring.</summary>
    public const int LongestChunkSeconds = 15;

    public LiveOptions Options => options.Value;

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>, <see cref="Problem.ModelNotInstalled"/>; <see cref="Problem.SessionLimit"/>: the caller has too many.</exception>
    public async Task<LiveSession> OpenAsync(LiveOrder order, JobTerms terms, CancellationToken cancel = default)
    {
        if (await desk.FindEnteredAsync(JobKind.LiveSeparation, terms, cancel) is { } entered) return await SessionOf(entered, cancel);
        LiveModel model = await grids.FindAsync(order.Model, order.SampleRateHz, onCpu: gpu.Value.Workers != GpuWorkers.Here, cancel);
        var facts = new LiveFacts(
            model.Engine, model.Sources, LiveTracks.NamesOf(order.Stems, model.Sources, model.Engine.Name), order.SampleRateHz, order.Channels, order.Format, model.Grid, model.UsesStatistics);
        await CheckCountAsync(terms.Owner, cancel);
        while (true)
        {
            Job job = Running(desk.Draft(JobKind.LiveSeparation, facts.Engine.Name, facts.Engine.Device, terms, (id, folder) => new LiveInput(id, folder, facts, model.OnCpu)));
            await quotas.ClaimAsync([job], cancel);
            await sessions.AddAsync(new(job.JobId, job.Owner, job.CreatedAt), cancel);
            if (await desk.TryAddAsync(job, cancel))
            {
                await starter.EnsureRunningAsync(job, cancel);
                return await SessionOf(job, cancel);
            }

            await quotas.ReleaseAsync(job, cancel);
            terms = terms with { JobId = null, Ticket = null };
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>: there is no such session for this caller.</exception>
    public async Task<LiveSession> FindAsync(string id, Caller caller, CancellationToken cancel = default)
    {
        Job job = await ledger.GetAsync(id, caller, cancel);
        return job.Kind == JobKind.LiveSeparation ? await SessionOf(job, cancel) : throw new PipelineException(Problem.JobNotFound, $"There is no session {id}.");
    }

    /// <summary>Takes audio. The same audio at the same place again changes nothing, and has the same answer.</summary>
    /// <param name="offset">Frames before it.</param>
    /// <param name="audio">Whole frames.</param>
    /// <exception cref="PipelineException"><see cref="Problem.SessionOffset"/>: it is not what comes next; <see cref="Problem.SessionEnded"/>; <see cref="Problem.SessionBehind"/>: the work
    /// has to catch up first; <see cref="Problem.TrackTooLong"/>; <see cref="Problem.InvalidSamples"/>.</exception>
    public async Task<LiveChunk> PushAsync(LiveSession session, long offset, ReadOnlyMemory<byte> audio, CancellationToken cancel = default)
    {
        (string id, LiveFacts facts) = (session.Job.JobId, session.Facts);
        long frames = audio.Length / facts.FrameBytes;
        if (await RepeatAsync(session, offset, audio, cancel) is { } there)
        {
            // Who took it first may have died before the work was told.
            await WakeAsync(id, session.State!, cancel);
            return there;
        }

        Check(session, Known(session), offset, frames);
        PcmFrames.Check(audio.Span, facts.Format, facts.Channels);
        LiveChunk chunk = await sessions.SaveChunkAsync(session.Job.ReadInput<LiveInput>().Folder, offset, facts, audio, cancel);
        LiveState state = await sessions.UpdateAsync(
            id,
            row =>
            {
                if (row.Last == chunk) return row;
                Check(session, row, offset, frames);
                return row with { Received = chunk.To, Last = chunk, PushedAt = ledger.UtcNow };
            },
            cancel);
        await sessions.AddChunkAsync(id, chunk, cancel);
        await WakeAsync(id, state, cancel);
        return chunk;
    }

    /// <summary>Ends a session: what it has is taken apart to its end. Once more changes nothing.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.JobState"/>: it was cancelled, or has failed.</exception>
    public async Task<LiveSession> CloseAsync(LiveSession session, CancellationToken cancel = default)
    {
        if (session.Job is { IsTerminal: true, Status: not JobStatus.Completed })
            throw new PipelineException(Problem.JobState, $"Session {session.Job.JobId} is {session.Job.Status.ToString().ToLowerInvariant()}.");
        if (session.Job.IsTerminal) return session;
        LiveState state = await sessions.UpdateAsync(session.Job.JobId, row => row.IsWhole ? row : row with { End = LiveEnd.Closed, EndedAt = ledger.UtcNow }, cancel);
        await WakeAsync(session.Job.JobId, state, cancel);
        return session with { State = state };
    }

    /// <summary>Takes a session back with its audio; of one that has ended, the audio.</summary>
    public async Task<LiveSession> RemoveAsync(LiveSession session, Caller caller, CancellationToken cancel = default)
    {
        string id = session.Job.JobId;
        if (!session.Job.IsTerminal)
        {
            await desk.CancelAsync(id, caller, force: true, cancel);
            // It may wait for audio; so it hears at once that none will come.
            LiveState state = await sessions.UpdateAsync(id, row => row.IsWhole ? row : row with { End = LiveEnd.Closed, EndedAt = ledger.UtcNow }, cancel);
            await WakeAsync(id, state, cancel);
        }
        else
        {
            await retention.ExpireAsync(session.Job, cancel);
        }

        return await FindAsync(id, caller, cancel);
    }

    async Task<LiveSession> SessionOf(Job job, CancellationToken cancel) => new(job, job.ReadInput<LiveInput>().Facts, await sessions.FindAsync(job.JobId, cancel));

    /// <summary>Has it run from the start: it waits for audio, never for a place.</summary>
    static Job Running(Job draft) => draft with { Status = JobStatus.Processing, CurrentStep = JobStep.Separating, StartedAt = draft.CreatedAt, StatusMessage = "Waiting for audio." };

    async Task CheckCountAsync(string owner, CancellationToken cancel)
    {
        int open = 0;
        await foreach (LiveStore.Entry entry in sessions.ListAsync(cancel))
        {
            if (entry.Owner != owner || await sessions.FindAsync(entry.JobId, cancel) is not { IsWhole: false }) continue;
            if (await ledger.FindAsync(entry.JobId, cancel) is { IsTerminal: false } && ++open >= Options.SessionsPerCaller)
                throw new PipelineException(Problem.SessionLimit, $"You have {open} open sessions, which is the limit; close one, POST …/separations/sessions/{entry.JobId}/close does.");
        }
    }

    /// <summary>Audio that came before, where this is it.</summary>
    async Task<LiveChunk?> RepeatAsync(LiveSession session, long offset, ReadOnlyMemory<byte> audio, CancellationToken cancel)
    {
        if (session.State is not { } state || offset >= state.Received) return null;
        if (state.Last is { } last && last.From == offset) return IsSame(last, audio, session) ? last : null;
        await foreach (LiveChunk chunk in sessions.ChunksAsync(session.Job.JobId, offset, cancel)) return chunk.From == offset && IsSame(chunk, audio, session) ? chunk : null;
        return null;
    }

    static bool IsSame(LiveChunk chunk, ReadOnlyMemory<byte> audio, LiveSession session) =>
        chunk.Frames * session.Facts.FrameBytes == audio.Length && chunk.Sha256 == LiveStore.HashOf(audio.Span);

    static LiveState Known(LiveSession session) => session.State ?? throw new PipelineException(Problem.FilePurged, $"The audio of session {session.Job.JobId} is gone.");

    void Check(LiveSession session, LiveState state, long offset, long frames)
    {
        (string id, LiveFacts facts) = (session.Job.JobId, session.Facts);
        if (session.Job is { IsTerminal: true } or { CancelRequested: true } || state.IsWhole)
            throw new PipelineException(Problem.SessionEnded, $"Session {id} {(state.End == LiveEnd.Idle ? $"has ended by itself after {Options.IdleSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s without a push" : "is closed")}; it takes no more audio.");
        if (offset != state.Received)
        {
            string expected = state.Received.ToString(CultureInfo.InvariantCulture);
            throw new PipelineException(
                Problem.SessionOffset, $"The next frame is {expected}, not {offset}{(offset < state.Received ? ", and what came there before is not this" : "")}.", new Dictionary<string, string> { ["expected_offset"] = expected });
        }

        double seconds = facts.SecondsOf(state.Received + frames);
        if (seconds > Options.MostMinutes * 60)
            throw new PipelineException(Problem.TrackTooLong, string.Create(CultureInfo.InvariantCulture, $"The session would have {seconds:F1} s; it takes {Options.MostMinutes:0.###} minutes. Close it and open another."));
        double behind = facts.SecondsOf(state.Received - state.Finished);
        if (behind + facts.SecondsOf(frames) <= Options.MostBacklogSeconds) return;
        int wait = Math.Max(1, (int)Math.Ceiling(facts.SecondsOf(facts.Grid.StepFrames) * Math.Min(10, PaceOf(facts, state) ?? 1)));
        throw new PipelineException(
            Problem.SessionBehind,
            string.Create(CultureInfo.InvariantCulture, $"{behind:F1} s were received and are not taken apart yet; with this it would be more than {Options.MostBacklogSeconds:0.###} s. Push it again in {wait} s."),
            new Dictionary<string, string> { [RetryHint.Detail] = wait.ToString(CultureInfo.InvariantCulture) });
    }

    /// <summary>Seconds of computing a second of audio; null before any.</summary>
    public static double? PaceOf(LiveFacts facts, LiveState state) => state.Finished == 0 ? null : state.WorkSeconds / facts.SecondsOf(state.Finished);

    /// <summary>Tells the orchestration to go on if it waits for what is there now; until it has been told, everybody who comes by tells it.</summary>
    async Task WakeAsync(string id, LiveState state, CancellationToken cancel)
    {
        if (!state.HasToWake) return;
        LiveWait wait = state.Wait!;
        await client.RaiseEventAsync(SeparateLive.InstanceOf(id), SeparateLive.EventOf(wait.Turn), Payload.Write(true), cancel);
        await sessions.UpdateAsync(id, row => row.Wait == wait ? row with { Wait = null } : row, cancel);
    }
}
