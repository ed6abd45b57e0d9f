using System.Globalization;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;

namespace DgxMusic.Api.Resources;

/// <summary>Where the audio of a live session goes in and comes out.</summary>
/// <param name="Push">Takes <c>offset</c>.</param>
/// <param name="Pull">By stem; take <c>from</c> and <c>wait</c>.</param>
public sealed record LiveAddresses(string Push, IReadOnlyDictionary<string, string> Pull, string Close);

/// <summary>A live session as its owner sees it.</summary>
/// <param name="Open">Whether it takes audio.</param>
/// <param name="EndedBy">Null as long as it takes audio, or where it was taken back.</param>
/// <param name="LatencySeconds">The most audio that has to come, from a frame on, until its stems can be pulled; the time of the work comes on top.</param>
/// <param name="SegmentSeconds">What the first step of the work hears.</param>
/// <param name="StrideSeconds">From step to step.</param>
/// <param name="Statistics"><c>running</c>: normalised by all that was pushed up to the end of each window; <c>none</c>: this model needs none.</param>
/// <param name="FramesReceived">The offset of the next push.</param>
/// <param name="SecondsBehind">Received, and not to be pulled yet; up to the latency that is as it should be.</param>
/// <param name="RealTimeFactor">Seconds of work a second of audio: above 1 the work falls behind for good. Null before any.</param>
/// <param name="IdleTimeoutSeconds">Without a push for so long it ends by itself.</param>
/// <param name="MaxSeconds">Of audio, in all.</param>
/// <param name="MaxBacklogSeconds">Of audio that was received and not taken apart.</param>
/// <param name="MaxPushSeconds">Of audio, at once.</param>
/// <param name="ExpiresAt">When its audio goes; null as long as it runs, and where it is gone.</param>
public sealed record LiveSessionResource(
    string SessionId, JobStatus Status, string StatusMessage, bool Open, LiveEnd? EndedBy, string? ErrorCode, string? ErrorMessage, string Model, IReadOnlyList<string> Stems, int SampleRate, int Channels,
    PcmFormat Format, double LatencySeconds, double SegmentSeconds, double StrideSeconds, string Statistics, long FramesReceived, long FramesFinished, double SecondsBehind, double? RealTimeFactor,
    double IdleTimeoutSeconds, double MaxSeconds, double MaxBacklogSeconds, double MaxPushSeconds, DateTime CreatedAt, DateTime? EndedAt, DateTime? ExpiresAt, string StatusUrl, string JobUrl, string EventsUrl,
    LiveAddresses Audio)
{
    public static LiveSessionResource Of(LiveSession session, LiveOptions options)
    {
        (Job job, LiveFacts facts, LiveState? state) = session;
        (long received, long finished) = (state?.Received ?? ResultOf(job)?.Frames ?? 0, state?.Finished ?? ResultOf(job)?.Frames ?? 0);
        bool isOpen = state is { IsWhole: false } && job is { IsTerminal: false, CancelRequested: false };
        return new(
            job.JobId, job.Status, job.StatusMessage, isOpen, state?.End ?? ResultOf(job)?.EndedBy, job.ErrorCode, job.ErrorMessage, job.Model, facts.Tracks, facts.SampleRateHz, facts.Channels, facts.Format,
            facts.SecondsOf(facts.Grid.LatencyFrames), facts.SecondsOf(facts.Grid.SegmentFrames), facts.SecondsOf(facts.Grid.StepFrames), facts.UsesStatistics ? "running" : "none", received, finished,
            facts.SecondsOf(received - finished), state is null ? null : LiveDesk.PaceOf(facts, state), options.IdleSeconds, options.MostMinutes * 60, options.MostBacklogSeconds, LiveDesk.LongestChunkSeconds,
            job.CreatedAt, state?.EndedAt ?? job.CompletedAt, job is { Status: JobStatus.Completed, Purged: false } ? job.CompletedAt!.Value.AddMinutes(options.KeepMinutes) : null,
            LiveAddress.Of(job.JobId), Links.Job(job.JobId), Links.Events(job.JobId), LiveAddress.AudioOf(job.JobId, facts.Tracks));
    }

    static LiveResult? ResultOf(Job job) => job.Result is { } stored ? Pipeline.Definitions.Payload.Read<LiveResult>(stored) : null;
}

/// <summary>What a live session was.</summary>
public sealed record LiveOutcome(long Frames, double DurationSeconds, double WorkSeconds, LiveEnd EndedBy, DateTime EndedAt, LiveAddresses Audio)
{
    public static LiveOutcome Of(string jobId, LiveResult result) =>
        new(result.Frames, result.Seconds, result.WorkSeconds, result.EndedBy, result.EndedAt, LiveAddress.AudioOf(jobId, result.Tracks));
}

/// <summary>Audio that was taken.</summary>
/// <param name="NextOffset">Of the next push.</param>
public sealed record LivePush(string SessionId, long Offset, long Frames, long NextOffset);

static class LiveAddress
{
    public static string Of(string id) => string.Create(CultureInfo.InvariantCulture, $"{Links.Root}/separations/sessions/{id}");

    public static LiveAddresses AudioOf(string id, IReadOnlyList<string> tracks) =>
        new($"{Of(id)}/audio", tracks.ToDictionary(track => track, track => $"{Of(id)}/audio?stem={Uri.EscapeDataString(track)}"), $"{Of(id)}/close");
}
