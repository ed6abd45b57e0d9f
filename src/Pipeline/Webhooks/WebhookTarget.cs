using System.Net;
using System.Net.Sockets;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Webhooks;

/// <summary>Where a webhook may go: an address on the public internet unless the settings say otherwise.</summary>
public static class WebhookTarget
{
    public const int LongestUrl = 2048;

    /// <summary>Networks that are not the internet's: this machine, private ones, link-local (where clouds keep credentials), shared, documentation, benchmarks, multicast, reserved; IANA's special-purpose registries.</summary>
    static readonly IPNetwork[] special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Teredo and 6to4 carry any IPv4 address; the rest of 2000::/3 is the internet.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    static readonly IPNetwork globalUnicast = IPNetwork.Parse("2000::/3");

    /// <returns>What is wrong with it, or null.</returns>
    public static string? FaultOf(string url, bool allowPrivate)
    {
        if (url.Length > LongestUrl) return $"'webhook_url' has {url.Length} characters; {LongestUrl} are accepted.";
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Host.Length == 0)
            return "'webhook_url' is not an http or https address.";
        if (uri.UserInfo.Length > 0) return "'webhook_url' has a name or a password in it; the signature says who sends.";
        bool refused = !allowPrivate && (IPAddress.TryParse(uri.IdnHost, out IPAddress? address) ? !IsPublic(address) : uri.IsLoopback);
        return refused ? $"'webhook_url' leads to {uri.IdnHost}, which is not on the public internet; the setting Webhooks:AllowPrivateAddresses allows that." : null;
    }

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        bool known = address.AddressFamily == AddressFamily.InterNetwork || (address.AddressFamily == AddressFamily.InterNetworkV6 && globalUnicast.Contains(address));
        return known && !special.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/></exception>
    public static void Check(string url, bool allowPrivate)
    {
        if (FaultOf(url, allowPrivate) is { } fault) throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["webhook_url"] = fault });
    }
}
