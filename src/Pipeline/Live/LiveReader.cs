using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Live;

/// <summary>Frames of one track that are finished.</summary>
/// <param name="Frames">So many; 0 where none are there yet.</param>
/// <param name="IsEnd">Whether they are the last.</param>
public sealed record LivePull(LiveState State, long From, long Frames, byte[] Audio, bool IsEnd);

/// <summary>Where callers pull what is finished.</summary>
public sealed class LiveReader(LiveStore sessions, JobLedger ledger, TimeProvider clock)
{
    /// <summary>Seconds that one pull may give.</summary>
    const int LongestPullSeconds = 15;

    static readonly TimeSpan lookInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Finished frames from one on, as many as fit; waits for the first.</summary>
    /// <param name="stem">One of the session's tracks.</param>
    /// <param name="patience">None waits not at all.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: there is no such track; <see cref="Problem.FilePurged"/>: the audio is gone; <see cref="Problem.JobState"/>: the session has failed.</exception>
    public async Task<LivePull> PullAsync(LiveSession session, string stem, long from, TimeSpan patience, CancellationToken cancel = default)
    {
        int track = session.Facts.Tracks.ToList().IndexOf(stem);
        if (track < 0)
        {
            string fault = $"'{(stem.Length <= 40 ? stem : stem[..40] + "…")}' is not one of {string.Join(", ", session.Facts.Tracks)}, which this session gives.";
            throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["stem"] = fault });
        }

        long began = clock.GetTimestamp();
        while (true)
        {
            LiveState state = await StateAsync(session.Job.JobId, cancel);
            if (from < state.Finished || state.IsFinished || clock.GetElapsedTime(began) >= patience) return await ReadAsync(session, state, track, from, cancel);
            await Task.Delay(lookInterval, clock, cancel);
        }
    }

    async Task<LiveState> StateAsync(string id, CancellationToken cancel)
    {
        Job job = await ledger.GetAsync(id, cancel);
        LiveState? state = await sessions.FindAsync(id, cancel);
        if (job.Status == JobStatus.Failed) throw new PipelineException(Problem.JobState, $"Session {id} has failed: {job.ErrorMessage}");
        if (job.Status == JobStatus.Cancelled || job.CancelRequested) throw new PipelineException(Problem.FilePurged, $"Session {id} was taken back, and its audio with it.");
        return job.Purged || state is null ? throw new PipelineException(Problem.FilePurged, $"The audio of session {id} was kept for its time and is gone.") : state;
    }

    async Task<LivePull> ReadAsync(LiveSession session, LiveState state, int track, long from, CancellationToken cancel)
    {
        LiveFacts facts = session.Facts;
        long to = Math.Min(state.Finished, from + ((long)LongestPullSeconds * facts.SampleRateHz)), at = from;
        using var audio = new MemoryStream();
        if (from < to)
        {
            await foreach (LivePiece piece in sessions.PiecesAsync(session.Job.JobId, from, cancel))
            {
                int frames = (int)(Math.Min(to, piece.To) - at), sampleBytes = facts.Channels * sizeof(float);
                long first = (track * (piece.To - piece.From)) + at - piece.From;
                byte[] samples = await sessions.ReadAsync(piece.Blob, first * sampleBytes, frames * sampleBytes, cancel);
                audio.Write(facts.Format == PcmFormat.Float32 ? samples : PcmFrames.Encode(PcmFrames.Floats(samples), facts.Format));
                at += frames;
                if (at >= to) break;
            }
        }

        return new(state, from, at - from, audio.ToArray(), state.IsFinished && at >= state.Received);
    }
}
