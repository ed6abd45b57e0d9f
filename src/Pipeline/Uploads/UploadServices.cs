using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Uploads;

static class UploadServices
{
    public static IServiceCollection AddUploads(this IServiceCollection services) =>
        services.AddSettings<UploadOptions>("Uploads").AddSingleton<UploadDesk>().AddSingleton<UploadRegister>().AddSingleton<UploadReceiver>().AddSingleton<SignedAddresses>().AddSingleton<InboxDesk>()
        .AddSingleton<OpenUploads>().AddSingleton<RemoteFiles>().AddSingleton<RemoteUploads>().AddSingleton<ISweep, UploadSweep>();
}
