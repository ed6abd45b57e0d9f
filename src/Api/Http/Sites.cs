using System.Net;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Http;

/// <summary>
/// Which web pages may call. A page of our own address may; one of another origin only if a setting names it. Credentials are never allowed
/// to browsers: our keys are sent by scripts that have them, not by the browser itself.
/// </summary>
public sealed class Sites(IOptions<CorsOptions> cors, IOptions<IdentityOptions> identity)
{
    const string AllowedHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Range, X-API-Key, X-Dgx-Tier";
    const string ExposedHeaders = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Idempotency-Replayed, Location, Retry-After, WWW-Authenticate, "
        + $"{QuotaHeaders.ComputeSeconds}, {QuotaHeaders.Bytes}, {QuotaHeaders.Reset}";

    readonly HashSet<string> origins = new(IdentityRules.Split(cors.Value.Origins).Select(text => IdentityRules.OriginOf(text)!), StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> hosts = new(IdentityRules.Split(identity.Value.Hosts), StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses what a page of somebody else's would change here: browsers send such requests without asking us first.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.Forbidden"/></exception>
    public void RefuseForeign(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOwn(request, origin) || Allows(origin)) return;
        throw new PipelineException(Problem.Forbidden, "A web page of another origin asked for this; the setting Cors:Origins names those that may.");
    }

    /// <summary>
    /// Whether a browser that sent this was told the name of this machine. A page can have its own name resolve to 127.0.0.1 and then counts as our own origin;
    /// the name it used stands in <c>Host</c>.
    /// </summary>
    public bool IsOwnHost(HttpRequest request)
    {
        string host = request.Host.Host;
        if (host.Length == 0) return false;
        return hosts.Contains(host) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Lets a page that may call read the answer.</summary>
    public void Dress(HttpRequest request, HttpResponse response)
    {
        IHeaderDictionary headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (origins.Count > 0 || cors.Value.Development) headers.Append("Vary", "Origin");
        string origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || !Allows(origin)) return;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = ExposedHeaders;
    }

    /// <summary>Answers the question browsers ask before a request; nothing else of it is looked at.</summary>
    public IResult AnswerPreflight(HttpRequest request, HttpResponse response, IReadOnlyList<string> methods)
    {
        response.Headers.Allow = string.Join(", ", methods);
        if (Allows(request.Headers.Origin.ToString()))
        {
            response.Headers.AccessControlAllowMethods = string.Join(", ", methods);
            response.Headers.AccessControlAllowHeaders = AllowedHeaders;
            response.Headers.AccessControlMaxAge = "600";
        }

        return Results.NoContent();
    }

    bool Allows(string origin) => origin.Length > 0 && (cors.Value.Development || origins.Contains(origin));

    /// <summary>By name and port only: behind a proxy that ends TLS the page is https and what reaches us is not.</summary>
    static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Scheme is "http" or "https" && request.Host.HasValue
        && Uri.TryCreate($"{page.Scheme}://{request.Host.Value}", UriKind.Absolute, out Uri? own)
        && page.Host.Equals(own.Host, StringComparison.OrdinalIgnoreCase) && page.Port == own.Port;
}
