using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Uploads;

static class UploadServices
{
    public static IServiceCollection AddUploads(this IServiceCollection services) =>
        services.AddSingleton<UploadDesk>().AddSingleton<UploadRegister>().AddSingleton<UploadReceiver>().AddSingleton<SignedAddresses>().AddSingleton<InboxDesk>();
}
