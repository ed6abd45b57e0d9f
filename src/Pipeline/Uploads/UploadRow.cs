using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Which way a file came in.</summary>
public enum UploadSource
{
    Multipart,

    /// <summary>To an address that was made for it.</summary>
    Signed,

    /// <summary>Dropped into a watched folder.</summary>
    Inbox,

    /// <summary>Fetched from an address that its owner gave.</summary>
    Remote,
}

public enum UploadStatus
{
    /// <summary>Its address is given out, nothing has come.</summary>
    Awaiting,

    /// <summary>Nothing came while its address was good.</summary>
    Expired,

    /// <summary>Being fetched from its address, or waiting to be.</summary>
    Downloading,

    /// <summary>All of it is here; what it is, is being found out.</summary>
    Checking,
    Ready,

    /// <summary>Not audio that we take; the reason stands beside. Final.</summary>
    Refused,

    /// <summary>Retention has removed the file.</summary>
    Purged,
    Deleting,
}

/// <summary>Why a file was refused: what the request would have been told.</summary>
/// <param name="Slug">Of the <see cref="Contracts.Problem"/>.</param>
public sealed record UploadProblem(string Slug, string Message)
{
    public static UploadProblem Of(PipelineException refusal) => new(refusal.Problem.Slug, refusal.Message);
}

/// <summary>Texts that a file says about its music; null where it does not.</summary>
public sealed record UploadTags(string? Title, string? Artist, string? Album, int? Year, string? Track, string? Genre);

/// <summary>What the content of a file is, whatever its name says.</summary>
/// <param name="Format"><c>wav</c>, <c>aiff</c>, <c>flac</c>, <c>mp3</c>, <c>ogg</c>, <c>m4a</c> or <c>aac</c>.</param>
/// <param name="BitDepth">Null where samples are coded with loss.</param>
/// <param name="Seconds">Null where only decoding all of it would tell.</param>
/// <param name="SamplesChecked">All samples were decoded and are numbers; else the first step of the work on it finds out.</param>
public sealed record UploadFacts(
    string Format, string? BitDepth, int SampleRateHz, int Channels, double? Seconds, bool SamplesChecked, UploadTags Tags, bool HasCover);

/// <summary>A file that somebody handed in, as the catalog keeps it.</summary>
public sealed record UploadRow
{
    public required string UploadId { get; init; }

    /// <summary>Id of the <see cref="Caller"/> it belongs to.</summary>
    public required string Owner { get; init; }

    public required UploadSource Source { get; init; }

    public required UploadStatus Status { get; init; }

    /// <summary>Where its bytes lie, or will.</summary>
    public required BlobRef Blob { get; init; }

    /// <summary>As its owner calls it; null where nobody said.</summary>
    public string? FileName { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Until when it may be sent to its address; null where it has none.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>Where it is fetched from; null where it is sent to us.</summary>
    public string? SourceUrl { get; init; }

    /// <summary>As its sender announced it.</summary>
    public long? AnnouncedBytes { get; init; }

    /// <summary>Where all of its bytes lie before they get their name.</summary>
    public BlobRef? Incoming { get; init; }

    public DateTime? ReceivedAt { get; init; }

    public long? Bytes { get; init; }

    public string? Sha256 { get; init; }

    public string? ETag { get; init; }

    /// <summary>Null unless ready.</summary>
    public UploadFacts? Facts { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Null unless refused.</summary>
    public UploadProblem? Problem { get; init; }

    /// <summary>What became of it beyond being kept.</summary>
    public string? Note { get; init; }

    public UploadStatus StatusAt(DateTime now) => Status == UploadStatus.Awaiting && now > ExpiresAt ? UploadStatus.Expired : Status;

    /// <summary>What is known of it, and how it stands then.</summary>
    public UploadRow With(Inspection found) => found.Problem is { } problem
        ? this with { Status = UploadStatus.Refused, Problem = problem }
        : this with { Status = UploadStatus.Ready, Facts = found.Facts, Warnings = found.Warnings };
}

/// <summary>What was found in a file: facts, or the reason why it is none of ours.</summary>
public sealed record Inspection(UploadFacts? Facts, IReadOnlyList<string> Warnings, UploadProblem? Problem);
