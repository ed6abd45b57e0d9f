using DgxMusic.Api.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Api.Events;

static class EventServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services) =>
        services.AddSingleton<EventHub>().AddSingleton<EventStream>().AddSingleton<JobEventStream>().AddSingleton<Webhooks>();
}
