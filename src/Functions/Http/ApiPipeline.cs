using DgxMusic.Api;
using DgxMusic.Functions.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>The shared routes behind every HTTP trigger. A trigger names a resource to the platform; which route of it is meant, its method and its parts are found here as on every host.</summary>
public sealed class ApiPipeline(IServiceProvider services, HostDurable durable)
{
    const string Root = "/api";

    readonly RequestDelegate routes = Build(services);

    public Task AnswerAsync(HttpRequest request, DurableTaskClient client)
    {
        durable.Meet(client);
        // The platform's own route is not ours: it would be taken for the answer.
        request.HttpContext.SetEndpoint(null);
        request.RouteValues.Clear();
        // The host keeps the address itself; what is at it elsewhere is at its API's root here.
        if (request.Path == Root || request.Path == Root + "/") request.Path = "/";
        return routes(request.HttpContext);
    }

    static RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting().UseEndpoints(endpoints => endpoints.MapApi());
        return app.Build();
    }
}
