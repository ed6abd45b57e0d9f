using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Identity;

static class IdentityServices
{
    /// <summary>Keys, tiers and limits.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddSettings<RateLimitOptions>("RateLimit");
        services.AddOptions<FeatureTiers>().Configure<IConfiguration>((tiers, configuration) => tiers.Read(configuration.GetSection("Tiers"))).ValidateOnStart();
        services.AddSingleton<IdempotencyLedger>().AddSingleton<ISweep>(provider => provider.GetRequiredService<IdempotencyLedger>());
        services.AddSingleton<UsageLedger>().AddSingleton<ComputeMeter>().AddSingleton<Quotas>();
        return services.AddSingleton<KeyRing>().AddSingleton<FeatureGate>().AddSingleton<RateLimiter>();
    }
}
