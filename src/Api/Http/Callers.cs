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

    /// <exception cref="InvalidOperationException">Nobody found out: the route is open, or was mapped past the gate.</exception>
    public static Caller Of(HttpRequest request) => request.HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException("Nobody has found out who sends this.");

    /// <summary>What work of this request is accepted with.</summary>
    public static JobTerms TermsOf(HttpRequest request) => new(Of(request).Id) { Ticket = request.HttpContext.Features.Get<WorkTicket>() };

    /// <summary>By the key; without one, who works on this machine is its owner.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.Unauthorized"/>; <see cref="Problem.Forbidden"/>: a browser on this machine that was told another name for it.</exception>
    public async Task<Caller> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        string? key = KeyOf(request);
        Caller caller = key is null ? OwnerOf(request) : await keys.AuthenticateAsync(key, cancel);
        string wanted = request.Headers[TierHeader].ToString();
        return options.Value.Development && wanted.Length > 0 ? caller with { Tier = Tiers.Parse(wanted) } : caller;
    }

    Caller OwnerOf(HttpRequest request)
    {
        // What a proxy on this machine passes on also comes from loopback, and may be anybody's.
        if (!loopback.IsOwner || !addresses.Of(request.HttpContext).IsLoopback)
            throw new PipelineException(Problem.Unauthorized, "This needs a key: send 'Authorization: Bearer dgx_…' or 'X-API-Key: dgx_…'. 'dgxmusic keys create' makes one.");
        return sites.IsOwnHost(request) ? Caller.Owner
            : throw new PipelineException(Problem.Forbidden, "Without a key this machine answers to localhost only; the setting Identity:Hosts names what else it is called.");
    }

    static string? KeyOf(HttpRequest request)
    {
        (StringValues bearer, StringValues plain) = (request.Headers.Authorization, request.Headers["X-API-Key"]);
        if (bearer.Count == 0 && plain.Count == 0) return null;
        string[] given = [.. bearer.Select(Unwrap).Concat(plain.Select(text => text?.Trim() ?? "")).Distinct()];
        return given.Length == 1 ? given[0] : throw new PipelineException(Problem.Unauthorized, "Two different keys came with this; send one.");
    }

    static string Unwrap(string? header) => header?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? header[Bearer.Length..].Trim() : "";
}
