using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Telemetry;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Tells of a job's changes wherever somebody may listen, each once however often it is told.</summary>
sealed class JobAnnouncer(ICatalog catalog, IEventLog events, TimeProvider clock)
{
    readonly OpenJobs open = new(catalog);

    /// <summary>To be called before a job's row is written: a crash in between leaves an entry without a job, never a job that no list has.</summary>
    public Task ExpectAsync(Job job, CancellationToken cancel) => open.AddAsync(job, cancel);

    /// <param name="before">Null where all of it is news: a job that came into being or ended.</param>
    public async Task AnnounceAsync(Job? before, Job job, string key, CancellationToken cancel)
    {
        string type = before is null && !job.IsTerminal ? JobEvents.Created : JobEvents.TypeFor(job.Status);
        var data = Payload.Write(JobUpdate.Of(job, clock.GetUtcNow().UtcDateTime));
        string everywhere = $"{job.JobId}:{key}";
        Task<bool> first = events.AppendAsync(job.JobId, key, type, data, cancel);
        List<Task> said = [first, events.AppendAsync(JobStreams.Of(job.Owner), everywhere, type, data, cancel)];
        if (before?.Status != job.Status) said.Add(events.AppendAsync(JobStreams.All, everywhere, type, data, cancel));
        await Task.WhenAll(said);
        if (await first) Count(type, job);
        if (job.IsTerminal) await open.RemoveAsync(job.Owner, job.JobId, cancel);
    }

    static void Count(string type, Job job)
    {
        if (type == JobEvents.Created) Meters.JobAccepted(job);
        if (!JobEvents.IsLast(type)) return;
        Meters.JobEnded(job);
        Spans.JobEnded(job);
    }
}
