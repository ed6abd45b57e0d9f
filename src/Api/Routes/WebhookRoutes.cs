using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Api.Routes;

/// <summary>What receivers of webhooks need.</summary>
static class WebhookRoutes
{
    const string Header = "Each message has X-Dgx-Delivery, the same in every attempt, and X-Dgx-Signature: t=SECONDS,v1=HEX, the HMAC-SHA256 of 't.body' with the secret's characters as key.";

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/webhooks/secret", "webhooks", "The secret that messages about your jobs are signed with.", request => Handlers.Of<Webhooks>(request).ReadSecretAsync(request))
        {
            Answers = [new(200, Header, typeof(WebhookSecret))],
        },
        new("POST", "/api/v1/webhooks/secret", "webhooks", "Draws another secret; the one before signs nothing more.", request => Handlers.Of<Webhooks>(request).RotateSecretAsync(request))
        {
            Answers = [new(201, Header, typeof(WebhookSecret))],
        },
    ];
}
