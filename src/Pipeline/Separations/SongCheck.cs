using DgxMusic.Pipeline.Consistency;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Holds songs and separations against each other: what a crash may have left between two rows.</summary>
public sealed class SongCheck(SongRegister songs, SongDesk desk, JobLedger ledger, OpenJobs jobs)
{
    /// <param name="before">Younger rows may be somebody's work under way.</param>
    internal async Task RunAsync(Findings findings, DateTime before, CancellationToken cancel)
    {
        await foreach (string owner in jobs.OwnersAsync(cancel))
        {
            await foreach (Song song in songs.AllAsync(owner, cancel))
            {
                if (song.CreatedAt >= before) continue;
                if (song.Deleting) await findings.AddAsync(InconsistencyKind.SongHalfRemoved, song.SongId, $"{song.SongId} was being removed; the rest of it goes.", () => desk.RemoveAsync(song.SongId, Caller.Owner, cancel));
                else await CheckAsync(findings, song, cancel);
            }
        }
    }

    /// <summary>A separation whose song does not know it.</summary>
    internal async Task CheckAsync(Findings findings, Job job, CancellationToken cancel)
    {
        if (job.Kind != JobKind.Separation) return;
        SeparationInput input = job.ReadInput<SeparationInput>();
        if (await songs.FindAsync(input.SongId, cancel) is { } song && song.Jobs.Contains(job.JobId)) return;
        var missing = new Song(
            input.SongId, job.Owner, input.Source, Uploads.UploadIds.OfPath(input.Source), input.FileName, input.Request.Title, input.Request.Artist, input.Request.Notes, job.CreatedAt, []);
        await findings.AddAsync(InconsistencyKind.SeparationNotInSong, job.JobId, $"{job.JobId} is missing from {input.SongId}; it is entered.", () => songs.NoteAsync(missing, null, job.JobId, cancel));
    }

    async Task CheckAsync(Findings findings, Song song, CancellationToken cancel)
    {
        foreach (string id in song.Jobs)
        {
            if (await ledger.FindAsync(id, cancel) is null)
                await findings.AddAsync(InconsistencyKind.SongNamesNoJob, song.SongId, $"{song.SongId} names {id}, which does not exist; it leaves the song.", () => songs.ForgetAsync(song.SongId, id, cancel));
        }
    }
}
