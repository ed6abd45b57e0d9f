using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Identity;

/// <summary>Settings of how often work may be asked for, section <c>RateLimit</c>.</summary>
public sealed class RateLimitOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Calls of one kind and one client in 60 s.</summary>
    [Range(1, 1000)] public int PerMinute { get; set; } = 10;

    /// <summary>Addresses that are not counted, separated by commas.</summary>
    public string Whitelist { get; set; } = "127.0.0.1,localhost,::1";
}

/// <summary>
/// Counts calls over the last 60 s. A catalog row a client and kind holds the times of its calls, at most as many as are allowed,
/// so that all instances count together; a call that was refused is not counted.
/// </summary>
public sealed class RateLimiter(ICatalog catalog, IOptions<RateLimitOptions> options, TimeProvider clock)
{
    const string Table = "rate";
    static readonly TimeSpan window = TimeSpan.FromSeconds(60);

    readonly HashSet<string> whitelist = new(options.Value.Whitelist.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(AddressesOf), StringComparer.OrdinalIgnoreCase);

    sealed record Calls(IReadOnlyList<long> Ticks);

    /// <param name="kind">Calls of different kinds do not count together; letters and <c>-</c>.</param>
    /// <param name="client">A key's id, or an address.</param>
    /// <param name="address">Where it came from; null where that is not known for certain.</param>
    /// <exception cref="PipelineException"><see cref="Problem.RateLimited"/></exception>
    public async Task CountAsync(string kind, string client, IPAddress? address, CancellationToken cancel = default)
    {
        if (!options.Value.Enabled || (address is not null && whitelist.Contains(address.ToString()))) return;
        string who = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client)).AsSpan(0, 16));
        // 256 partitions a kind: a catalog that bounds what one partition takes does not bound all clients together.
        var key = new RowKey(Table, $"{kind}.{who[..2]}", who);

        // Each turn that is lost to another call has counted that one, so there are at most as many as calls are allowed.
        while (!await TryCountAsync(key, cancel))
        {
        }
    }

    async Task<bool> TryCountAsync(RowKey key, CancellationToken cancel)
    {
        CatalogRow? row = await catalog.FindAsync(key, cancel);
        long now = clock.GetUtcNow().UtcTicks;
        List<long> calls = [.. (row?.Read<Calls>().Ticks ?? []).Where(at => at > now - window.Ticks).Order()];
        if (calls.Count >= options.Value.PerMinute) throw Refusal(calls[^options.Value.PerMinute] + window.Ticks - now);
        calls.Add(now);
        JsonElement value = Payload.Write(new Calls(calls));
        return row is null ? await catalog.TryInsertAsync(key, value, cancel) : await catalog.TryReplaceAsync(row, value, cancel);
    }

    PipelineException Refusal(long ticks)
    {
        int seconds = Math.Max(1, (int)Math.Ceiling(TimeSpan.FromTicks(ticks).TotalSeconds));
        return new(
            Problem.RateLimited, $"At most {options.Value.PerMinute} calls in {window.TotalSeconds:F0} s are taken; the next is in {seconds} s.",
            new Dictionary<string, string> { [RetryHint.Detail] = seconds.ToString(CultureInfo.InvariantCulture) });
    }

    static IEnumerable<string> AddressesOf(string entry) =>
        entry.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? ["127.0.0.1", "::1"] : [IPAddress.TryParse(entry, out IPAddress? address) ? address.ToString() : entry];
}

/// <summary>How a refusal tells when to come back: whole seconds, which hosts also send as <c>Retry-After</c>.</summary>
public static class RetryHint
{
    public const string Detail = "retry_after_seconds";
}
