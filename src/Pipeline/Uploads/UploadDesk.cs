using DgxMusic.Audio;
using DgxMusic.Audio.Analysis;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Export;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>A file in the store that a caller handed in.</summary>
/// <param name="JobId">The id drawn for the work on it.</param>
/// <param name="FileName">As its owner calls it; null where nobody said.</param>
public sealed record Upload(string JobId, BlobRef Blob, string? FileName)
{
    /// <summary>Its row where it has one: it then stays when the work on it has ended.</summary>
    public string? UploadId { get; init; }
}

/// <summary>How a file is to be mastered.</summary>
/// <param name="Target">The name of the mastered file; null: the job's own.</param>
/// <param name="KeepsTags">Title, artist and the rest go on into it.</param>
public sealed record ExportOrder(BlobRef? Target, bool Overwrite, ExportOptions Options, bool KeepsTags);

/// <summary>Masters and measures files that callers hand in: short ones while they wait, long ones as jobs.</summary>
public sealed class UploadDesk(IBlobStore store, JobDesk desk, JobLedger ledger, UploadReceiver receiver, UploadRegister register, DecoderOptions decoder)
{
    /// <summary>What lasts longer is a job.</summary>
    public const double LongestWaitedForSeconds = Intake.DecodedSeconds;

    const string Exporter = "exporter", Analyzer = "analyzer", Device = "cpu";

    /// <summary>Takes a file in under a new id.</summary>
    /// <param name="content">Writes the file's bytes.</param>
    public async Task<Upload> ReceiveAsync(string? fileName, Func<Stream, Task> content, CancellationToken cancel = default)
    {
        string id = JobIds.Draw(JobKind.Export);
        var blob = new BlobRef(Containers.Uploads, $"{JobIds.DateFolder(ledger.UtcNow)}/{id}/original{UploadReceiver.ExtensionOf(fileName)}");
        await using BlobWriter writer = await store.CreateAsync(blob, cancel);
        await content(writer.Stream);
        await writer.CommitAsync(cancel);
        return new(id, blob, fileName);
    }

    /// <summary>A file that was uploaded before, for work under a new id.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UploadNotFound"/>; <see cref="Problem.UploadState"/>: it has not come yet;
    /// <see cref="Problem.UploadExpired"/>, <see cref="Problem.FilePurged"/>; of a refused one its own problem.</exception>
    public async Task<Upload> FindAsync(JobKind kind, string uploadId, Caller caller, CancellationToken cancel = default)
    {
        UploadRow row = await receiver.ReadAsync(uploadId, caller, cancel);
        return row.StatusAt(ledger.UtcNow) switch
        {
            UploadStatus.Ready => new(JobIds.Draw(kind), row.Blob, row.FileName) { UploadId = row.UploadId },
            UploadStatus.Refused => throw new PipelineException(Problem.BySlug[row.Problem!.Slug], row.Problem.Message),
            UploadStatus.Purged => throw new PipelineException(Problem.FilePurged, $"Retention has removed the file of upload {uploadId}."),
            UploadStatus.Expired => throw UploadReceiver.Expired(uploadId),
            _ => throw new PipelineException(Problem.UploadState, $"The file of upload {uploadId} has not come yet."),
        };
    }

