using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Looks after uploads that wait for something: a file that is to be fetched gets its story, a refusal where that has failed; a place whose address nobody used is forgotten some days later.</summary>
public sealed class UploadSweep(
    OpenUploads open, UploadRegister register, UploadReceiver receiver, RemoteUploads remote, IOrchestrationClient client, IOptions<UploadOptions> options) : ISweep
{
    /// <summary>Between a note and its row.</summary>
    static readonly TimeSpan longestAcceptance = TimeSpan.FromMinutes(1);

    public async Task SweepAsync(CancellationToken cancel = default)
    {
        await foreach (OpenUpload entry in open.ListAsync(UploadStatus.Downloading, cancel))
        {
            if (await IsOverAsync(entry, cancel)) await open.RemoveAsync(entry, cancel);
        }

        DateTime cutoff = register.UtcNow.AddDays(-options.Value.KeepExpiredDays);
        await foreach (OpenUpload entry in open.ListAsync(UploadStatus.Awaiting, cancel))
        {
            if (entry.CreatedAt > cutoff) return;
            await ForgetAsync(entry.UploadId, cancel);
            await open.RemoveAsync(entry, cancel);
        }
    }

    /// <summary>Nothing of it is left to look after.</summary>
    async Task<bool> IsOverAsync(OpenUpload entry, CancellationToken cancel)
    {
        UploadRow? row = await register.FindAsync(entry.UploadId, cancel);
        InstanceState? story = await client.FindAsync(entry.UploadId, cancel);
        switch (row?.Status)
        {
            case UploadStatus.Downloading when story is null:
                await remote.StartAsync(entry.UploadId, cancel);
                return false;
            case UploadStatus.Downloading when story.Status != InstanceStatus.Running:
                await remote.RefuseAsync(entry.UploadId, new(Problem.SourceUnavailable.Slug, "The fetching of the file was given up: " + (story.Error ?? "it was interrupted.")), cancel);
                return false;
            case UploadStatus.Checking when story is not { Status: InstanceStatus.Running }:
                await receiver.SettleAsync(row, cancel);
                return false;
            case null when register.UtcNow - entry.CreatedAt < longestAcceptance:
                return false;
        }

        if (story is { Status: InstanceStatus.Running }) return false;
        if (story is not null) await client.PurgeAsync(entry.UploadId, cancel);
        return true;
    }

    /// <summary>A file that came in time has changed the status.</summary>
    async Task ForgetAsync(string id, CancellationToken cancel)
    {
        if (await register.FindAsync(id, cancel) is not { Source: UploadSource.Signed, Status: UploadStatus.Awaiting }) return;
        UploadRow? gone = await register.TryChangeAsync(id, now => now.Status == UploadStatus.Awaiting ? now with { Status = UploadStatus.Deleting } : null, cancel);
        if (gone is not null) await register.RemoveAsync(gone, cancel);
    }
}
