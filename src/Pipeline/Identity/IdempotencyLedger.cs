using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Identity;

/// <summary>What a request was answered with.</summary>
/// <param name="Body">JSON; empty for none.</param>
public sealed record GivenAnswer(int Status, string Body, string? Location);

/// <summary>A request that bore a key of its sender's.</summary>
/// <param name="BodyHash">SHA-256 of what was asked for.</param>
/// <param name="Answer">Null until there is one.</param>
public sealed record KeyedRequest(string BodyHash, WorkTicket Ticket, GivenAnswer? Answer);

/// <summary>
/// Requests by the keys their senders gave them, for 24 hours. The row is written before the work, with the ticket that names it; who finds a row without an answer does the
/// work under that ticket, which completes what a killed process began and changes nothing of what a living one has done.
/// </summary>
public sealed class IdempotencyLedger(ICatalog catalog, TimeProvider clock) : ISweep
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    const string Table = "idempotency", Partitions = "0123456789abcdef";
    const int PageRows = 500;
    static readonly TimeSpan sweepInterval = TimeSpan.FromHours(1);
    long? lastSweep;

    DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <param name="scope">Hexadecimal hash of caller, route and key.</param>
    /// <returns>The first request of that key: this one, or an earlier one with its answer if it has one.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.IdempotencyMismatch"/></exception>
    public async Task<KeyedRequest> BeginAsync(string scope, string bodyHash, CancellationToken cancel = default)
    {
        while (true)
        {
            var fresh = new KeyedRequest(bodyHash, WorkTicket.Draw(UtcNow), null);
            CatalogRow? row = await catalog.FindAsync(RowOf(scope), cancel);
            if (row is null)
            {
                if (await catalog.TryInsertAsync(RowOf(scope), Payload.Write(fresh), cancel)) return fresh;
                continue;
            }

            KeyedRequest first = row.Read<KeyedRequest>();
            if (IsOver(first))
            {
                if (await catalog.TryReplaceAsync(row, Payload.Write(fresh), cancel)) return fresh;
                continue;
            }

            return first.BodyHash == bodyHash ? first
                : throw new PipelineException(Problem.IdempotencyMismatch, "This Idempotency-Key came with another request within the last 24 hours; every request needs its own.");
        }
    }

    /// <returns>What that request is answered with from now on: this, or what another delivery of it was answered with before.</returns>
    public async Task<GivenAnswer> CompleteAsync(string scope, KeyedRequest request, GivenAnswer answer, CancellationToken cancel = default)
    {
        while (await catalog.FindAsync(RowOf(scope), cancel) is { } row && row.Read<KeyedRequest>() is { } stored && stored.Ticket == request.Ticket)
        {
            if (stored.Answer is { } first) return first;
            if (await catalog.TryReplaceAsync(row, Payload.Write(stored with { Answer = answer }), cancel)) return answer;
        }

        return answer;
    }

    /// <summary>Frees the key of a request that was refused before anything was done for it.</summary>
    public async Task ForgetAsync(string scope, KeyedRequest request, CancellationToken cancel = default)
    {
        if (await catalog.FindAsync(RowOf(scope), cancel) is { } row && row.Read<KeyedRequest>() is { Answer: null } stored && stored.Ticket == request.Ticket)
            await catalog.DeleteAsync(row.Key, cancel);
    }

    /// <summary>Removes what is over, once an hour and instance.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        if (lastSweep is { } last && clock.GetElapsedTime(last) < sweepInterval) return;
        lastSweep = clock.GetTimestamp();
        foreach (char digit in Partitions) await SweepAsync(digit.ToString(), cancel);
    }

    async Task SweepAsync(string partition, CancellationToken cancel)
    {
        IReadOnlyList<CatalogRow> rows = [];
        do
        {
            rows = await catalog.QueryAsync(Table, partition, rows.Count == 0 ? null : rows[^1].Key.Key, PageRows, cancel);
            foreach (CatalogRow row in rows.Where(row => IsOver(row.Read<KeyedRequest>()))) await catalog.DeleteAsync(row.Key, cancel);
        }
        while (rows.Count == PageRows);
    }

    bool IsOver(KeyedRequest request) => UtcNow >= request.Ticket.At + Kept;

    static RowKey RowOf(string scope) => new(Table, scope[..1], scope);
}
