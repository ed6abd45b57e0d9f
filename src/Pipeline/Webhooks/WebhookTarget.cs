using DgxMusic.Contracts;
using DgxMusic.Pipeline.Outbound;

namespace DgxMusic.Pipeline.Webhooks;

/// <summary>Where a webhook may go: an address on the public internet unless the settings say otherwise.</summary>
public static class WebhookTarget
{
    public const int LongestUrl = PublicAddresses.LongestUrl;

    /// <returns>What is wrong with it, or null.</returns>
    public static string? FaultOf(string url, bool allowPrivate) =>
        PublicAddresses.FaultOf(url, "'webhook_url'", "Webhooks:AllowPrivateAddresses", PublicAddresses.Allowed(allowPrivate));

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/></exception>
    public static void Check(string url, bool allowPrivate)
    {
        if (FaultOf(url, allowPrivate) is { } fault) throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["webhook_url"] = fault });
    }
}
