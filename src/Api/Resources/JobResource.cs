using System.Globalization;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Seams;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Api.Resources;

/// <summary>A job as callers see it, the same for every kind.</summary>
public sealed record JobResource
{
    public required string JobId { get; init; }

    public required JobKind Kind { get; init; }

    public required JobStatus Status { get; init; }

    public required JobStep CurrentStep { get; init; }

    /// <summary><c>intake</c>, <c>work</c> (of a separation <c>separation</c>) or <c>finalization</c>.</summary>
    public required string Phase { get; init; }

    public required string StatusMessage { get; init; }

    public required int Progress { get; init; }

    public required string? ErrorMessage { get; init; }

    public required string? ErrorCode { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required string Model { get; init; }

    public required string? DeviceUsed { get; init; }

    public required int RetryCount { get; init; }

    /// <summary>0 while it runs, 1 for the next, null when it is over.</summary>
    public required int? QueuePosition { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime? StartedAt { get; init; }

    public required DateTime? CompletedAt { get; init; }

    /// <summary>Extrapolated from what is done; only while it runs and something is done.</summary>
    public required DateTime? ExpectedCompletion { get; init; }

    /// <summary>Its owner has put it out of sight.</summary>
    public required bool Dismissed { get; init; }

    public required JobPriority Priority { get; init; }

    public required string StatusUrl { get; init; }

    public required string EventsUrl { get; init; }

    /// <summary>The job that this one is a part of; null for most.</summary>
    public required string? ParentId { get; init; }

    /// <summary>Who is told of its end and how that went; null where nobody asked for it.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>Jobs that have to complete before it may begin.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Of a generation; null for other kinds.</summary>
    public required string? Prompt { get; init; }

    /// <summary>Of a separation; null for other kinds, as the next four.</summary>
    public required string? SongId { get; init; }

    /// <summary>As its owner calls the source.</summary>
    public required string? Filename { get; init; }

    /// <summary>As its owner says it, else as the file does.</summary>
    public required string? Title { get; init; }

    public required string? Artist { get; init; }

    public required string? Notes { get; init; }

    /// <summary>Null unless completed.</summary>
    public required string? FileUrl { get; init; }

    /// <summary>The file's path in the store.</summary>
    public required string? FilePath { get; init; }

    public required FileMetadata? Metadata { get; init; }

    public required double? GenerationTimeSeconds { get; init; }

    /// <summary>By kind: of a generation a <see cref="GenerationOutcome"/>, of an export an <see cref="ExportedFile"/>, of an analysis a <see cref="TrackMetadata"/>, of a reproduction a <see cref="ReproductionReport"/>, of a separation a <see cref="SeparationOutcome"/>, of a batch of them a <see cref="SeparationBatchOutcome"/>; null unless completed.</summary>
    public required JsonElement? Result { get; init; }

    public static JobResource Of(Job job, int? position, DateTime now)
    {
        FileFacts? file = FileFacts.Of(job);
        SongFields song = SongFields.Of(job);
        return new()
        {
            JobId = job.JobId,
            Kind = job.Kind,
            Status = job.Status,
            CurrentStep = job.CurrentStep,
            Phase = PhaseOf(job),
            StatusMessage = job.StatusMessage,
            Progress = job.Progress,
            ErrorMessage = job.ErrorMessage,
            ErrorCode = job.ErrorCode,
            Warnings = job.Warnings,
            Model = job.Model,
            DeviceUsed = job.DeviceUsed,
            RetryCount = job.Retries.Count,
            Webhook = job.Webhook,
            After = job.After,
            QueuePosition = position,
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            CompletedAt = job.CompletedAt,
            ExpectedCompletion = ExpectedCompletionOf(job, now),
            Dismissed = job.Dismissed,
            Priority = job.Priority,
            ParentId = job.ParentId,
            StatusUrl = Links.Job(job.JobId),
            EventsUrl = Links.Events(job.JobId),
            Prompt = job.Kind == JobKind.Generation ? job.ReadInput<GenerationInput>().Request.Prompt : null,
            SongId = song.SongId,
            Filename = song.Filename,
            Title = song.Title,
            Artist = song.Artist,
            Notes = song.Notes,
            FileUrl = file is null ? null : job.Kind == JobKind.Generation ? Links.File(file.File) : Links.JobFile(job.JobId, "file"),
            FilePath = file?.File.ToString(),
            Metadata = file?.Metadata,
            GenerationTimeSeconds = job.StartedAt is { } from && job.CompletedAt is { } to ? (to - from).TotalSeconds : null,
            Result = job.Result is { } stored ? JsonSerializer.SerializeToElement(OutcomeOf(job, stored), ApiJson.Options) : null,
        };
    }

    public T ReadResult<T>() => Result!.Value.Deserialize<T>(ApiJson.Options)!;

    static object OutcomeOf(Job job, JsonElement stored) => job.Kind switch
    {
        JobKind.Generation => GenerationOutcome.Of(job.JobId, Payload.Read<GenerationResult>(stored)),
        JobKind.LiveSeparation => LiveOutcome.Of(job.JobId, Payload.Read<LiveResult>(stored)),
        JobKind.Export => ExportedFile.Of(job, job.JobId),
        JobKind.Reproduction => ReproductionReport.Of(job.JobId, Payload.Read<ReproductionResult>(stored)),
        JobKind.Analysis => Payload.Read<AnalysisResult>(stored).Metadata,
        JobKind.Separation => SeparationOutcome.Of(job.JobId, Payload.Read<SeparationResult>(stored)),
        JobKind.SeparationBatch => SeparationBatchOutcome.Of(Payload.Read<SeparationBatchResult>(stored)),
        JobKind.Benchmark => Payload.Read<BenchmarkResult>(stored).Figures,
        _ => throw new InvalidOperationException($"Jobs of kind {job.Kind} have no outcome."),
    };

    static string PhaseOf(Job job) => job switch
    {
        { IsTerminal: true } or { Status: JobStatus.Finalizing } => "finalization",
        { CurrentStep: JobStep.Queued or JobStep.Decoding } => "intake",
        { Kind: JobKind.Separation, CurrentStep: JobStep.LoadingModel } => "intake",
        { Kind: JobKind.Separation, CurrentStep: JobStep.Measuring } => "finalization",
        { CurrentStep: JobStep.Separating or JobStep.RunningOnCpu } => "separation",
        _ => "work",
    };

    static DateTime? ExpectedCompletionOf(Job job, DateTime now) =>
        job is { Status: JobStatus.Processing, ExpectedCompletion: { } known } ? known < now ? now : known
        : job is { Status: JobStatus.Processing, Progress: > 0, StartedAt: { } started } ? started + ((now - started) * (100.0 / job.Progress)) : null;
}

public sealed record FileMetadata(double Duration, int SampleRate, int Channels, long FileSizeBytes, double FileSizeMb, string Format);

/// <summary>The one file that a job is about.</summary>
sealed record FileFacts(BlobRef File, FileMetadata Metadata)
{
    const double BytesPerMebibyte = 1 << 20;

    /// <summary>Null for a job that has not completed or makes none.</summary>
    public static FileFacts? Of(Job job)
    {
        if (job.Result is not { } stored) return null;
        if (job.Kind == JobKind.Generation)
        {
            GenerationResult made = Payload.Read<GenerationResult>(stored);
            return Of(made.File, made.DurationSeconds, made.SampleRateHz, made.Channels, made.FileSizeBytes);
        }

        if (job.Kind != JobKind.Export) return null;
        ExportResult mastered = Payload.Read<ExportResult>(stored);
        return Of(mastered.File, mastered.DurationSeconds, mastered.SampleRateHz, mastered.Channels, mastered.FileSizeBytes);
    }

    static FileFacts Of(BlobRef file, double seconds, int rate, int channels, long bytes) =>
        new(file, new(seconds, rate, channels, bytes, bytes / BytesPerMebibyte, Path.GetExtension(file.Path).TrimStart('.').ToLowerInvariant()));
}

/// <summary>A file of a job: where it lies in the store and where it is downloaded.</summary>
public sealed record FileLink(string Path, string Url);

/// <summary>What a generation has to show.</summary>
/// <param name="Seam">Of the place where the music it continues ends and it begins; null: it continues none.</param>
public sealed record GenerationOutcome(
    FileLink File, FileLink Mix, IReadOnlyDictionary<string, FileLink>? Stems, FileLink? Midi, FileLink Manifest, string Engine, ulong Seed,
    LoudnessReport Loudness, double DurationSeconds, int SampleRate, int Channels, int SourceChannels, BitDepth BitDepth, long FileSizeBytes,
    double? Bpm, string? Key, TrackMetadata? Measured, SeamScore? Seam)
{
    public static GenerationOutcome Of(string jobId, GenerationResult result) => new(
        LinkTo(jobId, "file", result.File), LinkTo(jobId, "mix", result.Mix),
        result.Stems?.ToDictionary(stem => stem.Key, stem => LinkTo(jobId, stem.Key, stem.Value)),
        result.Midi is null ? null : LinkTo(jobId, "midi", result.Midi), LinkTo(jobId, "manifest", result.Manifest),
        result.Engine, result.Seed, result.Loudness, result.DurationSeconds, result.SampleRateHz, result.Channels, result.SourceChannels,
        result.BitDepth, result.FileSizeBytes, result.Metadata?.Bpm, result.Metadata?.Key, result.Metadata, result.Seam);

    static FileLink LinkTo(string jobId, string name, BlobRef blob) => new(blob.ToString(), Links.JobFile(jobId, name));
}

/// <summary>Relative addresses: right behind any proxy and on any host.</summary>
public static class Links
{
    public const string Root = "/api/v1";

    public static string Job(string id) => string.Create(CultureInfo.InvariantCulture, $"{Root}/jobs/{id}");

    public static string Events(string id) => $"{Job(id)}/events";

    public static string JobFile(string id, string name) => $"{Job(id)}/files/{Uri.EscapeDataString(name)}";

    public static string Batch(string id) => $"{Root}/separations/batch/{id}";

    public static string Song(string id) => $"{Root}/songs/{id}";

    public static string SongTrack(string id, string type) => $"{Song(id)}/download/{Uri.EscapeDataString(type)}";

    public static string File(BlobRef blob) => $"{Root}/files/{blob.Path[(blob.Path.LastIndexOf('/') + 1)..]}";
}
