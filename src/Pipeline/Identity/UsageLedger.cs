using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Identity;

/// <summary>What something is expected to use up, until it is known.</summary>
/// <param name="At">When it was accepted, UTC; its day's quota pays.</param>
public sealed record UsageClaim(string Id, double ComputeSeconds, long Bytes, DateTime At);

/// <summary>What a key has used up in a day, UTC.</summary>
/// <param name="Open">Accepted and not yet settled, by id.</param>
public sealed record Usage(double ComputeSeconds, long Bytes, IReadOnlyDictionary<string, UsageClaim> Open)
{
    public static readonly Usage None = new(0, 0, new Dictionary<string, UsageClaim>());

    public double ClaimedSeconds => ComputeSeconds + Open.Values.Sum(claim => claim.ComputeSeconds);

    public long ClaimedBytes => Bytes + Open.Values.Sum(claim => claim.Bytes);

    public double? SecondsLeft(DailyQuota quota) => quota.ComputeSeconds is { } most ? Math.Max(0, most - ClaimedSeconds) : null;

    public long? BytesLeft(DailyQuota quota) => quota.Bytes is { } most ? Math.Max(0, most - ClaimedBytes) : null;

    /// <summary>Whether that much more stays within the quota; a quota that is used up has room for nothing.</summary>
    public bool HasRoomFor(DailyQuota quota, double seconds, long bytes) =>
        !(quota.ComputeSeconds is { } mostSeconds && (ClaimedSeconds >= mostSeconds || ClaimedSeconds + seconds > mostSeconds))
        && !(quota.Bytes is { } mostBytes && (ClaimedBytes >= mostBytes || ClaimedBytes + bytes > mostBytes));
}

/// <summary>One row a key and day. Claims and their settlement are changes of that one row, so a claim is settled once, however often its end is told.</summary>
public sealed class UsageLedger(ICatalog catalog, TimeProvider clock)
{
    const string Table = "usage";

    public DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <summary>When the quotas of now are whole again.</summary>
    public DateTime ResetsAt => UtcNow.Date.AddDays(1);

    public async Task<Usage> ReadAsync(string owner, DateTime day, CancellationToken cancel = default) => (await catalog.FindAsync(RowOf(owner, day), cancel))?.Read<Usage>() ?? Usage.None;

    /// <summary>Claims all of it or, where the quota has no room, nothing. What is claimed already is not claimed again.</summary>
    /// <param name="claims">Of one day.</param>
    /// <returns>False: there is no room.</returns>
    public async Task<bool> TryClaimAsync(string owner, DailyQuota quota, IReadOnlyList<UsageClaim> claims, CancellationToken cancel = default)
    {
        while (true)
        {
            (CatalogRow? row, Usage usage) = await FindAsync(owner, claims[0].At, cancel);
            UsageClaim[] fresh = [.. claims.Where(claim => !usage.Open.ContainsKey(claim.Id))];
            if (fresh.Length == 0) return true;
            if (!usage.HasRoomFor(quota, fresh.Sum(claim => claim.ComputeSeconds), fresh.Sum(claim => claim.Bytes))) return false;
            var open = usage.Open.Values.Concat(fresh).ToDictionary(claim => claim.Id);
            if (await WriteAsync(row, owner, claims[0].At, usage with { Open = open }, cancel)) return true;
        }
    }

    /// <summary>Puts what was used in the place of what was claimed. Does nothing for a claim that is settled or was never made.</summary>
    /// <param name="at">When it was claimed.</param>
    public async Task SettleAsync(string owner, DateTime at, string id, double computeSeconds, long bytes, CancellationToken cancel = default)
    {
        while (await FindAsync(owner, at, cancel) is ({ } row, { } usage) && usage.Open.ContainsKey(id))
        {
            var settled = new Usage(usage.ComputeSeconds + computeSeconds, usage.Bytes + bytes, usage.Open.Values.Where(claim => claim.Id != id).ToDictionary(claim => claim.Id));
            if (await WriteAsync(row, owner, at, settled, cancel)) return;
        }
    }

    /// <summary>Gives a claim back that came to nothing.</summary>
    public Task ReleaseAsync(string owner, DateTime at, string id, CancellationToken cancel = default) => SettleAsync(owner, at, id, 0, 0, cancel);

    public PipelineException Exceeded(DailyQuota quota, Usage usage)
    {
        int seconds = Math.Max(1, (int)Math.Ceiling((ResetsAt - UtcNow).TotalSeconds));
        var details = new Dictionary<string, string>
        {
            [RetryHint.Detail] = seconds.ToString(CultureInfo.InvariantCulture),
            ["resets_at"] = ResetsAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        if (usage.SecondsLeft(quota) is { } left) details["compute_seconds_left"] = left.ToString("0.###", CultureInfo.InvariantCulture);
        if (usage.BytesLeft(quota) is { } bytes) details["bytes_left"] = bytes.ToString(CultureInfo.InvariantCulture);
        string rest = string.Join(" and ", details.Where(detail => detail.Key.EndsWith("_left", StringComparison.Ordinal)).Select(detail => $"{detail.Value} {detail.Key[..^5].Replace('_', ' ')}"));
        return new(Problem.QuotaExceeded, $"This needs more than this key has left today, which is {rest}; its quota is whole again at {details["resets_at"]}.", details);
    }

    async Task<(CatalogRow? Row, Usage Usage)> FindAsync(string owner, DateTime day, CancellationToken cancel)
    {
        CatalogRow? row = await catalog.FindAsync(RowOf(owner, day), cancel);
        return (row, row?.Read<Usage>() ?? Usage.None);
    }

    Task<bool> WriteAsync(CatalogRow? row, string owner, DateTime day, Usage usage, CancellationToken cancel) =>
        row is null ? catalog.TryInsertAsync(RowOf(owner, day), Payload.Write(usage), cancel) : catalog.TryReplaceAsync(row, Payload.Write(usage), cancel);

    static RowKey RowOf(string owner, DateTime day) => new(Table, owner, day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
}
