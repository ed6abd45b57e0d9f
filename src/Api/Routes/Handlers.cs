using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Api.Routes;

/// <summary>Takes handlers from the request's services, so that the lists of routes need none.</summary>
static class Handlers
{
    public static T Of<T>(HttpRequest request)
        where T : notnull => request.HttpContext.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the path.</summary>
    public static string Part(HttpRequest request, string name) => request.RouteValues[name]!.ToString()!;
}
