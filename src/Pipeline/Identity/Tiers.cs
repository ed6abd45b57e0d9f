namespace DgxMusic.Pipeline.Identity;

/// <summary>What a caller has paid for; each includes those before it.</summary>
public enum Tier
{
    /// <summary>A name nobody knows: below every feature's need, so that it opens nothing.</summary>
    Unknown,
    Free,
    Paid,
    Premium,
    Ultra,
}

public static class Tiers
{
    /// <summary>The tiers that can be given, from the least.</summary>
    public static IReadOnlyDictionary<string, Tier> ByName { get; } = new Dictionary<string, Tier>
    {
        ["free"] = Tier.Free, ["paid"] = Tier.Paid, ["premium"] = Tier.Premium, ["ultra"] = Tier.Ultra,
    };

    /// <summary><see cref="Tier.Unknown"/> for any other name.</summary>
    public static Tier Parse(string name) => ByName.GetValueOrDefault(name);

    public static string NameOf(Tier tier) => tier.ToString().ToLowerInvariant();
}
