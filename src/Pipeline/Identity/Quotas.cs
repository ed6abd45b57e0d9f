using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Identity;

/// <summary>Holds keys to their days: work is claimed at an estimate when it is accepted, and settled at what was measured when it ends. The owner of the machine has no quota and no rows.</summary>
public sealed class Quotas(UsageLedger usage, KeyRing keys, JobLedger ledger, ComputeMeter meter, Estimates estimates, IBlobStore store)
{
    /// <summary>48 kHz, stereo: a master of 16 bits and a mix of 32; stems are about five more of these mixes.</summary>
    const long MusicBytesPerSecond = 48_000 * 2 * (2 + 4), StemBytesPerSecond = 48_000 * 2 * 4 * 5;

    /// <summary>A claim whose work has not appeared by then belongs to a process that died.</summary>
    static readonly TimeSpan longestEntry = TimeSpan.FromMinutes(10);

    /// <summary>Refuses a caller who has used up their day.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.QuotaExceeded"/></exception>
    public async Task CheckAsync(Caller caller, long bytes, CancellationToken cancel = default)
    {
        if (!caller.HasKey || caller.Quota == DailyQuota.None || (await ReadAsync(caller, cancel)).HasRoomFor(caller.Quota, 0, bytes)) return;
        await MendAsync(caller.Id, cancel);
        Usage now = await ReadAsync(caller, cancel);
        if (!now.HasRoomFor(caller.Quota, 0, bytes)) throw usage.Exceeded(caller.Quota, now);
    }

    /// <summary>What a caller has used up today.</summary>
    public Task<Usage> ReadAsync(Caller caller, CancellationToken cancel = default) => usage.ReadAsync(caller.Id, usage.UtcNow, cancel);

    public DateTime ResetsAt => usage.ResetsAt;

    /// <summary>Claims what drafted jobs of one caller will use, all or none. Jobs that are entered already claim nothing.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.QuotaExceeded"/></exception>
    public async Task ClaimAsync(IReadOnlyList<Job> drafts, CancellationToken cancel = default)
    {
        if (drafts[0].Owner == Caller.OwnerId) return;
        List<UsageClaim> claims = [];
        foreach (Job job in drafts)
        {
            if (await ledger.FindAsync(job.JobId, cancel) is { } there && there.QueueKey == job.QueueKey) continue;
            (double seconds, long bytes) = await EstimateAsync(job, cancel);
            claims.Add(new(job.JobId, seconds, bytes, job.CreatedAt));
        }

        if (claims.Count > 0) await ClaimAsync(drafts[0].Owner, claims, cancel);
    }

    /// <inheritdoc cref="ClaimAsync(IReadOnlyList{Job}, CancellationToken)" path="/exception"/>
    public async Task ClaimAsync(string owner, IReadOnlyList<UsageClaim> claims, CancellationToken cancel = default)
    {
        if (owner == Caller.OwnerId) return;
        DailyQuota quota = (await keys.FindAsync(owner, cancel))?.Quota ?? DailyQuota.None;
        if (await usage.TryClaimAsync(owner, quota, claims, cancel)) return;
        await MendAsync(owner, cancel);
        if (!await usage.TryClaimAsync(owner, quota, claims, cancel)) throw usage.Exceeded(quota, await usage.ReadAsync(owner, claims[0].At, cancel));
    }

    /// <summary>Settles an ended job: seconds its steps computed, bytes it left. Told again, it changes nothing.</summary>
    public async Task SettleAsync(Job job, CancellationToken cancel = default)
    {
        if (job.Owner == Caller.OwnerId || !job.IsTerminal) return;
        await usage.SettleAsync(job.Owner, job.CreatedAt, job.JobId, await meter.SumAsync(job.JobId, cancel), await BytesOfAsync(job, cancel), cancel);
        await meter.ForgetAsync(job.JobId, cancel);
    }

    /// <summary>Settles a job that was done while its caller waited.</summary>
    public async Task SettleAsync(Job draft, Job done, CancellationToken cancel = default)
    {
        if (done.Owner == Caller.OwnerId) return;
        double seconds = done is { StartedAt: { } from, CompletedAt: { } to } ? (to - from).TotalSeconds : 0;
        await usage.SettleAsync(draft.Owner, draft.CreatedAt, draft.JobId, seconds, await BytesOfAsync(done, cancel), cancel);
    }

    public Task SettleAsync(string owner, UsageClaim claim, long bytes, CancellationToken cancel = default) =>
        owner == Caller.OwnerId ? Task.CompletedTask : usage.SettleAsync(owner, claim.At, claim.Id, 0, bytes, cancel);

    /// <summary>Gives back the claims of what was not entered after all.</summary>
    public Task ReleaseAsync(Job draft, CancellationToken cancel = default) =>
        draft.Owner == Caller.OwnerId ? Task.CompletedTask : usage.ReleaseAsync(draft.Owner, draft.CreatedAt, draft.JobId, cancel);

    /// <summary>Settles claims whose end was not told, before anybody is refused for their sake.</summary>
    async Task MendAsync(string owner, CancellationToken cancel)
    {
        foreach (UsageClaim claim in (await usage.ReadAsync(owner, usage.UtcNow, cancel)).Open.Values)
        {
            if (await ledger.FindAsync(claim.Id, cancel) is { } job) await SettleAsync(job, cancel);
            else if (usage.UtcNow - claim.At > longestEntry) await usage.ReleaseAsync(owner, claim.At, claim.Id, cancel);
        }
    }

    async Task<(double Seconds, long Bytes)> EstimateAsync(Job job, CancellationToken cancel)
    {
        if (job.Kind == JobKind.Separation) return (await estimates.SecondsAsync(job, cancel), await SeparationSize.BytesAsync(job.ReadInput<SeparationInput>(), store, cancel));
        if (job.Kind != JobKind.Generation) return (0, await UploadedBytesAsync(job, cancel));
        GenerationRequest request = job.ReadInput<GenerationInput>().Request;
        return (await estimates.SecondsAsync(job, cancel), (long)(request.Duration * (MusicBytesPerSecond + (request.Stems ? StemBytesPerSecond : 0))));
    }

    /// <summary>Of all that stays of an ended job.</summary>
    async Task<long> BytesOfAsync(Job job, CancellationToken cancel)
    {
        long bytes = await UploadedBytesAsync(job, cancel);
        foreach (BlobRef file in JobOutputs.Of(job).Values) bytes += (await store.FindAsync(file, cancel))?.Bytes ?? 0;
        return bytes;
    }

    /// <summary>Of the file that came with the request; one that was uploaded before has been counted then.</summary>
    async Task<long> UploadedBytesAsync(Job job, CancellationToken cancel)
    {
        BlobRef? file = job.Kind switch
        {
            JobKind.Export => job.ReadInput<UploadExport>().Upload,
            JobKind.Analysis => job.ReadInput<UploadAnalysis>().File,
            _ => null,
        };
        bool cameAlong = file is { Container: Containers.Uploads } && file.Path.Split('/') is [_, _, _, { } folder, ..] && !UploadIds.IsOne(folder);
        return cameAlong ? (await store.FindAsync(file!, cancel))?.Bytes ?? 0 : 0;
    }
}
