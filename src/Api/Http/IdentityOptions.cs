using System.Net;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Http;

/// <summary>Settings of whom requests are taken to come from, section <c>Identity</c>.</summary>
public sealed class IdentityOptions
{
    /// <summary>Addresses and networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> is believed, separated by commas.</summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Names besides <c>localhost</c> under which a browser on this machine may reach it without a key, separated by commas.</summary>
    public string Hosts { get; set; } = "";

    /// <summary>Lets a caller try on a tier with <c>X-Dgx-Tier</c>. Never on a machine that others reach.</summary>
    public bool Development { get; set; }
}

/// <summary>Settings of which web pages may call, section <c>Cors</c>.</summary>
public sealed class CorsOptions
{
    /// <summary>Origins such as <c>https://studio.example</c>, separated by commas.</summary>
    public string Origins { get; set; } = "";

    /// <summary>Every origin. Never on a machine that holds anything of worth: any page its user opens can call.</summary>
    public bool Development { get; set; }
}

/// <summary>What the host says of connections: whether loopback is a person at this machine. It is not where the host itself sits behind a proxy on loopback.</summary>
public sealed record LoopbackRule(bool IsOwner);

/// <summary>Checks settings at start, so that a typing error does not open or close a door unnoticed.</summary>
sealed class IdentityRules : IValidateOptions<IdentityOptions>, IValidateOptions<CorsOptions>
{
    public static IReadOnlyList<string> Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <exception cref="FormatException">Neither an address nor a network.</exception>
    public static IPNetwork NetworkOf(string text) => IPAddress.TryParse(text, out IPAddress? one) ? new(one, one.GetAddressBytes().Length * 8) : IPNetwork.Parse(text);

    /// <summary>The origin as browsers write it; null for what is none.</summary>
    public static string? OriginOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0
            ? uri.GetLeftPart(UriPartial.Authority) : null;

    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        string[] wrong = [.. Split(options.TrustedProxies).Where(text => !IPAddress.TryParse(text, out _) && !IPNetwork.TryParse(text, out _))];
        return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Identity:TrustedProxies has '{wrong[0]}', which is neither an address nor a network such as 10.0.0.0/8.");
    }

    public ValidateOptionsResult Validate(string? name, CorsOptions options)
    {
        string[] wrong = [.. Split(options.Origins).Where(text => OriginOf(text) is null)];
        return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Cors:Origins has '{wrong[0]}', which is not an origin such as https://studio.example.");
    }
}
