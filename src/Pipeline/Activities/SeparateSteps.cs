using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Received">Frames that are there.</param>
/// <param name="IsWhole">No more will come.</param>
public sealed record LiveWork(string JobId, LiveInput Session, LiveProgress From, long Received, bool IsWhole) : IJobInput;

/// <summary>Takes apart what has come of a live session. Each step is saved for itself, so that whoever is interrupted loses one.</summary>
public sealed class SeparateSteps(IBlobStore store, LiveStore sessions, ModelPool pool, JobLedger ledger, TimeProvider clock) : IActivity<LiveWork, LiveProgress>
{
    public static readonly Activity<LiveWork, LiveProgress> Definition =
        Activity<LiveWork, LiveProgress>.Of<SeparateSteps>(version: 1, Lane.Gpu, JobStep.Separating, Retry.WithoutPlace);

    public static readonly Activity<LiveWork, LiveProgress> OnCpu = Definition.Twin(nameof(SeparateSteps) + nameof(OnCpu), Lane.Cpu);

    /// <summary>Work that others have to wait for, at most; what is behind goes on after them.</summary>
    static readonly TimeSpan longestTurn = TimeSpan.FromSeconds(20);

    /// <summary>All that a step depends on besides the audio, which in one session never changes.</summary>
    /// <param name="HeardTo">Before which frame what it hears ends.</param>
    sealed record Identity(EngineFacts Engine, IReadOnlyList<string> Tracks, int SampleRateHz, int Channels, long Step, long HeardTo);

    /// <summary>A step that was saved.</summary>
    sealed record Saved(LiveProgress Next, LivePiece? Piece);

    public async Task<LiveProgress> RunAsync(LiveWork work, ActivityContext context)
    {
        long began = clock.GetTimestamp();
        LiveProgress progress = work.From;
        await CheckAsync(work.JobId, context.Stopping);
        do
        {
            progress = await StepAsync(work, progress, context.Stopping);
        }
        while (work.Session.Facts.Grid.CanStep(progress.Point, work.Received, work.IsWhole) && clock.GetElapsedTime(began) < longestTurn);

        return progress;
    }

    /// <exception cref="JobCancelledException">Its owner took it back.</exception>
    async Task CheckAsync(string jobId, CancellationToken stopping)
    {
        if (await ledger.FindAsync(jobId, stopping) is not { } job) throw new InvalidOperationException($"The catalog does not show job {jobId} yet.");
        if (job.IsTerminal || job.CancelRequested) throw new JobCancelledException();
    }

    async Task<LiveProgress> StepAsync(LiveWork work, LiveProgress progress, CancellationToken stopping)
    {
        LiveFacts facts = work.Session.Facts;
        long heardTo = Math.Min(work.Received, facts.Grid.FramesFor(progress.Point.Step));
        BlobRef output = BlobRef.ForWork(Definition, work.Session.Folder, new Identity(facts.Engine, facts.Tracks, facts.SampleRateHz, facts.Channels, progress.Point.Step, heardTo));
        (Saved? saved, double seconds) = (await store.FindRecordAsync<Saved>(output.With(".json"), stopping), 0);
        if (saved is null)
        {
            (saved, seconds) = await ComputeAsync(work, progress, output, stopping);
            await store.SaveRecordAsync(output.With(".json"), saved, stopping);
        }

        if (saved.Piece is { } piece) await sessions.AddPieceAsync(work.JobId, piece, stopping);
        LiveState state = await sessions.UpdateAsync(
            work.JobId, row => row with { Finished = Math.Max(row.Finished, saved.Next.Point.Finished), WorkSeconds = row.WorkSeconds + seconds }, stopping);
        await TellAsync(work, state, saved.Next.Point.Step, stopping);
        // The next step needs its own only.
        if (progress.Tail is { } old) await store.DeleteAsync(old, stopping);
        return saved.Next;
    }

    async Task<(Saved Saved, double Seconds)> ComputeAsync(LiveWork work, LiveProgress progress, BlobRef output, CancellationToken stopping)
    {
        LiveFacts facts = work.Session.Facts;
        using ModelLease<ISeparationModel> lease = await pool.LeaseAsync(facts.Engine.Name, "", new EngineRun(OnCpu: work.Session.OnCpu, Stopping: stopping));
        if (lease.Facts != facts.Engine)
            throw new PipelineException(Problem.EngineDiffers, $"{facts.Engine.Name} is not what it was when the session was opened; open another.");
        long began = clock.GetTimestamp();
        var live = new LiveSeparation(lease.Model, facts.SampleRateHz);
        float[]? tail = await TailAsync(progress.Tail, stopping);
        AudioBuffer audio = await sessions.ReadAsync(work.JobId, facts, live.HeardFor(progress.Point, work.Received), stopping);
        LiveStep step = Run(lease, () => live.Run(progress.Point, audio, work.Received, work.IsWhole, tail, stopping));
        BlobRef? kept = step.Tail is null ? null : output.With(".tail");
        if (kept is not null) await sessions.SaveAsync(kept, PcmFrames.Encode(step.Tail, PcmFormat.Float32), stopping);
        LivePiece? piece = step.Next.Finished == progress.Point.Finished ? null : new(progress.Point.Finished, step.Next.Finished, output.With(".f32"));
        if (piece is not null) await sessions.SaveAsync(piece.Blob, PcmFrames.Encode(LiveTracks.Mix(facts, step.Stems), PcmFormat.Float32), stopping);
        return (new(new(step.Next, kept), piece), clock.GetElapsedTime(began).TotalSeconds);
    }

    static LiveStep Run(ModelLease<ISeparationModel> lease, Func<LiveStep> step)
    {
        try
        {
            return step();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            lease.Discard();
            throw;
        }
    }

    /// <summary>Null where it is gone: it is made again.</summary>
    async Task<float[]?> TailAsync(BlobRef? tail, CancellationToken stopping)
    {
        if (tail is null || await store.OpenReadAsync(tail, stopping) is not { } stream) return null;
        await using (stream)
        {
            byte[] bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, stopping);
            return PcmFrames.Floats(bytes);
        }
    }

    /// <exception cref="JobCancelledException">Its owner took it back.</exception>
    async Task TellAsync(LiveWork work, LiveState state, long step, CancellationToken stopping)
    {
        LiveFacts facts = work.Session.Facts;
        string message = string.Create(CultureInfo.InvariantCulture, $"{facts.SecondsOf(state.Received):F1} s received, {facts.SecondsOf(state.Finished):F1} s taken apart.");
        Job job = await ledger.UpdateAsync(work.JobId, $"step:{step}", row => row.CancelRequested ? row : row with { CurrentStep = JobStep.Separating, StatusMessage = message }, stopping);
        if (job.IsTerminal || job.CancelRequested) throw new JobCancelledException();
    }
}
