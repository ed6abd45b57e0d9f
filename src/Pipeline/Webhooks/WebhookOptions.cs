using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Webhooks;

/// <summary>Settings of webhooks, section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Lets webhooks reach this machine and its own network, which no stranger's address should.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long a receiver may take to answer.</summary>
    [Range(1, 60)] public int TimeoutSeconds { get; set; } = 10;
}
