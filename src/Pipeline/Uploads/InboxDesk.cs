using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Watched folders of the uploads: who drops a file there need not speak HTTP.</summary>
public static class Inboxes
{
    public const string Separate = "separate", Chains = "chains", References = "references";

    public static IReadOnlyList<string> All { get; } = [Separate, Chains, References];

    /// <summary>Where files go that are none of ours, a folder each, with the reason beside. They are their owner's: nothing here removes them.</summary>
    public const string Refused = "refused";

    public const string ReasonFile = "problem.json";
}

/// <summary>What begins with a file of one inbox. Without one its files are only kept.</summary>
public interface IInboxHandler
{
    /// <summary>One of <see cref="Inboxes.All"/>.</summary>
    string Inbox { get; }

    /// <summary>Starts the work on an upload; called again after a crash, so the same upload must start the same work once.</summary>
    /// <returns>A sentence for the upload's row.</returns>
    Task<string> StartAsync(UploadRow upload, CancellationToken cancel);
}

/// <summary>Takes a file out of an inbox: the same file found twice, or a crash between any two steps, makes one upload.</summary>
public sealed class InboxDesk(IBlobStore store, ICatalog catalog, UploadRegister register, UploadReceiver receiver, IEnumerable<IInboxHandler> handlers)
{
    const string Claims = "inbox-claims";

    sealed record Claim(string UploadId, DateTime At);

    sealed record Reason(string UploadId, string FileName, string Code, string Message, DateTime RefusedAt);

    /// <summary>Takes what a store has told of, however often it tells.</summary>
    /// <param name="name">Of the file, in the inbox itself.</param>
    /// <returns>As the other; null also for a name that no file of ours has.</returns>
    public async Task<UploadRow?> TakeAsync(string inbox, string name, CancellationToken cancel = default)
    {
        var blob = new BlobRef(Containers.Uploads, $"{inbox}/{name}");
        return !name.Contains('/') && BlobNames.IsOne(blob) && await store.FindAsync(blob, cancel) is { } file ? await TakeAsync(inbox, file, cancel) : null;
    }

    /// <summary>Whether anybody was ever told of a file that lies in an inbox.</summary>
    public async Task<bool> IsKnownAsync(BlobInfo file, CancellationToken cancel = default) => await catalog.FindAsync(KeyOf(file), cancel) is not null;

    /// <param name="file">As it was found in the inbox, and no longer grows.</param>
    /// <returns>Its upload, ready or refused; null where the file has changed or gone meanwhile.</returns>
    public async Task<UploadRow?> TakeAsync(string inbox, BlobInfo file, CancellationToken cancel = default)
    {
        RowKey key = KeyOf(file);
        await catalog.TryInsertAsync(key, Payload.Write(new Claim(UploadIds.Draw(), register.UtcNow)), cancel);
        if (await catalog.FindAsync(key, cancel) is not { } kept) return null;
        Claim claim = kept.Read<Claim>();
        UploadRow? row = await register.FindAsync(claim.UploadId, cancel) ?? await AdmitAsync(claim, inbox, file, cancel);
        if (row is not { Source: UploadSource.Inbox } || row.FileName != NameOf(file))
        {
            await catalog.DeleteAsync(key, cancel);
            return null;
        }

        if (row.Status == UploadStatus.Refused) await PutAwayAsync(row, file, key, cancel);
        else row = await StartAsync(row, inbox, file, cancel);
        return row;
    }

    /// <summary>Copies the file, so that nobody who still has it open can change what was checked.</summary>
    async Task<UploadRow?> AdmitAsync(Claim claim, string inbox, BlobInfo file, CancellationToken cancel)
    {
        UploadRow draft = UploadReceiver.Draft(claim.UploadId, Caller.OwnerId, UploadSource.Inbox, UploadStatus.Checking, NameOf(file), claim.At) with { Bytes = file.Bytes, ETag = file.ETag };
        UploadRow? row = file.Bytes == 0 ? draft.With(new Inspection(null, [], UploadProblem.Of(new(Problem.EmptyAudio, "This file has no bytes."))))
            : file.Bytes > Intake.MostBytes ? draft.With(new Inspection(null, [], UploadProblem.Of(Intake.TooLarge())))
            : await CopyAsync(draft, file, cancel);
        if (row is null) return null;
        if (row.Status == UploadStatus.Refused) row = row with { Blob = file.Ref with { Path = $"{Inboxes.Refused}/{inbox}/{row.UploadId}/{NameOf(file)}" } };
        // Another instance may have been as quick with the same file: then its row counts.
        return await register.TryAddAsync(row, cancel) ? row : await register.FindAsync(row.UploadId, cancel);
    }

    async Task<UploadRow?> CopyAsync(UploadRow draft, BlobInfo file, CancellationToken cancel)
    {
        await using Stream? source = await store.OpenReadAsync(file.Ref, cancel);
        if (source is null) return null;
        UploadRow row = await receiver.StoreAsync(draft, draft.Blob, target => source.CopyToAsync(target, cancel), cancel);
        bool isSame = row.Bytes == file.Bytes && (await store.FindAsync(file.Ref, cancel))?.ETag == file.ETag;
        Inspection? found = isSame ? await receiver.InspectAsync(row, cancel) : null;
        UploadRow? others = found is null ? await register.FindAsync(row.UploadId, cancel) : null;
        if (others is null && found is not { Problem: null }) await store.DeleteAsync(draft.Blob, CancellationToken.None);
        return found is null ? others : row.With(found);
    }

    async Task<UploadRow> StartAsync(UploadRow row, string inbox, BlobInfo file, CancellationToken cancel)
    {
        if (row.Note is null)
        {
            IInboxHandler? handler = handlers.FirstOrDefault(handler => handler.Inbox == inbox);
            string note = handler is null ? $"Kept as an upload; nothing starts from the inbox '{inbox}' yet." : await handler.StartAsync(row, cancel);
            row = await register.TryChangeAsync(row.UploadId, now => now with { Note = note }, cancel) ?? row;
        }

        await RemoveAsync(file, cancel);
        return row;
    }

    /// <summary>The claim goes last: put back into the inbox, the file is looked at anew.</summary>
    async Task PutAwayAsync(UploadRow row, BlobInfo file, RowKey key, CancellationToken cancel)
    {
        string folder = row.Blob.Path[..row.Blob.Path.LastIndexOf('/')];
        await using (BlobWriter reason = await store.CreateAsync(row.Blob with { Path = $"{folder}/{Inboxes.ReasonFile}" }, cancel))
        {
            var text = new Reason(row.UploadId, NameOf(file), Problem.BySlug[row.Problem!.Slug].Code, row.Problem.Message, row.CreatedAt);
            await JsonSerializer.SerializeAsync(reason.Stream, text, GenerationManifest.Format, cancel);
            await reason.CommitAsync(cancel);
        }

        if (await store.CopyAsync(file.Ref, row.Blob, cancel)) await RemoveAsync(file, cancel);
        await catalog.DeleteAsync(key, cancel);
    }

    /// <summary>Not what has taken its place meanwhile.</summary>
    async Task RemoveAsync(BlobInfo file, CancellationToken cancel)
    {
        if ((await store.FindAsync(file.Ref, cancel))?.ETag == file.ETag) await store.DeleteAsync(file.Ref, cancel);
    }

    static string NameOf(BlobInfo file) => file.Ref.Path[(file.Ref.Path.LastIndexOf('/') + 1)..];

    static RowKey KeyOf(BlobInfo file) => new(Claims, Claims, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Ref}\n{file.ETag}"))));
}
