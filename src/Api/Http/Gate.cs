using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Http;

/// <summary>What every request passes before its handler: who is it, may they, not too often. Within the one translation of errors, so that it holds on every host.</summary>
public sealed class Gate(Callers callers, Sites sites, ClientAddress addresses, FeatureGate features, RateLimiter limiter, KeyedRequests keyed, Quotas quotas)
{
    public Task AnswerAsync(HttpContext http, Route route) => DressAndRunAsync(http, () => AdmitAsync(http.Request, route));

    /// <summary>Answers an address that takes other methods: a browser's question, or a mistake.</summary>
    public Task AnswerOtherMethodAsync(HttpContext http, IReadOnlyList<string> methods) => DressAndRunAsync(http, () =>
    {
        if (HttpMethods.IsOptions(http.Request.Method)) return Task.FromResult(sites.AnswerPreflight(http.Request, http.Response, methods));
        throw new PipelineException(Problem.MethodNotAllowed, $"This address takes {string.Join(" and ", methods)}, not {http.Request.Method}.");
    });

    public Task AnswerLostAsync(HttpContext http) => DressAndRunAsync(http, () => throw new PipelineException(Problem.RouteNotFound, "There is nothing at this address; /api/v1/openapi.json lists what there is."));

    // At the start of the answer, because a refusal clears what headers there were.
    Task DressAndRunAsync(HttpContext http, Func<Task<IResult>> handler)
    {
        http.Response.OnStarting(async () =>
        {
            sites.Dress(http.Request, http.Response);
            if (http.Features.Get<Caller>() is { HasKey: true } caller) await QuotaHeaders.WriteAsync(http, caller, quotas);
        });
        return new Guarded(handler).ExecuteAsync(http);
    }

    async Task<IResult> AdmitAsync(HttpRequest request, Route route)
    {
        if (route.IsOpen || route.Signed) return await route.AnswerAsync(request);
        CancellationToken cancel = request.HttpContext.RequestAborted;
        sites.RefuseForeign(request);
        Caller caller = await callers.FindAsync(request, cancel);
        request.HttpContext.Features.Set(caller);
        if (route.ForAdmins && !caller.IsAdmin) throw new PipelineException(Problem.Forbidden, "This is for the owner of the machine and for keys made with --admin.");
        if (route.Feature is { } feature) features.Require(caller, feature);
        if (route.RateLimit is { } kind) await CountAsync(request, caller, kind, cancel);
        if (!route.StartsWork) return await route.AnswerAsync(request);
        // Within, so that an answer that was given is given again to who has nothing left since.
        return await keyed.RunAsync(request, route, caller, async () =>
        {
            await quotas.CheckAsync(caller, 0, cancel);
            return await route.AnswerAsync(request);
        });
    }

    Task CountAsync(HttpRequest request, Caller caller, string kind, CancellationToken cancel)
    {
        Origin origin = addresses.Of(request.HttpContext);
        return limiter.CountAsync(kind, caller.HasKey ? caller.Id : $"{origin.Address}", origin.Address, cancel);
    }
}
