using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace DgxMusic.Pipeline.Identity;

/// <summary>What may be used up in a day, UTC. Null: as much as there is.</summary>
/// <param name="ComputeSeconds">Seconds that jobs run.</param>
/// <param name="Bytes">Bytes that uploads and results add to the store.</param>
public sealed record DailyQuota(double? ComputeSeconds, long? Bytes)
{
    public static readonly DailyQuota None = new(null, null);
}

/// <summary>What a new key is to be.</summary>
public sealed record KeyTerms(string Name, Tier Tier)
{
    public const int LongestName = 100, LongestPrincipal = 300;

    public bool IsAdmin { get; init; }

    public DailyQuota Quota { get; init; } = DailyQuota.None;

    /// <summary>UTC; null: until it is revoked.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>Who it stands for once the platform has signed them in, such as <c>aad:</c> and an object id; null: only who sends it.</summary>
    public string? Principal { get; init; }
}

/// <summary>A key as the catalog keeps it: everything but the secret.</summary>
/// <param name="Id">Twelve hexadecimal digits; part of the key, and the owner of its jobs.</param>
/// <param name="Hash">SHA-256 of the secret, hexadecimal.</param>
/// <param name="TierName">Kept as text, so that a name nobody knows is a tier that opens nothing and not a row that cannot be read.</param>
public sealed record ApiKey(string Id, string Name, string Hash, string TierName, bool IsAdmin, DailyQuota Quota, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? RevokedAt)
{
    /// <inheritdoc cref="KeyTerms.Principal"/>
    public string? Principal { get; init; }

    [JsonIgnore]
    public Tier Tier => Tiers.Parse(TierName);

    /// <summary>Whether it opens anything at this moment.</summary>
    public bool IsValidAt(DateTime now) => RevokedAt is null && (ExpiresAt is null || now < ExpiresAt);
}

/// <summary>A key as its holder sends it: <c>dgx_{id}_{secret}</c>.</summary>
public sealed record KeyText(string Id, string Secret)
{
    const string Prefix = "dgx";
    const int IdDigits = 12, SecretBytes = 32;

    public static KeyText Draw() => new(RandomNumberGenerator.GetHexString(IdDigits, lowercase: true), RandomNumberGenerator.GetHexString(2 * SecretBytes, lowercase: true));

    /// <summary>Null: not the form of a key.</summary>
    public static KeyText? Parse(string text) => text.Split('_') is [Prefix, { Length: IdDigits } id, { Length: 2 * SecretBytes } secret] && IsHex(id) && IsHex(secret) ? new(id, secret) : null;

    /// <summary>One plain SHA-256: a secret of 256 random bits cannot be guessed however fast guesses are hashed, so the slowness and salt that chosen passwords need would only slow every request.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Secret)));

    public override string ToString() => $"{Prefix}_{Id}_{Secret}";

    public static bool IsId(string text) => text.Length == IdDigits && IsHex(text);

    static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);
}
