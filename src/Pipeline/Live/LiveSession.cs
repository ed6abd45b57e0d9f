using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Live;

/// <summary>What a session is opened with.</summary>
/// <param name="Model">Null: the best installed.</param>
/// <param name="Stems">Sources of the model, <c>instrumental</c>, or <c>all</c>.</param>
public sealed record LiveOrder(string? Model, int SampleRateHz, int Channels, IReadOnlyList<string> Stems, PcmFormat Format);

/// <summary>What a session is; never changes.</summary>
/// <param name="Tracks">Names of what can be pulled.</param>
/// <param name="Sources">Of the model, in its order.</param>
public sealed record LiveFacts(
    EngineFacts Engine, IReadOnlyList<string> Sources, IReadOnlyList<string> Tracks, int SampleRateHz, int Channels, PcmFormat Format, LiveGrid Grid, bool UsesStatistics)
{
    /// <summary>Of one frame, as it comes and goes.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int FrameBytes => Channels * PcmFrames.SampleBytes(Format);

    public double SecondsOf(long frames) => (double)frames / SampleRateHz;
}

/// <summary>Why a session takes no more audio.</summary>
public enum LiveEnd
{
    /// <summary>Its owner closed it.</summary>
    Closed,

    /// <summary>Nothing came for too long.</summary>
    Idle,
}

/// <summary>Audio that was pushed at once.</summary>
/// <param name="Sha256">Of the bytes: the same again is no contradiction.</param>
public sealed record LiveChunk(long From, long Frames, string Sha256, BlobRef Blob)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public long To => From + Frames;
}

/// <summary>Audio that was taken apart at once.</summary>
/// <param name="Blob">The tracks one after the other, each of float32 frames with the session's channels.</param>
public sealed record LivePiece(long From, long To, BlobRef Blob);

/// <summary>What the orchestration waits for.</summary>
/// <param name="Turn">Counts its waits: no event's name is used twice, so that one told twice or too late harms nobody.</param>
/// <param name="Frames">It goes on once so many are there.</param>
public sealed record LiveWait(int Turn, long Frames);

/// <summary>How a session stands: the row that those who push, pull and work share.</summary>
public sealed record LiveState
{
    /// <summary>Frames that were pushed.</summary>
    public long Received { get; init; }

    /// <summary>The newest of them, whose own row may not be written yet.</summary>
    public LiveChunk? Last { get; init; }

    /// <summary>When the newest came; at first, when the session was opened.</summary>
    public required DateTime PushedAt { get; init; }

    /// <summary>Frames that can be pulled.</summary>
    public long Finished { get; init; }

    /// <summary>Of computing them.</summary>
    public double WorkSeconds { get; init; }

    /// <summary>Null as long as it takes audio.</summary>
    public LiveEnd? End { get; init; }

    public DateTime? EndedAt { get; init; }

    /// <summary>Null while the orchestration is at work.</summary>
    public LiveWait? Wait { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsWhole => End is not null;

    /// <summary>Whether all that came can be pulled, and no more will come.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFinished => IsWhole && Finished == Received;

    /// <summary>Whether the orchestration waits and should not.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasToWake => Wait is { } wait && (IsWhole || Received >= wait.Frames);
}
