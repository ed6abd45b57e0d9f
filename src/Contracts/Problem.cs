namespace DgxMusic.Contracts;

/// <summary>A fault that the caller can mend or wait out. Hosts translate it; <see cref="Slug"/> in upper case is the code callers see.</summary>
/// <param name="Slug">Lower-case words joined by hyphens; stable, part of the interface.</param>
/// <param name="Status">HTTP status code.</param>
/// <param name="Title">What is wrong, for every occurrence alike.</param>
public sealed record Problem(string Slug, int Status, string Title)
{
    public static readonly Problem MalformedRequest = new("malformed-request", 400, "This request cannot be read.");
    public static readonly Problem InvalidName = new("invalid-name", 400, "This is not a name we accept.");
    public static readonly Problem InvalidTrackType = new("invalid-track-type", 400, "This is not a track of this song.");
    public static readonly Problem PathOutsideStore = new("path-outside-store", 400, "This path leads out of the store.");
    public static readonly Problem Unauthorized = new("unauthorized", 401, "This address needs a key.");
    public static readonly Problem Forbidden = new("forbidden", 403, "This is the owner's to do.");
    public static readonly Problem TierRequired = new("tier-required", 403, "This needs another tier.");
    public static readonly Problem SignatureInvalid = new("signature-invalid", 403, "This address is not one we signed.");
    public static readonly Problem LicenceNotAccepted = new("licence-not-accepted", 403, "This model's licence has to be accepted first.");
    public static readonly Problem JobNotFound = new("job-not-found", 404, "There is no such job.");
    public static readonly Problem FileNotFound = new("file-not-found", 404, "There is no such file.");
    public static readonly Problem KeyNotFound = new("key-not-found", 404, "There is no such key.");
    public static readonly Problem UploadNotFound = new("upload-not-found", 404, "There is no such upload.");
    public static readonly Problem ModelNotFound = new("model-not-found", 404, "There is no such model.");
    public static readonly Problem SongNotFound = new("song-not-found", 404, "There is no such song.");
    public static readonly Problem RouteNotFound = new("route-not-found", 404, "There is no such resource.");
    public static readonly Problem MethodNotAllowed = new("method-not-allowed", 405, "This resource does not do that.");
    public static readonly Problem JobState = new("job-state", 409, "The job is not in a state that allows this.");
    public static readonly Problem UploadState = new("upload-state", 409, "The upload is not in a state that allows this.");
    public static readonly Problem DependencyFailed = new("dependency-failed", 409, "A job that this one waits for did not complete.");
    public static readonly Problem SessionOffset = new("session-offset", 409, "This is not the audio that comes next.");
    public static readonly Problem SessionEnded = new("session-ended", 409, "The session takes no more audio.");
    public static readonly Problem FileExists = new("file-exists", 409, "This file exists already.");
    public static readonly Problem ModelExists = new("model-exists", 409, "There is a model of this name already.");
    public static readonly Problem ModelInUse = new("model-in-use", 409, "A job uses this model.");
    public static readonly Problem ModelNotCustom = new("model-not-custom", 409, "This model was not registered here.");
    public static readonly Problem ModelNotInstalled = new("model-not-installed", 409, "The model's weights are not installed.");
    public static readonly Problem EngineDiffers = new("engine-differs", 409, "The engine here is not the one that made this.");
    public static readonly Problem SourceDiffers = new("source-differs", 409, "The original is not the file that it was.");
    public static readonly Problem DataInUse = new("data-in-use", 409, "Another process uses this data folder.");
    public static readonly Problem FilePurged = new("file-purged", 410, "Retention has removed this file.");
    public static readonly Problem UploadExpired = new("upload-expired", 410, "This upload address has expired.");
    public static readonly Problem BodyTooLarge = new("body-too-large", 413, "This is larger than we accept.");
    public static readonly Problem TrackTooLong = new("track-too-long", 413, "This is longer than we accept.");
    public static readonly Problem UnreadableAudio = new("unreadable-audio", 415, "This is not audio we can decode.");
    public static readonly Problem DecoderMissing = new("decoder-missing", 415, "This format needs ffmpeg, which is not installed.");
    public static readonly Problem MetadataExtractionFailed = new("metadata-extraction-failed", 415, "This is not audio we can measure.");
    public static readonly Problem RangeNotSatisfiable = new("range-not-satisfiable", 416, "The file has no such range.");
    public static readonly Problem InvalidRequest = new("invalid-request", 422, "A value is missing or out of range.");
    public static readonly Problem UnsupportedBitDepth = new("unsupported-bit-depth", 422, "This bit depth is not one we write.");
    public static readonly Problem TooManyChannels = new("too-many-channels", 422, "This has more channels than we accept.");
    public static readonly Problem EmptyAudio = new("empty-audio", 422, "This audio has no samples.");
    public static readonly Problem InvalidSamples = new("invalid-samples", 422, "This audio has samples that are not numbers.");
    public static readonly Problem AddressRefused = new("address-refused", 422, "This address is not one we fetch from.");
    public static readonly Problem SourceUnavailable = new("source-unavailable", 422, "The address gave no file.");
    public static readonly Problem LengthMismatch = new("length-mismatch", 422, "There are not as many names as files.");
    public static readonly Problem WeightsUnreadable = new("weights-unreadable", 422, "This weight file cannot be read.");
    public static readonly Problem WeightsRefused = new("weights-refused", 422, "This weight file asks for more than to hold weights.");
    public static readonly Problem WeightsMismatch = new("weights-mismatch", 422, "These are not this model's weights.");
    public static readonly Problem IdempotencyMismatch = new("idempotency-mismatch", 422, "This Idempotency-Key came with another body before.");
    public static readonly Problem RateLimited = new("rate-limited", 429, "These are too many requests.");
    public static readonly Problem SessionBehind = new("session-behind", 429, "The work has to catch up with the audio first.");
    public static readonly Problem SessionLimit = new("session-limit", 429, "These are too many open sessions.");
    public static readonly Problem QuotaExceeded = new("quota-exceeded", 429, "Today's quota is used up.");
    public static readonly Problem JobInterrupted = new("job-interrupted", 500, "The job was interrupted and could not be resumed.");
    public static readonly Problem JobStuck = new("job-stuck", 500, "The job stood still for too long.");
    public static readonly Problem NoStems = new("no-stems", 500, "The model did not give the stems it should.");
    public static readonly Problem InvalidOutput = new("invalid-output", 500, "The model computed values that are not numbers.");
    public static readonly Problem Internal = new("internal", 500, "Something broke on our side.");
    public static readonly Problem ExportFailed = new("export-failed", 500, "The encoder did not make the file.");
    public static readonly Problem DataUnreadable = new("data-unreadable", 500, "This data folder cannot be read.");
    public static readonly Problem NotBuilt = new("not-built", 501, "This is announced, and not there yet.");
    public static readonly Problem HashMismatch = new("hash-mismatch", 503, "This is not the file it should be.");
    public static readonly Problem DownloadFailed = new("download-failed", 503, "The file could not be downloaded.");
    public static readonly Problem ModelInitFailed = new("model-init-failed", 503, "The model could not be loaded; the same request may succeed later.");
    public static readonly Problem GpuUnavailable = new("gpu-unavailable", 503, "There is no GPU that could do this work.");
    public static readonly Problem NotReady = new("not-ready", 503, "This server cannot work yet.");
    public static readonly Problem StorageWriteFailed = new("storage-write-failed", 503, "The store did not take the file.");

    /// <summary>Every problem by its slug, as it comes back from a recorded result.</summary>
    public static IReadOnlyDictionary<string, Problem> BySlug { get; } = typeof(Problem).GetFields()
        .Where(field => field.FieldType == typeof(Problem)).Select(field => (Problem)field.GetValue(null)!).ToDictionary(problem => problem.Slug);

    /// <summary>The slug as callers read it: <c>UPPER_SNAKE</c>.</summary>
    public string Code => Slug.Replace('-', '_').ToUpperInvariant();
}

/// <summary>Thrown for every <see cref="Contracts.Problem"/>; the message is one sentence for the person who reads it.</summary>
public class PipelineException(Problem problem, string message, IReadOnlyDictionary<string, string>? details = null) : Exception(message)
{
    public Problem Problem => problem;

    /// <summary>One sentence a field or item at fault; empty where the message says it all.</summary>
    public IReadOnlyDictionary<string, string> Details { get; } = details ?? new Dictionary<string, string>();

    /// <summary>What a child process said last, at most 2 KB; for logs, never for callers. Null where there was none.</summary>
    public string? Log { get; init; }
}
