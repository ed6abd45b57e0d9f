using DgxMusic.Audio;
using DgxMusic.Audio.Analysis;
using DgxMusic.Audio.Export;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>A file in the store that a caller handed in.</summary>
/// <param name="JobId">The id drawn for the work on it.</param>
/// <param name="FileName">As its owner calls it; null where nobody said.</param>
public sealed record Upload(string JobId, BlobRef Blob, string? FileName);

/// <summary>How a file is to be mastered.</summary>
/// <param name="Target">The name of the mastered file; null: the job's own.</param>
/// <param name="KeepsTags">Title, artist and the rest go on into it.</param>
public sealed record ExportOrder(BlobRef? Target, bool Overwrite, ExportOptions Options, bool KeepsTags);

/// <summary>Masters and measures files that callers hand in: short ones while they wait, long ones as jobs.</summary>
public sealed class UploadDesk(IBlobStore store, JobDesk desk, JobLedger ledger)
{
    /// <summary>What lasts longer is a job.</summary>
    public const double LongestWaitedForSeconds = 60;

    const int BlockFrames = 1 << 16, LongestExtension = 8;
    const string Exporter = "exporter", Analyzer = "analyzer", Device = "cpu";

    /// <summary>Takes a file in under a new id.</summary>
    /// <param name="content">Writes the file's bytes.</param>
    public async Task<Upload> ReceiveAsync(string? fileName, Func<Stream, Task> content, CancellationToken cancel = default)
    {
        string id = JobIds.Draw(JobKind.Export);
        var blob = new BlobRef(Containers.Uploads, $"{JobIds.DateFolder(ledger.UtcNow)}/{id}/original{ExtensionOf(fileName)}");
        await using BlobWriter writer = await store.CreateAsync(blob, cancel);
        await content(writer.Stream);
        await writer.CommitAsync(cancel);
        return new(id, blob, fileName);
    }

    /// <summary>Forgets a file whose request came to nothing.</summary>
    public Task DropAsync(Upload upload) => store.DeleteAsync(upload.Blob, CancellationToken.None);

    /// <returns>A job that is done if the file lasts at most <see cref="LongestWaitedForSeconds"/>, else one that waits.</returns>
    /// <exception cref="PipelineException">The file is not audio we can master; <see cref="Problem.FileExists"/>.</exception>
    public async Task<Job> ExportAsync(Upload upload, ExportOrder order, JobTerms terms, CancellationToken cancel = default)
    {
        (BlobRef? target, bool overwrite, ExportOptions options, bool keepsTags) = order;
        ExportRules.Check(options);
        if (target is not null && !overwrite && await store.FindAsync(target, cancel) is not null)
            throw new PipelineException(Problem.FileExists, $"{target} exists; overwrite=true replaces it.");
        await using Stream stream = await OpenAsync(upload, cancel);
        terms = terms with { JobId = upload.JobId };
        if (LastsLong(stream, upload.FileName, cancel)) return await desk.EnterAsync(terms, Draft, cancel);

        Job job = Draft(terms);
        ExportedTrack track = await MasterAsync(stream, job.ReadInput<UploadExport>(), cancel);
        ExportResult result = ExportResult.Of(track.File, track);
        return await RecordAsync(job, result, cancel);

        Job Draft(JobTerms asked) => desk.Draft(
            JobKind.Export, Exporter, Device, asked,
            (jobId, folder) => new UploadExport(jobId, folder, upload.Blob, upload.FileName, target ?? new(Containers.Outputs, folder + FileFormats.ExtensionOf(options.Format)), options, keepsTags));
    }

    /// <returns>What was measured, or the job that will.</returns>
    /// <exception cref="PipelineException">The file is not audio we can decode.</exception>
    public async Task<(TrackMetadata? Measured, Job? Job)> AnalyzeAsync(Upload upload, MeasureOptions options, JobTerms terms, CancellationToken cancel = default)
    {
        await using Stream stream = await OpenAsync(upload, cancel);
        bool hears = options.Bpm || options.Key;
        if (hears && LastsLong(stream, upload.FileName, cancel))
        {
            return (null, await desk.EnterAsync(
                terms with { JobId = upload.JobId },
                asked => desk.Draft(JobKind.Analysis, Analyzer, Device, asked, (jobId, folder) => new UploadAnalysis(jobId, folder, upload.Blob, upload.FileName, options)), cancel));
        }

        return (await Task.Run(() =>
        {
            stream.Position = 0;
            using ISampleReader reader = AudioFile.Open(stream, upload.FileName, null, leaveOpen: true, cancel);
            return TrackAnalyzer.Analyze(reader, new(options.Stats, options.Bpm, options.Key, options.Beats), stream.Length, null, cancel);
        }, cancel), null);
    }

    async Task<ExportedTrack> MasterAsync(Stream stream, UploadExport work, CancellationToken cancel)
    {
        stream.Position = 0;
        await using BlobWriter writer = await store.CreateAsync(work.Target, cancel);
        MasteredTrack track = await Task.Run(() => ExportAudio.Master(stream, work.FileName, work.Options, work.KeepsTags, writer.Stream, null, cancel), cancel);
        await writer.CommitAsync(cancel);
        return ExportedTrack.Of(work.Target, track);
    }

    async Task<Job> RecordAsync<T>(Job job, T result, CancellationToken cancel)
        where T : IJobResult
    {
        DateTime now = ledger.UtcNow;
        Job done = job with
        {
            Status = JobStatus.Completed, CurrentStep = JobStep.Completed, Progress = 100, StatusMessage = "Completed.", StartedAt = job.CreatedAt, CompletedAt = now,
            Result = Payload.Write(result), Warnings = result.Warnings,
        };
        while (!await desk.TryRecordAsync(done, cancel)) done = done with { JobId = JobIds.Draw(done.Kind) };
        return done;
    }

    async Task<Stream> OpenAsync(Upload upload, CancellationToken cancel) =>
        await store.OpenReadAsync(upload.Blob, cancel) ?? throw new PipelineException(Problem.FileNotFound, $"There is no file {upload.Blob}.");

    /// <summary>By the header where it counts frames, else by decoding as far as it matters.</summary>
    static bool LastsLong(Stream stream, string? fileName, CancellationToken cancel)
    {
        using ISampleReader reader = AudioFile.Open(stream, fileName, null, leaveOpen: true, cancel);
        double most = LongestWaitedForSeconds * reader.Format.SampleRateHz;
        if (reader.Frames is { } announced) return announced > most;
        var block = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, BlockFrames);
        long frames = 0;
        while (frames <= most && reader.Read(block) is > 0 and int read) frames += read;
        return frames > most;
    }

    /// <summary>For people who look into the store; the content decides what it is.</summary>
    static string ExtensionOf(string? fileName)
    {
        string extension = Path.GetExtension(fileName ?? "").ToLowerInvariant();
        return extension.Length is > 1 and <= LongestExtension && extension.Skip(1).All(char.IsAsciiLetterOrDigit) ? extension : "";
    }
}
