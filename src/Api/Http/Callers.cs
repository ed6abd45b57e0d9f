using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Http;

/// <summary>Who sent a request, as found out before any handler saw it.</summary>
public static class Callers
{
    public static Caller Of(HttpRequest request) => request.HttpContext.Features.Get<Caller>() ?? Caller.Owner;

    /// <summary>What work of this request is accepted with.</summary>
    public static JobTerms TermsOf(HttpRequest request) => new(Of(request).Id);
}
