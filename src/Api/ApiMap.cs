using DgxMusic.Api.Events;
using DgxMusic.Api.Examinations;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api;

/// <summary>Puts the API into a host.</summary>
public static class ApiMap
{
    /// <param name="loopbackIsOwner">Whether who connects from loopback sits at this machine; not so where the host itself passes requests on over loopback.</param>
    public static IServiceCollection AddApi(this IServiceCollection services, bool loopbackIsOwner = false) => services
        .AddSingleton(new LoopbackRule(loopbackIsOwner)).AddGate().AddEvents().AddSingleton<Keys>()
        .AddSingleton<Uploads>().AddSingleton<EngineCards>().AddSingleton<CustomModelCards>().AddSingleton<Gpu>().AddSingleton<Doctor>().AddSingleton<IExamination, GpuExamination>().AddSingleton<IExamination, InboxExamination>().AddSingleton<IExamination, ModelExamination>().AddSingleton<Benchmarks>().AddSingleton<Health>()
        .AddSingleton<Generations>().AddSingleton<TermsBody>().AddSingleton<Jobs>().AddSingleton<Files>().AddSingleton<Storage>().AddSingleton<AudioUploads>().AddSingleton<Separations>().AddSingleton<BatchedSeparations>().AddSingleton<Songs>()
        .AddSingleton<Prompts>().AddSingleton<Reproductions>().AddSingleton<Consistencies>().AddSingleton<LiveSessions>();

    /// <summary>Maps every route, and answers what is none of them.</summary>
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        foreach (Http.Route route in ApiRoutes.All)
        {
            string name = $"{route.Method} {route.Pattern}";
            RequestDelegate answer = http =>
            {
                // The request's span, where there is one, is named after the route and not after what somebody put into it.
                if (System.Diagnostics.Activity.Current is { IsAllDataRequested: true } span) span.DisplayName = name;
                return GateOf(http).AnswerAsync(http, route);
            };
            app.MapMethods(route.Pattern, [route.Method], answer);
        }

        foreach (IGrouping<string, Http.Route> path in ApiRoutes.All.GroupBy(route => route.Pattern))
        {
            string[] allowed = [.. path.Select(route => route.Method)];
            RequestDelegate other = http => GateOf(http).AnswerOtherMethodAsync(http, allowed);
            app.Map(path.Key, other).WithOrder(1);
        }

        RequestDelegate lost = http => GateOf(http).AnswerLostAsync(http);
        app.MapFallback("{*path}", lost);
    }

    static IServiceCollection AddGate(this IServiceCollection services) => services
        .AddSettings<IdentityOptions>("Identity").AddSettings<CorsOptions>("Cors")
        .AddSingleton<IValidateOptions<IdentityOptions>, IdentityRules>().AddSingleton<IValidateOptions<CorsOptions>, IdentityRules>()
        .AddSingleton<Sites>().AddSingleton<ClientAddress>().AddSingleton<Callers>().AddSingleton<KeyedRequests>().AddSingleton<Gate>();

    static Gate GateOf(HttpContext http) => http.RequestServices.GetRequiredService<Gate>();
}
