using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>How often a prompt was used for an accepted generation.</summary>
public sealed record PromptUse(string Prompt, long UsedCount, DateTime FirstUsedAt, DateTime LastUsedAt);

/// <summary>
/// Counts prompts, for each caller their own and for the owner of the machine everybody's. A row a prompt, changed by compare-and-set, and a row for its place in the
/// ranking, which is the one that can lag behind after a crash: readers put it right.
/// </summary>
public sealed class PromptStatistics(ICatalog catalog, TimeProvider clock)
{
    const string Prompts = "prompts", Ranking = "prompts-ranked";
    const int HashDigits = 32, FetchedRows = 100;

    /// <summary>Notes that a prompt was used.</summary>
    public async Task CountAsync(string owner, string prompt, CancellationToken cancel = default)
    {
        foreach (string scope in JobSummaries.ScopesOf(owner)) await CountInAsync(scope, prompt, cancel);
    }

    /// <summary>The most used prompts of a caller; of equals the one used last.</summary>
    public async Task<IReadOnlyList<PromptUse>> ReadAsync(Caller caller, int limit, CancellationToken cancel = default)
    {
        string scope = JobSummaries.ScopeOf(caller);
        List<PromptUse> uses = [];
        string? after = null;
        bool more = limit > 0;
        while (more)
        {
            IReadOnlyList<CatalogRow> places = await catalog.QueryAsync(Ranking, scope, after, FetchedRows, cancel);
            foreach (CatalogRow place in places.TakeWhile(_ => uses.Count < limit))
            {
                if (await HoldsAsync(place, cancel) is { } use) uses.Add(use);
                after = place.Key.Key;
            }

            more = places.Count == FetchedRows && uses.Count < limit;
        }

        return uses;
    }

    async Task CountInAsync(string scope, string prompt, CancellationToken cancel)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prompt)))[..HashDigits];
        var key = new RowKey(Prompts, scope, hash);
        while (true)
        {
            DateTime now = clock.GetUtcNow().UtcDateTime;
            CatalogRow? row = await catalog.FindAsync(key, cancel);
            PromptUse? before = row?.Read<PromptUse>();
            PromptUse after = before is null ? new(prompt, 1, now, now) : before with { UsedCount = before.UsedCount + 1, LastUsedAt = now > before.LastUsedAt ? now : before.LastUsedAt };
            // The place comes first: one without its prompt is found by readers, a prompt without its place would not be.
            await catalog.TryInsertAsync(PlaceOf(scope, hash, after), Payload.Write(hash), cancel);
            if (!await (row is null ? catalog.TryInsertAsync(key, Payload.Write(after), cancel) : catalog.TryReplaceAsync(row, Payload.Write(after), cancel))) continue;
            if (before is not null && before != after) await catalog.DeleteAsync(PlaceOf(scope, hash, before), cancel);
            return;
        }
    }

    /// <summary>The prompt at a place of the ranking; null, and the place goes, if it is at another.</summary>
    async Task<PromptUse?> HoldsAsync(CatalogRow place, CancellationToken cancel)
    {
        string hash = place.Read<string>();
        PromptUse? use = (await catalog.FindAsync(new(Prompts, place.Key.Partition, hash), cancel))?.Read<PromptUse>();
        if (use is not null && PlaceOf(place.Key.Partition, hash, use) == place.Key) return use;
        // A count may be under way: its place stands before its prompt says so.
        if (TimeOf(place.Key) < clock.GetUtcNow().UtcDateTime.AddMinutes(-1)) await catalog.DeleteAsync(place.Key, cancel);
        return null;
    }

    static RowKey PlaceOf(string scope, string hash, PromptUse use) => new(
        Ranking, scope, string.Create(CultureInfo.InvariantCulture, $"{long.MaxValue - use.UsedCount:D19}-{long.MaxValue - use.LastUsedAt.Ticks:D19}-{hash}"));

    static DateTime TimeOf(RowKey place) => new(long.MaxValue - long.Parse(place.Key.Split('-')[1], CultureInfo.InvariantCulture), DateTimeKind.Utc);
}
