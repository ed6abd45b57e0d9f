using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Separations;

static class SeparationServices
{
    public static IServiceCollection AddSeparations(this IServiceCollection services) => services
        .AddSingleton<SongRegister>().AddSingleton<SongDesk>().AddSingleton<SongCheck>().AddSingleton<SeparationDesk>().AddSingleton<IInboxHandler, SeparationInbox>()
        .AddSingleton<BatchParents>().AddSingleton<SeparationBatches>().AddSingleton<ISweep>(provider => provider.GetRequiredService<SeparationBatches>());
}
