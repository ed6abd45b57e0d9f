using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <param name="Latest">The latest separation that completed; null where none has.</param>
/// <param name="Result">Of it.</param>
public sealed record SongContent(Song Song, IReadOnlyList<Job> Separations, Job? Latest, SeparationResult? Result);

/// <param name="Purged">Retention has had it, or may have.</param>
public sealed record SongTrack(BlobRef File, bool Purged);

/// <summary>What owners do with their songs.</summary>
public sealed class SongDesk(SongRegister songs, JobLedger ledger, JobRemoval removal, UploadRegister uploads, UploadReceiver receiver)
{
    public const string Original = "original";

    /// <summary>A song with its separations as they stand, the latest first.</summary>
    public async Task<SongContent> ReadAsync(Song song, CancellationToken cancel = default)
    {
        List<Job> jobs = [];
        foreach (string id in song.Jobs.Reverse())
        {
            if (await ledger.FindAsync(id, cancel) is { } job) jobs.Add(job);
        }

        Job? latest = jobs.Find(job => job.Status == JobStatus.Completed);
        return new(song, jobs, latest, latest?.Result is { } stored ? Payload.Read<SeparationResult>(stored) : null);
    }

    /// <summary>A file of a song by its kind.</summary>
    /// <param name="type"><see cref="Original"/>, or a track of the latest separation that completed.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidTrackType"/>; <see cref="Problem.FileNotFound"/>: there is none yet, or the model has none.</exception>
    public async Task<SongTrack> FindTrackAsync(Song song, string type, CancellationToken cancel = default)
    {
        if (type == Original) return new(song.Original, song.UploadId is { } upload && await uploads.FindAsync(upload, cancel) is { Status: UploadStatus.Purged });
        SongContent content = await ReadAsync(song, cancel);
        string[] known = [.. (content.Result?.Tracks ?? []).Select(track => track.Track)];
        if (content.Result?.Tracks.FirstOrDefault(track => track.Track == type) is { } found) return new(found.File, content.Latest!.Purged);
        if (type is SeparationRequest.Vocals or SeparationRequest.Instrumental)
        {
            throw new PipelineException(Problem.FileNotFound, content.Result is null
                ? $"No separation of song {song.SongId} has completed." : $"The latest separation of song {song.SongId} has no {type}; it has {string.Join(", ", known)}.");
        }

        string[] types = [.. known.Union([SeparationRequest.Vocals, SeparationRequest.Instrumental]).Append(Original)];
        throw new PipelineException(Problem.InvalidTrackType, $"'{(type.Length <= 40 ? type : type[..40] + "…")}' is not one of {string.Join(", ", types)}.");
    }

    /// <summary>Removes a song: its separations with all they made, and the upload it came by. What a crash in between leaves is removed by a second call.</summary>
    /// <returns>False if there is none.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.JobState"/>: a job works on it.</exception>
    public async Task<bool> RemoveAsync(string id, Caller caller, CancellationToken cancel = default)
    {
        if (await songs.FindAsync(id, cancel) is not { } song || !(caller.IsAdmin || song.Owner == caller.Id)) return false;
        await RefuseUsedAsync(song, cancel);
        if (await songs.TryChangeAsync(id, now => now with { Deleting = true }, cancel) is not { } going) return false;
        try
        {
            // Again, because a separation notes itself in the song before it begins: one of both sees the other.
            await RefuseUsedAsync(going, cancel);
        }
        catch (PipelineException)
        {
            await songs.TryChangeAsync(id, now => now with { Deleting = false }, CancellationToken.None);
            throw;
        }

        foreach (string jobId in going.Jobs)
        {
            if (await ledger.FindAsync(jobId, cancel) is { } job) await removal.RemoveAsync(job, cancel);
        }

        UploadRow? upload = going.UploadId is { } uploadId ? await uploads.FindAsync(uploadId, cancel) : null;
        // One that is going already was left so by a crash.
        if (upload is not null) await (upload.Status == UploadStatus.Deleting ? receiver.EraseAsync(upload, cancel) : receiver.DeleteAsync(upload.UploadId, Caller.Owner, cancel));
        await songs.RemoveAsync(going, cancel);
        return true;
    }

    /// <summary>Removes one separation that has ended, with all it made. The file it came from stays.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>: there is no such separation; <see cref="Problem.JobState"/>: it has not ended, or the batch it is a part of has not.</exception>
    public async Task<Job> RemoveSeparationAsync(string jobId, Caller caller, CancellationToken cancel = default)
    {
        Job job = await ledger.GetAsync(jobId, caller, cancel);
        if (job.Kind != JobKind.Separation) throw new PipelineException(Problem.JobNotFound, $"There is no separation {jobId}.");
        foreach (Job part in job.ParentId is { } id && await ledger.FindAsync(id, cancel) is { } parent ? [job, parent] : new[] { job })
        {
            if (!part.IsTerminal)
                throw new PipelineException(Problem.JobState, $"Job {part.JobId} is {part.Status.ToString().ToLowerInvariant()}; cancel it first, POST …/jobs/{part.JobId}/cancel does.");
        }

        string songId = job.ReadInput<Orchestrations.SeparationInput>().SongId;
        await removal.RemoveAsync(job, cancel);
        await songs.ForgetAsync(songId, jobId, cancel);
        return job;
    }

    async Task RefuseUsedAsync(Song song, CancellationToken cancel)
    {
        string? user = song.UploadId is { } upload ? await uploads.FindUserAsync(upload, cancel) : null;
        foreach (string jobId in song.Jobs)
        {
            if (user is null && await ledger.FindAsync(jobId, cancel) is { IsTerminal: false }) user = jobId;
        }

        if (user is not null) throw new PipelineException(Problem.JobState, $"Job {user} works on song {song.SongId}; cancel it or wait for its end.");
    }
}
