using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Uploads;

public enum FetchOutcome
{
    /// <summary>It is here, or refused, or nobody wants it any more.</summary>
    Over,

    /// <summary>Nothing came, and another attempt may be luckier.</summary>
    Again,

    /// <summary>This instance fetches as many as it may; nothing was tried.</summary>
    Busy,
}

/// <summary>Uploads that are fetched from an address: accepted at once, fetched by a story of their own, and checked as any other file.</summary>
public sealed class RemoteUploads(UploadRegister register, UploadReceiver receiver, OpenUploads open, RemoteFiles files, IOrchestrationClient client, IOptions<UploadOptions> options)
{
    int fetching;

    /// <param name="fileName">As its owner calls it; null: as its server does.</param>
    /// <param name="ticket">Of a request that may come again: it then gives the same upload.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: the address or the name.</exception>
    public async Task<UploadRow> AcceptAsync(string owner, string url, string? fileName, WorkTicket? ticket, CancellationToken cancel = default)
    {
        if (files.FaultOf(url) is { } fault) throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["source_url"] = fault });
        while (true)
        {
            UploadRow draft = UploadReceiver.Draft(
                ticket is null ? UploadIds.Draw() : UploadIds.Of(ticket), owner, UploadSource.Remote, UploadStatus.Downloading, fileName ?? RemoteNames.OfPath(new(url)), ticket?.At ?? register.UtcNow);
            draft = draft with { SourceUrl = url, FileName = fileName is null ? null : draft.FileName };
            await open.NoteAsync(draft, cancel);
            bool isNew = await register.TryAddAsync(draft, cancel);
            UploadRow? row = isNew ? draft : ticket is null ? null : await register.FindAsync(draft.UploadId, cancel);
            if (row is null) continue;
            if (row.Owner != owner || row.SourceUrl != url) throw new IOException($"The id {row.UploadId} is taken.");
            if (row.Status == UploadStatus.Downloading) await StartAsync(row.UploadId, cancel);
            return row;
        }
    }

    /// <summary>A second time changes nothing.</summary>
    internal Task StartAsync(string id, CancellationToken cancel) => client.StartAsync(FetchRemote.Definition, id, new(id), cancel);

    /// <summary>Fetches an upload's file, or finishes what another attempt began.</summary>
    /// <param name="isLast">What fails now has failed.</param>
    internal async Task<FetchOutcome> FetchAsync(string id, bool isLast, CancellationToken cancel)
    {
        if (await register.FindAsync(id, cancel) is not { Source: UploadSource.Remote } row) return FetchOutcome.Over;
        if (row.Status == UploadStatus.Checking) await receiver.SettleAsync(row, cancel);
        if (row.Status != UploadStatus.Downloading) return FetchOutcome.Over;
        bool hasPlace = Interlocked.Increment(ref fetching) <= options.Value.FetchesAtOnce;
        try
        {
            if (!hasPlace) return FetchOutcome.Busy;
            await files.FetchAsync(row.SourceUrl!, (name, content) => receiver.TakeInAsync(row with { FileName = row.FileName ?? UploadReceiver.Clean(name) }, content, cancel), cancel);
        }
        catch (RemoteFailure failure)
        {
            if (failure.MayPass && !isLast) return FetchOutcome.Again;
            await RefuseAsync(id, new(Problem.SourceUnavailable.Slug, failure.Message), cancel);
        }
        catch (PipelineException refusal) when (refusal.Problem.Status < 500)
        {
            await RefuseAsync(id, UploadProblem.Of(refusal), cancel);
        }
        finally
        {
            Interlocked.Decrement(ref fetching);
        }

        return FetchOutcome.Over;
    }

    /// <summary>Ends an upload whose file did not come. One that has come, or is gone, is left alone.</summary>
    internal async Task RefuseAsync(string id, UploadProblem problem, CancellationToken cancel)
    {
        if (await register.FindAsync(id, cancel) is not { Status: UploadStatus.Downloading }) return;
        UploadRow? refused = await register.TryChangeAsync(id, now => now.Status == UploadStatus.Downloading ? now with { Status = UploadStatus.Refused, Problem = problem } : null, cancel);
        // Afterwards: until then another delivery of this step may still make a file of it.
        if (refused is not null) await receiver.ClearIncomingAsync(refused, cancel);
    }
}
