using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DgxMusic.Api.Http;

/// <summary>Who sent a request, as found out before any handler saw it.</summary>
public sealed class Callers(KeyRing keys, ClientAddress addresses, Sites sites, LoopbackRule loopback, IOptions<IdentityOptions> options)
{
    const string Bearer = "Bearer ", TierHeader = "X-Dgx-Tier";

    readonly KeyText? ownerKey = KeyText.Parse(options.Value.OwnerKey);

    /// <exception cref="InvalidOperationException">Nobody found out: the route is open, or was mapped past the gate.</exception>
    public static Caller Of(HttpRequest request) => request.HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException("Nobody has found out who sends this.");

    /// <summary>What work of this request is accepted with.</summary>
    public static JobTerms TermsOf(HttpRequest request) => new(Of(request).Id) { Ticket = request.HttpContext.Features.Get<WorkTicket>() };

    /// <summary>By the key; without one, by whom the platform has signed in, or who works on this machine: its owner.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.Unauthorized"/>; <see cref="Problem.Forbidden"/>: a browser on this machine that was told another name for it.</exception>
    public async Task<Caller> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        string? principal = PrincipalOf(request), key = KeyOf(request, principal);
        Caller caller = key is not null ? await HolderOfAsync(key, cancel) : principal is not null ? await keys.RecognizeAsync(principal, cancel) : OwnerOf(request);
        string wanted = request.Headers[TierHeader].ToString();
        return options.Value.Development && wanted.Length > 0 ? caller with { Tier = Tiers.Parse(wanted) } : caller;
    }

    async Task<Caller> HolderOfAsync(string key, CancellationToken cancel) =>
        ownerKey is not null && KeyText.Parse(key) is { } given && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes($"{given}"), Encoding.ASCII.GetBytes($"{ownerKey}"))
            ? Caller.Owner : await keys.AuthenticateAsync(key, cancel);

    Caller OwnerOf(HttpRequest request)
    {
        // What a proxy on this machine passes on also comes from loopback, and may be anybody's.
        if (!(options.Value.LoopbackIsOwner ?? loopback.IsOwner) || !addresses.Of(request.HttpContext).IsLoopback)
            throw new PipelineException(Problem.Unauthorized, "This needs a key: send 'Authorization: Bearer dgx_…' or 'X-API-Key: dgx_…'. 'dgxmusic keys create' makes one.");
        return sites.IsOwnHost(request) ? Caller.Owner
            : throw new PipelineException(Problem.Forbidden, "Without a key this machine answers to localhost only; the setting Identity:Hosts names what else it is called.");
    }

    string? PrincipalOf(HttpRequest request)
    {
        (string provider, string id) = (request.Headers["X-MS-CLIENT-PRINCIPAL-IDP"].ToString(), request.Headers["X-MS-CLIENT-PRINCIPAL-ID"].ToString());
        return options.Value.Principals && provider.Length > 0 && id.Length > 0 ? $"{provider}:{id}" : null;
    }

    static string? KeyOf(HttpRequest request, string? principal)
    {
        (StringValues bearer, StringValues plain) = (request.Headers.Authorization, request.Headers["X-API-Key"]);
        // The token that the platform has signed somebody in by is passed on; it is no key of ours, and need not be.
        if (principal is not null && bearer.All(text => KeyText.Parse(Unwrap(text)) is null)) bearer = default;
        if (bearer.Count == 0 && plain.Count == 0) return null;
        string[] given = [.. bearer.Select(Unwrap).Concat(plain.Select(text => text?.Trim() ?? "")).Distinct()];
        return given.Length == 1 ? given[0] : throw new PipelineException(Problem.Unauthorized, "Two different keys came with this; send one.");
    }

    static string Unwrap(string? header) => header?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? header[Bearer.Length..].Trim() : "";
}
