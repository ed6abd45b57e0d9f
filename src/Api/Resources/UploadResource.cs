using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Resources;

/// <summary>Why an upload was refused.</summary>
public sealed record UploadRefusal(string Code, string Message);

/// <summary>An upload as its owner sees it. What its content tells is null unless it is ready.</summary>
/// <param name="DurationSeconds">Null too where only decoding all of it would tell.</param>
/// <param name="SamplesChecked">All samples were decoded and are numbers; else the work on it finds out.</param>
public sealed record UploadResource(
    string UploadId, UploadStatus Status, UploadSource Source, string? FileName, string Blob, long? Bytes, string? Sha256, string? Etag, string? Format, string? BitDepth,
    int? SampleRate, int? Channels, double? DurationSeconds, bool? SamplesChecked, UploadTags? Tags, bool? HasCover, IReadOnlyList<string> Warnings, UploadRefusal? Problem, string? Note,
    DateTime CreatedAt, DateTime? ExpiresAt, string? SourceUrl)
{
    public static UploadResource Of(UploadRow row, DateTime now)
    {
        UploadFacts? facts = row.Facts;
        return new(
            row.UploadId, row.StatusAt(now), row.Source, row.FileName, row.Blob.ToString(), row.Bytes, row.Sha256, row.ETag, facts?.Format, facts?.BitDepth, facts?.SampleRateHz,
            facts?.Channels, facts?.Seconds, facts?.SamplesChecked, facts?.Tags, facts?.HasCover, row.Warnings,
            row.Problem is { } problem ? new(Contracts.Problem.BySlug[problem.Slug].Code, problem.Message) : null, row.Note, row.CreatedAt, row.ExpiresAt, row.SourceUrl);
    }
}

public sealed record UploadList(IReadOnlyList<UploadResource> Uploads, string? Continuation);

/// <summary>Where a file can be sent: the address is the right to do so, once.</summary>
/// <param name="Headers">What the request has to carry; where that is something, the store takes the file, and reading the upload tells what has become of it.</param>
public sealed record UploadAddress(string UploadId, string UploadUrl, string Method, IReadOnlyDictionary<string, string> Headers, string Blob, DateTime ExpiresAt, long MaxBytes);
