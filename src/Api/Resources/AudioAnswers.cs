using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Resources;

/// <summary>A file that was mastered while its caller waited.</summary>
/// <param name="BitDepth">Null: coded with loss.</param>
public sealed record ExportedFile(
    string JobId, string Name, string Path, long FileSizeBytes, string DownloadUrl, int SampleRate, int Channels, double DurationSeconds, FileFormat Format, BitDepth? BitDepth,
    LoudnessReport Loudness, IReadOnlyList<string> Warnings)
{
    public static ExportedFile Of(Job job, string name)
    {
        ExportResult result = Payload.Read<ExportResult>(job.Result!.Value);
        return new(
            job.JobId, name, result.File.ToString(), result.FileSizeBytes, Links.JobFile(job.JobId, "file"), result.SampleRateHz, result.Channels,
            result.DurationSeconds, result.Format, result.BitDepth, result.Loudness, result.Warnings);
    }
}

/// <summary>Work that was accepted and goes on without its caller.</summary>
public sealed record AcceptedWork(string JobId, JobStatus Status, string Name, string StatusUrl, string EventsUrl)
{
    public static AcceptedWork Of(Job job, string name) => new(job.JobId, JobStatus.Pending, name, Links.Job(job.JobId), Links.Events(job.JobId));
}

/// <summary>One of several: done, accepted, or refused with its reason.</summary>
public sealed record BatchItem(string Name, ExportedFile? File, AcceptedWork? Job, string? Code, string? Error);

public sealed record BatchAnswer(IReadOnlyList<BatchItem> Results);

/// <summary>What the exporter, the analyser and the store can do.</summary>
public sealed record AudioInfo(ExporterInfo Exporter, ExtractorInfo Extractor, FileManagerInfo FileManager);

public sealed record ExporterInfo(double TargetLufs, bool NormalizationAvailable, IReadOnlyList<string> SupportedBitDepths, IReadOnlyList<string> Formats, IReadOnlyList<string> Modes, IReadOnlyDictionary<string, double> Presets);

public sealed record ExtractorInfo(bool ExtractBpm, bool ExtractKey, bool BpmAvailable, bool KeyAvailable);

public sealed record FileManagerInfo(string BaseDir, bool BaseDirExists);
