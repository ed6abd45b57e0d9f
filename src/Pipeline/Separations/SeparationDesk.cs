using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Where callers ask for tracks to be taken apart.</summary>
public sealed class SeparationDesk(JobDesk desk, SeparatorRegistry separators, UploadDesk uploads, UploadRegister register, SongRegister songs, IBlobStore store)
{
    /// <summary>Accepts a separation: when this returns, the job survives anything short of losing the disk.</summary>
    /// <exception cref="PipelineException">The request is not one we serve, the model is not installed, or the file is not audio we can decode; nothing was written.</exception>
    public async Task<Job> SubmitAsync(Upload upload, SeparationRequest request, JobTerms terms, CancellationToken cancel = default)
    {
        ISourceSeparator separator = separators.Find(request.Model);
        SeparationRules.Check(request, separator.Facts.Name, separator.Stems);
        if (await desk.FindEnteredAsync(JobKind.Separation, terms, cancel) is { } entered) return entered;
        return (await uploads.UsingAsync(upload, async () => await EnterAsync(upload, request, separator, terms with { JobId = upload.JobId }, cancel), cancel))!;
    }

    async Task<Job> EnterAsync(Upload upload, SeparationRequest request, ISourceSeparator separator, JobTerms terms, CancellationToken cancel)
    {
        UploadFacts facts = await FactsOfAsync(upload, cancel);
        string songId = SongRegister.IdOf(upload.Blob, upload.UploadId);
        Job job = await desk.EnterAsync(terms, asked => desk.Draft(
            JobKind.Separation, separator.Facts.Name, separator.Facts.Device, asked,
            (id, folder) => new SeparationInput(id, folder, songId, upload.Blob, upload.FileName, request, separator.Facts.Name, facts.SampleRateHz, facts.Seconds)), cancel);
        var song = new Song(
            songId, terms.Owner, upload.Blob, upload.UploadId, upload.FileName, request.Title ?? facts.Tags.Title, request.Artist ?? facts.Tags.Artist, request.Notes, job.CreatedAt, []);
        await songs.NoteAsync(song, job.JobId, cancel);
        return job;
    }

    /// <summary>An upload was looked into when it came.</summary>
    async Task<UploadFacts> FactsOfAsync(Upload upload, CancellationToken cancel)
    {
        if (upload.UploadId is { } id && await register.FindAsync(id, cancel) is { Facts: { } known }) return known;
        await using Stream stream = await store.OpenReadAsync(upload.Blob, cancel) ?? throw new PipelineException(Problem.FileNotFound, $"There is no file {upload.Blob}.");
        return (await Task.Run(() => Intake.Check(stream, upload.FileName, cancel), cancel)).Facts;
    }
}
