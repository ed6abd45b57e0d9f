using DgxMusic.Api.Events;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Api;

/// <summary>Puts the API into a host.</summary>
public static class ApiMap
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddEvents()
        .AddSingleton<Uploads>().AddSingleton<EngineCards>().AddSingleton<Gpu>().AddSingleton<Health>()
        .AddSingleton<Generations>().AddSingleton<Jobs>().AddSingleton<Files>().AddSingleton<Storage>().AddSingleton<AudioUploads>()
        .AddSingleton<Prompts>();

    /// <summary>Maps every route, and answers what is none of them.</summary>
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        foreach (Http.Route route in ApiRoutes.All)
        {
            app.MapMethods(route.Pattern, [route.Method], (RequestDelegate)AnswerAsync);
            Task AnswerAsync(HttpContext http) => new Guarded(() => route.Handler(http.Request)).ExecuteAsync(http);
        }

        foreach (IGrouping<string, Http.Route> path in ApiRoutes.All.GroupBy(route => route.Pattern))
        {
            string[] allowed = [.. path.Select(route => route.Method)];
            RequestDelegate refuse = http => RefuseMethodAsync(http, allowed);
            app.Map(path.Key, refuse).WithOrder(1);
        }

        RequestDelegate lost = RefuseRouteAsync;
        app.MapFallback("{*path}", lost);
    }

    static Task RefuseRouteAsync(HttpContext http) => Guarded
        .Refuse(http, new(Problem.RouteNotFound, "There is nothing at this address; /api/v1/openapi.json lists what there is.")).ExecuteAsync(http);

    static Task RefuseMethodAsync(HttpContext http, string[] allowed)
    {
        http.Response.Headers.Allow = string.Join(", ", allowed);
        return Guarded.Refuse(http, new(Problem.MethodNotAllowed, $"This address takes {string.Join(" and ", allowed)}, not {http.Request.Method}.")).ExecuteAsync(http);
    }
}
