using DgxMusic.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Identity;

/// <summary>Names of what not every tier has.</summary>
public static class Features
{
    public const string StemSeparation = "stem_separation", HighPriority = "high_priority";
}

/// <summary>Which tier a feature needs, section <c>Tiers</c>: <c>stem_separation=paid</c>. What is not listed is free.</summary>
public sealed class FeatureTiers
{
    public Dictionary<string, Tier> ByFeature { get; } = new(StringComparer.OrdinalIgnoreCase) { [Features.StemSeparation] = Tier.Paid, [Features.HighPriority] = Tier.Paid };

    /// <exception cref="OptionsValidationException">A feature is given a tier that does not exist.</exception>
    internal void Read(IConfigurationSection section)
    {
        foreach (IConfigurationSection feature in section.GetChildren())
        {
            if (!Tiers.ByName.TryGetValue(feature.Value ?? "", out Tier tier))
                throw new OptionsValidationException(section.Path, typeof(FeatureTiers), [$"{feature.Path} is '{feature.Value}'; it is one of {string.Join(", ", Tiers.ByName.Keys)}."]);
            ByFeature[feature.Key] = tier;
        }
    }
}

/// <summary>Lets a feature's callers in by tier. Asked before anything is written or worked on.</summary>
public sealed class FeatureGate(IOptions<FeatureTiers> tiers)
{
    public IReadOnlyDictionary<string, Tier> Listed => tiers.Value.ByFeature;

    public Tier NeedOf(string feature) => tiers.Value.ByFeature.GetValueOrDefault(feature, Tier.Free);

    public bool Allows(Caller caller, string feature) => caller.Tier >= NeedOf(feature);

    /// <exception cref="PipelineException"><see cref="Problem.TierRequired"/></exception>
    public void Require(Caller caller, string feature)
    {
        if (Allows(caller, feature)) return;
        string need = Tiers.NameOf(NeedOf(feature)), has = Tiers.NameOf(caller.Tier);
        throw new PipelineException(
            Problem.TierRequired, $"'{feature}' needs the tier {need}; yours is {has}.",
            new Dictionary<string, string> { ["feature"] = feature, ["required_tier"] = need, ["current_tier"] = has });
    }
}
