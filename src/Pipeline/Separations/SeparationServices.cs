using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Separations;

static class SeparationServices
{
    public static IServiceCollection AddSeparations(this IServiceCollection services) => services
        .AddSingleton<SongRegister>().AddSingleton<SongDesk>().AddSingleton<SongCheck>().AddSingleton<SeparationDesk>().AddSingleton<IInboxHandler, SeparationInbox>();
}
