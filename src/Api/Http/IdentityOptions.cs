using System.Net;
using DgxMusic.Pipeline.Identity;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Http;

/// <summary>Settings of whom requests are taken to come from, section <c>Identity</c>.</summary>
public sealed class IdentityOptions
{
    /// <summary>Addresses and networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> is believed, separated by commas.</summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Names besides <c>localhost</c> under which a browser on this machine may reach it without a key, separated by commas.</summary>
    public string Hosts { get; set; } = "";

    /// <summary>Whether who connects from this machine without a key is its owner; null: as the kind of host has it. Never on a machine that passes others' requests on over loopback.</summary>
    public bool? LoopbackIsOwner { get; set; }

    /// <summary>A key, <c>dgx_</c>, 12 and 64 hexadecimal digits, that is the owner's: for the first steps where no command on the machine can make one. A secret.</summary>
    public string OwnerKey { get; set; } = "";

    /// <summary>Whether the headers are believed by which App Service and Container Apps say whom they have signed in. Only where their authentication is on: else anybody can write them.</summary>
    public bool Principals { get; set; }

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
        if (options.OwnerKey.Length > 0 && KeyText.Parse(options.OwnerKey) is null)
            return ValidateOptionsResult.Fail("Identity:OwnerKey is not of the form of a key: dgx_, 12 hexadecimal digits, _, and 64 more, in lower case.");
        string[] wrong = [.. Split(options.TrustedProxies).Where(text => !IPAddress.TryParse(text, out _) && !IPNetwork.TryParse(text, out _))];
        return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Identity:TrustedProxies has '{wrong[0]}', which is neither an address nor a network such as 10.0.0.0/8.");
    }

    public ValidateOptionsResult Validate(string? name, CorsOptions options)
    {
        string[] wrong = [.. Split(options.Origins).Where(text => OriginOf(text) is null)];
        return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Cors:Origins has '{wrong[0]}', which is not an origin such as https://studio.example.");
    }
}
