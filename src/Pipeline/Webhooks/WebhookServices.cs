using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Webhooks;

static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services) =>
        services.AddSettings<WebhookOptions>("Webhooks").AddSingleton<WebhookClient>().AddSingleton<WebhookSecrets>()
        .AddSingleton<WebhookStarter>().AddSingleton<IJobResidue>(provider => provider.GetRequiredService<WebhookStarter>());
}
