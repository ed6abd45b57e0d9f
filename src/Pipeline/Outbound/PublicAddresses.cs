using System.Net;
using System.Net.Sockets;

namespace DgxMusic.Pipeline.Outbound;

/// <summary>Which addresses that strangers give we call: those of the public internet.</summary>
public static class PublicAddresses
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

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        bool known = address.AddressFamily == AddressFamily.InterNetwork || (address.AddressFamily == AddressFamily.InterNetworkV6 && globalUnicast.Contains(address));
        return known && !special.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <summary>Any address, where the settings say so; else public ones.</summary>
    public static Func<IPAddress, bool> Allowed(bool allowPrivate) => allowPrivate ? _ => true : IsPublic;

    /// <param name="name">What it is called in the sentence: a field, in quotes.</param>
    /// <param name="setting">That allows private ones.</param>
    /// <returns>What can be seen to be wrong with it before its name is looked up, or null.</returns>
    public static string? FaultOf(string url, string name, string setting, Func<IPAddress, bool> allows)
    {
        if (url.Length > LongestUrl) return $"{name} has {url.Length} characters; {LongestUrl} are accepted.";
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Host.Length == 0)
            return $"{name} is not an http or https address.";
        if (uri.UserInfo.Length > 0) return $"{name} has a name or a password in it.";
        bool refused = IPAddress.TryParse(uri.IdnHost, out IPAddress? address) ? !allows(address) : uri.IsLoopback && !allows(IPAddress.Loopback);
        return refused ? $"{name} leads to {uri.IdnHost}, which is not on the public internet; the setting {setting} allows that." : null;
    }
}
