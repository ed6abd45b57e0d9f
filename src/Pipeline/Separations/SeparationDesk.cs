using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Where callers ask for tracks to be taken apart.</summary>
public sealed class SeparationDesk(JobDesk desk, SeparatorRegistry separators, UploadDesk uploads, UploadRegister register, SongRegister songs, IBlobStore store, DecoderOptions decoder)
{
    /// <summary>Accepts a separation: when this returns, the job survives anything short of losing the disk.</summary>
    /// <exception cref="PipelineException">The request is not one we serve, the model is not installed, or the file is not audio we can decode; nothing was written.</exception>
    public async Task<Job> SubmitAsync(Upload upload, SeparationRequest request, JobTerms terms, CancellationToken cancel = default)
    {
        Check(request);
        if (await desk.FindEnteredAsync(JobKind.Separation, terms, cancel) is { } entered) return entered;
        return (await uploads.UsingAsync(upload, async () => await EnterAsync(upload, request, terms with { JobId = upload.JobId }, cancel), cancel))!;
    }

    /// <exception cref="PipelineException">The request is not one we serve, or its model is not installed.</exception>
    internal ISourceSeparator Check(SeparationRequest request)
    {
        ISourceSeparator separator = separators.Find(request.Model);
        SeparationRules.Check(request, separator.Facts.Name, separator.Stems);
        return separator;
    }

    /// <summary>A separation that could be, noted in its song. One that does not come after all is to be taken out of it.</summary>
    /// <exception cref="PipelineException">As <see cref="SubmitAsync"/>.</exception>
    internal async Task<Job> DraftAsync(Upload upload, SeparationRequest request, JobTerms terms, DateTime at, CancellationToken cancel)
    {
        ISourceSeparator separator = Check(request);
        UploadFacts facts = await FactsOfAsync(upload, cancel);
        StereoTrack.CheckChannels(facts.Channels);
        SeparationRequest known = request with { Title = request.Title ?? facts.Tags.Title, Artist = request.Artist ?? facts.Tags.Artist };
        string planned = JobIds.For(JobKind.Separation, terms);
        Song song = await songs.NoteAsync(SongOf(upload, request, terms.Owner, at), facts.Tags, planned, cancel);
        return desk.Draft(
            JobKind.Separation, separator.Facts.Name, separator.Facts.Device, terms with { JobId = planned, Ticket = null },
            (id, folder) => new SeparationInput(id, folder, song.SongId, upload.Blob, upload.FileName, known, separator.Facts.Name, facts.SampleRateHz, facts.Seconds), at);
    }

    async Task<Job> EnterAsync(Upload upload, SeparationRequest request, JobTerms terms, CancellationToken cancel)
    {
        DateTime at = terms.Ticket?.At ?? register.UtcNow;
        Job draft = await DraftAsync(upload, request, terms, at, cancel);
        string songId = draft.ReadInput<SeparationInput>().SongId;
        Job job;
        try
        {
            job = await desk.EnterAsync(terms, asked => asked.JobId is null && asked.Ticket is null ? Rename(draft, JobIds.Draw(draft.Kind)) : draft, cancel);
        }
        catch (PipelineException)
        {
            await songs.ForgetAsync(songId, draft.JobId, CancellationToken.None);
            throw;
        }

        if (job.JobId == draft.JobId) return job;
        await songs.NoteAsync(SongOf(upload, request, terms.Owner, at), null, job.JobId, cancel);
        await songs.ForgetAsync(songId, draft.JobId, cancel);
        return job;
    }

    /// <summary>A drafted separation under another id.</summary>
    internal static Job Rename(Job draft, string id)
    {
        SeparationInput input = draft.ReadInput<SeparationInput>() with { JobId = id, Folder = $"{draft.DateFolder}/{id}" };
        return JobDesk.Rename(draft, id, input);
    }

    static Song SongOf(Upload upload, SeparationRequest request, string owner, DateTime at) =>
        new("", owner, upload.Blob, upload.UploadId, upload.FileName, request.Title, request.Artist, request.Notes, at, []);

    /// <summary>An upload was looked into when it came.</summary>
    async Task<UploadFacts> FactsOfAsync(Upload upload, CancellationToken cancel)
    {
        if (upload.UploadId is { } id && await register.FindAsync(id, cancel) is { Facts: { } known }) return known;
        await using Stream stream = await store.OpenReadAsync(upload.Blob, cancel) ?? throw new PipelineException(Problem.FileNotFound, $"There is no file {upload.Blob}.");
        return (await Task.Run(() => Intake.Check(stream, upload.FileName, decoder, cancel), cancel)).Facts;
    }
}