    /// <summary>A file of the store, for work under a new id. What belongs to an upload or a job is their owner's.</summary>
    /// <exception cref="PipelineException">As the other says it; <see cref="Problem.FileNotFound"/>.</exception>
    public async Task<Upload> FindAsync(JobKind kind, BlobRef blob, Caller caller, CancellationToken cancel = default)
    {
        string owner = blob.Path.Split('/') is [_, _, _, { } fourth, ..] ? fourth.Split('.')[0] : "";
        if (blob.Container == Containers.Uploads && UploadIds.IsOne(owner)) return await FindAsync(kind, owner, caller, cancel);
        // A path that names no job of theirs is the owner's alone: a file that was given a name is anybody's.
        if (!caller.IsAdmin && !(JobIds.IsOne(owner) && await ledger.FindAsync(owner, cancel) is { } job && caller.Sees(job))) throw Missing(blob);
        return new(JobIds.Draw(kind), blob, blob.Path[(blob.Path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>Forgets a file whose request came to nothing.</summary>
    public Task DropAsync(Upload upload) => upload.UploadId is null ? store.DeleteAsync(upload.Blob, CancellationToken.None) : Task.CompletedTask;

    /// <returns>A job that is done if the file lasts at most <see cref="LongestWaitedForSeconds"/>, else one that waits.</returns>
    /// <exception cref="PipelineException">The file is not audio we can master; <see cref="Problem.FileExists"/>.</exception>
    public async Task<Job> ExportAsync(Upload upload, ExportOrder order, JobTerms terms, CancellationToken cancel = default) =>
        (await UsingAsync(upload, async () => await ExportNowAsync(upload, order, terms, cancel), cancel))!;

    async Task<Job> ExportNowAsync(Upload upload, ExportOrder order, JobTerms terms, CancellationToken cancel)
    {
        (BlobRef? target, bool overwrite, ExportOptions options, bool keepsTags) = order;
        ExportRules.Check(options);
        if (await desk.FindEnteredAsync(JobKind.Export, terms, cancel) is { } entered)
        {
            await DropAsync(upload);
            return entered;
        }

        if (target is not null && !overwrite && await store.FindAsync(target, cancel) is not null)
            throw new PipelineException(Problem.FileExists, $"{target} exists; overwrite=true replaces it.");
        await using Stream stream = await OpenAsync(upload, cancel);
        terms = terms with { JobId = upload.JobId };
        (UploadFacts facts, _) = await Task.Run(() => Intake.Check(stream, upload.FileName, decoder, cancel), cancel);
        if (!facts.SamplesChecked) return await desk.EnterAsync(terms, Draft, cancel);

        Job job = Draft(terms);
        return await desk.DoNowAsync(job, async () =>
        {
            ExportedTrack track = await MasterAsync(stream, job.ReadInput<UploadExport>(), cancel);
            return await RecordAsync(job, ExportResult.Of(track.File, track), cancel);
        }, cancel);

        Job Draft(JobTerms asked) => desk.Draft(
            JobKind.Export, Exporter, Device, asked,
            (jobId, folder) => new UploadExport(jobId, folder, upload.Blob, upload.FileName, target ?? new(Containers.Outputs, folder + FileFormats.ExtensionOf(options.Format)), options, keepsTags));
    }

    /// <returns>What was measured, or the job that will.</returns>
    /// <exception cref="PipelineException">The file is not audio we can decode.</exception>
    public async Task<(TrackMetadata? Measured, Job? Job)> AnalyzeAsync(Upload upload, MeasureOptions options, JobTerms terms, CancellationToken cancel = default)
    {
        TrackMetadata? measured = null;
        Job? job = await UsingAsync(upload, async () =>
        {
            (measured, Job? accepted) = await AnalyzeNowAsync(upload, options, terms, cancel);
            return accepted;
        }, cancel);
        return (measured, job);
    }

    async Task<(TrackMetadata? Measured, Job? Job)> AnalyzeNowAsync(Upload upload, MeasureOptions options, JobTerms terms, CancellationToken cancel)
    {
        await using Stream stream = await OpenAsync(upload, cancel);
        bool hears = options.Bpm || options.Key;
        if (hears && Intake.LastsLong(stream, upload.FileName, decoder, cancel))
        {
            return (null, await desk.EnterAsync(
                terms with { JobId = upload.JobId },
                asked => desk.Draft(JobKind.Analysis, Analyzer, Device, asked, (jobId, folder) => new UploadAnalysis(jobId, folder, upload.Blob, upload.FileName, options)), cancel));
        }

        return (await Task.Run(() =>
        {
            stream.Position = 0;
            using ISampleReader reader = AudioFile.Open(stream, upload.FileName, decoder, leaveOpen: true, cancel);
            return TrackAnalyzer.Analyze(reader, new(options.Stats, options.Bpm, options.Key, options.Beats), stream.Length, null, cancel);
        }, cancel), null);
    }

    /// <summary>Works on an upload that nobody can take away meanwhile, nor until the job that comes of it has ended.</summary>
    internal async Task<Job?> UsingAsync(Upload upload, Func<Task<Job?>> work, CancellationToken cancel)
    {
        if (upload.UploadId is not { } id) return await work();
        Job? job = null;
        try
        {
            await register.AddUseAsync(id, upload.JobId, cancel);
            if (await register.FindAsync(id, cancel) is not { Status: UploadStatus.Ready }) throw UploadRegister.Missing(id);
            job = await work();
            if (job is not null && job.JobId != upload.JobId) await register.AddUseAsync(id, job.JobId, cancel);
            return job;
        }
        finally
        {
            if (job?.JobId != upload.JobId) await register.RemoveUseAsync(id, upload.JobId, CancellationToken.None);
        }
    }

    async Task<ExportedTrack> MasterAsync(Stream stream, UploadExport work, CancellationToken cancel)
    {
        stream.Position = 0;
        await using BlobWriter writer = await store.CreateAsync(work.Target, cancel);
        MasteredTrack track = await Task.Run(() => ExportAudio.Master(stream, work.FileName, decoder, work.Options, work.KeepsTags, writer.Stream, null, cancel), cancel);
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
        await store.OpenReadAsync(upload.Blob, cancel) ?? throw Missing(upload.Blob);

    static PipelineException Missing(BlobRef blob) => new(Problem.FileNotFound, $"There is no file {blob}.");
}
