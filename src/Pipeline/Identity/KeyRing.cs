using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Identity;

/// <summary>Keys: made, looked up, revoked. A revoked key stays listed, because jobs name it.</summary>
public sealed class KeyRing(ICatalog catalog, TimeProvider clock)
{
    const string Table = "keys", Partition = "keys", Principals = "principals";
    const int PageRows = 500;

    /// <summary>Stands in for the hash of a key that does not exist, so that looking it up takes as long.</summary>
    static readonly string nobody = new('0', 64);

    DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <returns>The key, and the only sight there ever is of its secret.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with a detail a field.</exception>
    public async Task<(ApiKey Key, KeyText Text)> CreateAsync(KeyTerms terms, CancellationToken cancel = default)
    {
        Dictionary<string, string> faults = FaultsOf(terms);
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
        while (true)
        {
            var text = KeyText.Draw();
            var key = new ApiKey(text.Id, terms.Name.Trim(), text.Hash(), Tiers.NameOf(terms.Tier), terms.IsAdmin, terms.Quota, UtcNow, terms.ExpiresAt, null) { Principal = terms.Principal };
            if (key.Principal is not null) await ClaimAsync(key.Principal, key.Id, cancel);
            if (await catalog.TryInsertAsync(RowOf(key.Id), Payload.Write(key), cancel)) return (key, text);
        }
    }

    /// <summary>Who sent this key.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.Unauthorized"/>: unknown, revoked or expired.</exception>
    public async Task<Caller> AuthenticateAsync(string text, CancellationToken cancel = default)
    {
        if (KeyText.Parse(text) is not { } given) throw new PipelineException(Problem.Unauthorized, "This is not a key of this server; a key looks like dgx_ab12cd34ef56_ and 64 more digits.");
        ApiKey? key = await FindAsync(given.Id, cancel);
        bool right = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(given.Hash()), Encoding.ASCII.GetBytes(key?.Hash ?? nobody));
        if (!right || key is null) throw new PipelineException(Problem.Unauthorized, "This key opens nothing here.");
        return key.IsValidAt(UtcNow) ? Caller.Of(key)
            : throw new PipelineException(Problem.Unauthorized, key.RevokedAt is null ? $"This key expired on {key.ExpiresAt:yyyy-MM-dd HH:mm:ssZ}." : $"This key was revoked on {key.RevokedAt:yyyy-MM-dd HH:mm:ssZ}.");
    }

    /// <summary>Who a principal is that the platform has signed in.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.Forbidden"/>: there is no key for them.</exception>
    public async Task<Caller> RecognizeAsync(string principal, CancellationToken cancel = default) =>
        await HolderAsync(await catalog.FindAsync(RowOfPrincipal(principal), cancel), principal, cancel) is { } key ? Caller.Of(key)
            : throw new PipelineException(Problem.Forbidden, $"{principal} is signed in and has no key here. 'dgxmusic keys create NAME --tier TIER --principal {principal}' makes one.");

    public async Task<ApiKey?> FindAsync(string id, CancellationToken cancel = default) =>
        KeyText.IsId(id) ? (await catalog.FindAsync(RowOf(id), cancel))?.Read<ApiKey>() : null;

    /// <summary>All keys, the oldest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancel = default)
    {
        List<ApiKey> keys = [];
        string? after = null;
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, Partition, after, PageRows, cancel);
            keys.AddRange(rows.Select(row => row.Read<ApiKey>()));
            if (rows.Count < PageRows) return [.. keys.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)];
            after = rows[^1].Key.Key;
        }
    }

    /// <summary>Whether any key opens anything.</summary>
    public async Task<bool> HasValidAsync(CancellationToken cancel = default) => (await ListAsync(cancel)).Any(key => key.IsValidAt(UtcNow));

    /// <summary>Closes a key for good; one that is closed stays as it is.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.KeyNotFound"/></exception>
    public async Task<ApiKey> RevokeAsync(string id, CancellationToken cancel = default)
    {
        while (true)
        {
            CatalogRow row = (KeyText.IsId(id) ? await catalog.FindAsync(RowOf(id), cancel) : null) ?? throw new PipelineException(Problem.KeyNotFound, "There is no key of this id; the list of keys has them all.");
            ApiKey key = row.Read<ApiKey>();
            if (key.RevokedAt is not null) return key;
            key = key with { RevokedAt = UtcNow };
            if (await catalog.TryReplaceAsync(row, Payload.Write(key), cancel)) return key;
        }
    }

    /// <summary>Has a principal stand for a key from here on, unless it does for another that is valid.</summary>
    async Task ClaimAsync(string principal, string id, CancellationToken cancel)
    {
        while (true)
        {
            if (await catalog.FindAsync(RowOfPrincipal(principal), cancel) is not { } row)
            {
                if (await catalog.TryInsertAsync(RowOfPrincipal(principal), Payload.Write(id), cancel)) return;
                continue;
            }

            if (await HolderAsync(row, principal, cancel) is { } other)
            {
                string fault = $"'principal' stands for key {other.Id} already; revoke that first.";
                throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["principal"] = fault });
            }

            if (await catalog.TryReplaceAsync(row, Payload.Write(id), cancel)) return;
        }
    }

    /// <summary>The valid key that a principal's row names; a row may name one that never came into being.</summary>
    async Task<ApiKey?> HolderAsync(CatalogRow? row, string principal, CancellationToken cancel) =>
        row is not null && await FindAsync(row.Read<string>(), cancel) is { } key && key.Principal == principal && key.IsValidAt(UtcNow) ? key : null;

    Dictionary<string, string> FaultsOf(KeyTerms terms)
    {
        var faults = new Dictionary<string, string>();
        if (terms.Name.Trim().Length is 0 or > KeyTerms.LongestName || terms.Name.Any(char.IsControl)) faults["name"] = $"'name' is 1 to {KeyTerms.LongestName} characters.";
        if (!Tiers.ByName.Values.Contains(terms.Tier)) faults["tier"] = $"'tier' is one of {string.Join(", ", Tiers.ByName.Keys)}.";
        if (terms.Quota.ComputeSeconds is { } seconds && !(seconds >= 0 && double.IsFinite(seconds))) faults["compute_seconds_per_day"] = "'compute_seconds_per_day' is 0 or more.";
        if (terms.Quota.Bytes is < 0) faults["bytes_per_day"] = "'bytes_per_day' is 0 or more.";
        if (terms.Principal is { } principal && (principal.Length > KeyTerms.LongestPrincipal || principal.Any(char.IsControl) || principal.Split(':', 2) is not [{ Length: > 0 }, { Length: > 0 }]))
            faults["principal"] = $"'principal' is an identity provider and an id, such as aad:8c2b…, at most {KeyTerms.LongestPrincipal} characters.";
        if (terms.ExpiresAt <= UtcNow) faults["expires_at"] = "'expires_at' is over already.";
        return faults;
    }

    static RowKey RowOf(string id) => new(Table, Partition, id);

    static RowKey RowOfPrincipal(string principal) => new(Table, Principals, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(principal))));
}
