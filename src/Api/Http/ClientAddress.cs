using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Http;

/// <summary>Where a request comes from.</summary>
/// <param name="Address">Null: hidden behind a proxy that is not trusted, or not an Internet address.</param>
/// <param name="IsDirect">No proxy passed it on.</param>
public sealed record Origin(IPAddress? Address, bool IsDirect)
{
    /// <summary>A process on this machine, for certain.</summary>
    public bool IsLoopback => IsDirect && Address is not null && IPAddress.IsLoopback(Address);
}

/// <summary>Finds the address of callers behind proxies: the right-most entry of <c>X-Forwarded-For</c> that no trusted proxy is, since a caller can write anything to the left of it.</summary>
public sealed class ClientAddress(IOptions<IdentityOptions> options)
{
    static readonly string[] marks = ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];
    readonly IPNetwork[] trusted = [.. IdentityRules.Split(options.Value.TrustedProxies).Select(IdentityRules.NetworkOf)];

    public Origin Of(HttpContext http)
    {
        IPAddress? peer = Plain(http.Connection.RemoteIpAddress);
        if (!marks.Any(http.Request.Headers.ContainsKey)) return new(peer, IsDirect: true);
        if (peer is null || !IsTrusted(peer)) return new(null, IsDirect: false);
        string[] entries = http.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (int n = entries.Length - 1; n >= 0; n--)
        {
            IPAddress? hop = Read(entries[n]);
            if (hop is null || !IsTrusted(hop) || n == 0) return new(hop, IsDirect: false);
        }

        return new(null, IsDirect: false);
    }

    bool IsTrusted(IPAddress address) => trusted.Any(network => network.Contains(address));

    /// <summary>With or without a port: <c>192.0.2.1:4711</c>, <c>[2001:db8::1]:4711</c>.</summary>
    static IPAddress? Read(string entry) => IPEndPoint.TryParse(entry, out IPEndPoint? point) ? Plain(point.Address) : null;

    static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
