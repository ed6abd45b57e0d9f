using System.Security.Cryptography;
using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Takes files in and gives them up again. Whichever way one comes, it ends in the same row after the same checks.</summary>
/// <param name="direct">Null: files are sent to this program.</param>
public sealed class UploadReceiver(IBlobStore store, UploadRegister register, OpenUploads open, Quotas quotas, DecoderOptions decoder, IDirectUploads? direct = null)
{
    /// <summary>An address takes a file so long.</summary>
    public static readonly TimeSpan AddressLasts = TimeSpan.FromMinutes(15);

    /// <summary>Who checks a file is done with it by then, or gone.</summary>
    static readonly TimeSpan longestCheck = TimeSpan.FromMinutes(1);

    const int LongestExtension = 8, LongestFileName = 255;

    /// <summary>Takes in what a request brings along. Of a file that is refused nothing stays.</summary>
    /// <param name="ticket">Of a request that may come again: its file is then the same upload.</param>
    /// <exception cref="PipelineException">As <see cref="Intake"/> says it; <see cref="Problem.InvalidRequest"/>: the file's name.</exception>
    public async Task<UploadRow> ReceiveAsync(string owner, string? fileName, Func<Stream, Task> content, CancellationToken cancel = default, WorkTicket? ticket = null)
    {
        UploadRow row = Draft(ticket is null ? UploadIds.Draw() : UploadIds.Of(ticket), owner, UploadSource.Multipart, UploadStatus.Checking, fileName, ticket?.At ?? register.UtcNow);
        if (ticket is not null && await register.FindAsync(row.UploadId, cancel) is { } there)
        {
            // Anybody else's has these digits by chance.
            if (there.Owner == owner && there.CreatedAt == ticket.At && there.Status == UploadStatus.Ready) return there;
            row = Draft(UploadIds.Draw(), owner, UploadSource.Multipart, UploadStatus.Checking, fileName, register.UtcNow);
        }

        row = await StoreAsync(row, row.Blob, content, cancel);
        var claim = new UsageClaim(row.UploadId, 0, row.Bytes!.Value, row.CreatedAt);
        try
        {
            await quotas.ClaimAsync(owner, [claim], cancel);
            row = row.With(await InspectAsync(row, cancel));
            if (row.Problem is { } problem) throw new PipelineException(Problem.BySlug[problem.Slug], problem.Message);
            bool isNew = await register.TryAddAsync(row, cancel);
            // Another delivery of the same request may have been quicker.
            if (!isNew && (ticket is null || (await register.FindAsync(row.UploadId, cancel))?.Owner != owner)) throw new IOException($"The id {row.UploadId} is taken.");
            await quotas.SettleAsync(owner, claim, claim.Bytes, CancellationToken.None);
            return row;
        }
        catch
        {
            if (await register.FindAsync(row.UploadId, CancellationToken.None) is null) await store.DeleteAsync(row.Blob, CancellationToken.None);
            await quotas.SettleAsync(owner, claim, 0, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Makes room for a file that will be sent to an address of its own.</summary>
    /// <param name="bytes">As its sender announces it; then it has to be exactly so long.</param>
    /// <exception cref="PipelineException"><see cref="Problem.EmptyAudio"/>, <see cref="Problem.BodyTooLarge"/>, <see cref="Problem.InvalidRequest"/>.</exception>
    public async Task<UploadRow> AnnounceAsync(string owner, string? fileName, long? bytes, CancellationToken cancel = default)
    {
        if (bytes == 0) throw new PipelineException(Problem.EmptyAudio, "A file of no bytes has no music.");
        if (bytes > Intake.MostBytes) throw Intake.TooLarge();
        DateTime now = register.UtcNow;
        while (true)
        {
            UploadRow row = Draft(UploadIds.Draw(), owner, UploadSource.Signed, UploadStatus.Awaiting, fileName, now) with { AnnouncedBytes = bytes, ExpiresAt = now + AddressLasts };
            await open.NoteAsync(row, cancel);
            if (await register.TryAddAsync(row, cancel)) return row;
        }
    }

    /// <summary>Where the store itself takes the file that was announced; null where it is sent to this program.</summary>
    public async Task<DirectAddress?> OfferAsync(UploadRow row, CancellationToken cancel = default) =>
        direct is null ? null : await direct.OfferAsync(DirectOf(row), row.ExpiresAt!.Value, cancel);

    /// <summary>Takes the file that was announced; once. A refused one stays as a row with its reason.</summary>
    /// <param name="length">As the request announces it.</param>
    /// <exception cref="PipelineException">As <see cref="Intake"/> says it; <see cref="Problem.UploadNotFound"/>, <see cref="Problem.UploadExpired"/>,
    /// <see cref="Problem.UploadState"/>: it has come already; <see cref="Problem.InvalidRequest"/>: another length than announced.</exception>
    public async Task<UploadRow> FillAsync(string id, long? length, Func<Stream, Task> content, CancellationToken cancel = default)
    {
        UploadRow row = await register.FindAsync(id, cancel) ?? throw UploadRegister.Missing(id);
        CheckOpen(row);
        if (length > Intake.MostBytes) throw Intake.TooLarge();
        CheckLength(row, length);
        row = await TakeInAsync(row, content, cancel);
        return row.Problem is { } problem ? throw new PipelineException(Problem.BySlug[problem.Slug], problem.Message) : row;
    }

    /// <summary>Takes the file that a row waits for and finds out what it is.</summary>
    /// <param name="row">As it waits; its name may be another from now on.</param>
    /// <returns>Ready or refused.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.UploadState"/>: it waits no more; <see cref="Problem.UploadNotFound"/>; <see cref="Problem.BodyTooLarge"/>; <see cref="Problem.QuotaExceeded"/>.</exception>
    internal async Task<UploadRow> TakeInAsync(UploadRow row, Func<Stream, Task> content, CancellationToken cancel)
    {
        BlobRef incoming = row.Blob with { Path = $"{IncomingOf(row)}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}" };
        UploadRow stored = await StoreAsync(row, incoming, content, cancel), taken;
        try
        {
            await quotas.ClaimAsync(row.Owner, [ClaimOf(stored)], cancel);
            taken = await register.TryChangeAsync(
                row.UploadId, now => now.Status == row.Status ? stored with { Status = UploadStatus.Checking, Incoming = incoming, ReceivedAt = register.UtcNow } : null, cancel) ?? throw Taken(row.UploadId);
        }
        catch (PipelineException)
        {
            await store.DeleteAsync(incoming, CancellationToken.None);
            throw;
        }

        return await SettleAsync(taken, cancel);
    }

    /// <summary>Removes what came of a file and did not become one.</summary>
    internal async Task ClearIncomingAsync(UploadRow row, CancellationToken cancel)
    {
        await store.DeleteAllAsync(await store.ListAsync(row.Blob.Container, IncomingOf(row), cancel).Select(blob => blob.Ref).ToListAsync(cancel), cancel);
    }

    /// <summary>An upload as it stands: taken in where the store has its file, its checks finished where whoever began them is gone.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UploadNotFound"/>; <see cref="Problem.QuotaExceeded"/>.</exception>
    public async Task<UploadRow> ReadAsync(string id, Caller caller, CancellationToken cancel = default)
    {
        UploadRow row = await register.GetAsync(id, caller, cancel);
        if (direct is not null && row is { Source: UploadSource.Signed, Status: UploadStatus.Awaiting }) row = await TakeDirectAsync(row, cancel);
        bool isAbandoned = row is { Status: UploadStatus.Checking, Incoming: not null, ReceivedAt: { } since } && register.UtcNow - since > longestCheck;
        return isAbandoned ? await SettleAsync(row, cancel) : row;
    }

    /// <summary>Removes what came with a request that was refused. If work has begun on it all the same, it stays.</summary>
    public async Task DropAsync(string id)
    {
        try
        {
            await DeleteAsync(id, Caller.Owner, CancellationToken.None);
        }
        catch (PipelineException kept) when (kept.Problem == Problem.UploadState || kept.Problem == Problem.UploadNotFound)
        {
            // Another delivery of the same request was luckier, or as quick.
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.UploadNotFound"/>; <see cref="Problem.UploadState"/>: a job works on it.</exception>
    public async Task DeleteAsync(string id, Caller caller, CancellationToken cancel = default)
    {
        UploadRow row = await register.GetAsync(id, caller, cancel);
        await RefuseUsedAsync(id, cancel);
        await register.TryChangeAsync(id, now => now with { Status = UploadStatus.Deleting }, cancel);
        try
        {
            // Again, because a job that saw the upload ready has noted its use before: one of both sees the other.
            await RefuseUsedAsync(id, cancel);
        }
        catch (PipelineException)
        {
            await register.TryChangeAsync(id, now => now with { Status = row.Status }, CancellationToken.None);
            throw;
        }

        await EraseAsync(row, cancel);
    }

    /// <summary>Removes the files of an upload that is going, then its row.</summary>
    internal async Task EraseAsync(UploadRow row, CancellationToken cancel)
    {
        await store.DeleteAllAsync(await store.ListAsync(row.Blob.Container, FolderOf(row) + "/", cancel).Select(blob => blob.Ref).ToListAsync(cancel), cancel);
        await register.RemoveAsync(row, cancel);
    }

    /// <summary>A row that is not written yet.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: the file's name is too long.</exception>
    internal static UploadRow Draft(string id, string owner, UploadSource source, UploadStatus status, string? fileName, DateTime now)
    {
        if (fileName?.Length > LongestFileName)
            throw new PipelineException(Problem.InvalidRequest, $"'file_name' has more than {LongestFileName} characters.", new Dictionary<string, string> { ["file_name"] = "Too long." });
        return new()
        {
            UploadId = id, Owner = owner, Source = source, Status = status, FileName = Clean(fileName), CreatedAt = now,
            Blob = new(Containers.Uploads, $"{JobIds.DateFolder(now)}/{id}/original{ExtensionOf(fileName)}"),
        };
    }

    /// <summary>Writes a file and notes its length and hash.</summary>
    internal async Task<UploadRow> StoreAsync(UploadRow row, BlobRef target, Func<Stream, Task> content, CancellationToken cancel)
    {
        await using BlobWriter writer = await store.CreateAsync(target, cancel);
        await using var counted = new CountedStream(writer.Stream, Intake.MostBytes);
        await content(counted);
        CheckLength(row, counted.Bytes);
        BlobInfo info = await writer.CommitAsync(cancel);
        return row with { Bytes = counted.Bytes, Sha256 = counted.Sha256, ETag = info.ETag };
    }

    /// <summary>Looks into the file under its name. What its owner can mend is a result; an outage is not.</summary>
    internal async Task<Inspection> InspectAsync(UploadRow row, CancellationToken cancel)
    {
        await using Stream stream = await store.OpenReadAsync(row.Blob, cancel) ?? throw new FileNotFoundException($"{row.Blob} is gone.");
        try
        {
            (UploadFacts facts, IReadOnlyList<string> warnings) = await Task.Run(() => Intake.Check(stream, row.FileName, decoder, cancel), cancel);
            return new(facts, warnings, null);
        }
        catch (PipelineException refusal) when (refusal.Problem.Status < 500)
        {
            return new(null, [], UploadProblem.Of(refusal));
        }
    }

    /// <summary>For people who look into the store; the content decides what it is.</summary>
    internal static string ExtensionOf(string? fileName)
    {
        string extension = Path.GetExtension(fileName ?? "").ToLowerInvariant();
        return extension.Length is > 1 and <= LongestExtension && extension.Skip(1).All(char.IsAsciiLetterOrDigit) ? extension : "";
    }

    /// <summary>Gives a received file its name and finds out what it is. Done twice, it is done once.</summary>
    internal async Task<UploadRow> SettleAsync(UploadRow row, CancellationToken cancel)
    {
        if (await store.CopyAsync(row.Incoming!, row.Blob, cancel))
        {
            Inspection found = await InspectAsync(row, cancel);
            string? etag = (await store.FindAsync(row.Blob, cancel))?.ETag;
            await register.TryChangeAsync(row.UploadId, now => now.Status == UploadStatus.Checking ? now.With(found) with { Incoming = null, ETag = etag } : null, cancel);
            if (found.Problem is not null) await store.DeleteAsync(row.Blob, CancellationToken.None);
            await quotas.SettleAsync(row.Owner, ClaimOf(row), found.Problem is null ? row.Bytes ?? 0 : 0, CancellationToken.None);
            await store.DeleteAsync(row.Incoming!, CancellationToken.None);
            await ClearIncomingAsync(row, CancellationToken.None);
        }

        return await register.FindAsync(row.UploadId, cancel) ?? throw UploadRegister.Missing(row.UploadId);
    }

    /// <summary>Copies what was sent to the store, so that nobody who still has the address can change what was checked.</summary>
    async Task<UploadRow> TakeDirectAsync(UploadRow row, CancellationToken cancel)
    {
        await using Stream? sent = await store.OpenReadAsync(DirectOf(row), cancel);
        // Nothing was sent, or somebody else has taken it in since the row was read.
        if (sent is null) return await register.FindAsync(row.UploadId, cancel) ?? throw UploadRegister.Missing(row.UploadId);
        try
        {
            CheckLength(row, sent.Length);
            return await TakeInAsync(row, target => sent.CopyToAsync(target, cancel), cancel);
        }
        catch (PipelineException refusal) when (refusal.Problem == Problem.BodyTooLarge || refusal.Problem == Problem.InvalidRequest)
        {
            // Who sent it is not there to be told.
            var found = new Inspection(null, [], UploadProblem.Of(refusal));
            await register.TryChangeAsync(row.UploadId, now => now.Status == UploadStatus.Awaiting ? now.With(found) : null, cancel);
            await ClearIncomingAsync(row, CancellationToken.None);
        }
        catch (PipelineException taken) when (taken.Problem == Problem.UploadState)
        {
            // Somebody else asked at the same time and was quicker.
        }

        return await register.FindAsync(row.UploadId, cancel) ?? throw UploadRegister.Missing(row.UploadId);
    }

    async Task RefuseUsedAsync(string id, CancellationToken cancel)
    {
        if (await register.FindUserAsync(id, cancel) is { } job)
            throw new PipelineException(Problem.UploadState, $"Job {job} works on upload {id}; cancel it or wait for its end.");
    }

    void CheckOpen(UploadRow row)
    {
        switch (row.StatusAt(register.UtcNow))
        {
            case UploadStatus.Awaiting: return;
            case UploadStatus.Expired: throw Expired(row.UploadId);
            case UploadStatus.Deleting: throw UploadRegister.Missing(row.UploadId);
            default: throw Taken(row.UploadId);
        }
    }

    static void CheckLength(UploadRow row, long? bytes)
    {
        if (row.AnnouncedBytes is { } announced && bytes is { } came && came != announced)
            throw new PipelineException(Problem.InvalidRequest, $"{announced} bytes were announced and {came} came.", new Dictionary<string, string> { ["bytes"] = $"{came} instead of {announced}." });
    }

    internal static PipelineException Expired(string id) => new(Problem.UploadExpired, $"The address of upload {id} has expired; POST /api/v1/uploads gives another.");

    static PipelineException Taken(string id) => new(Problem.UploadState, $"Upload {id} has its content already; POST /api/v1/uploads makes another upload.");

    static UsageClaim ClaimOf(UploadRow row) => new(row.UploadId, 0, row.Bytes ?? 0, row.CreatedAt);

    static BlobRef DirectOf(UploadRow row) => row.Blob with { Path = $"{IncomingOf(row)}direct" };

    static string IncomingOf(UploadRow row) => $"{FolderOf(row)}/incoming-";

    static string FolderOf(UploadRow row) => row.Blob.Path[..row.Blob.Path.LastIndexOf('/')];

    internal static string? Clean(string? fileName) =>
        fileName is null || string.Concat(fileName.EnumerateRunes().Where(rune => !System.Text.Rune.IsControl(rune))).Trim() is not { Length: > 0 } clean ? null : clean;
}
