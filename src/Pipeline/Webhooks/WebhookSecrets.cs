using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Webhooks;

/// <param name="Secret">What signatures are made with; its UTF-8 bytes are the key.</param>
public sealed record WebhookSecret(string Secret, DateTime CreatedAt);

/// <summary>One secret a caller, drawn when it is first needed.</summary>
public sealed class WebhookSecrets(ICatalog catalog, TimeProvider clock)
{
    const string Table = "webhooks", Partition = "secrets";

    public async Task<WebhookSecret> GetAsync(string owner, CancellationToken cancel = default)
    {
        RowKey key = new(Table, Partition, owner);
        while (true)
        {
            if (await catalog.FindAsync(key, cancel) is { } row) return row.Read<WebhookSecret>();
            WebhookSecret drawn = Draw();
            if (await catalog.TryInsertAsync(key, Payload.Write(drawn), cancel)) return drawn;
        }
    }

    /// <summary>Another secret from now on; messages that are sent again are signed with it too.</summary>
    public async Task<WebhookSecret> RotateAsync(string owner, CancellationToken cancel = default)
    {
        RowKey key = new(Table, Partition, owner);
        WebhookSecret drawn = Draw();
        while (true)
        {
            bool written = await catalog.FindAsync(key, cancel) is { } row
                ? await catalog.TryReplaceAsync(row, Payload.Write(drawn), cancel)
                : await catalog.TryInsertAsync(key, Payload.Write(drawn), cancel);
            if (written) return drawn;
        }
    }

    /// <summary>HMAC-SHA256 over <c>{timestamp}.{body}</c>, as the header says it: <c>t=…,v1=…</c>.</summary>
    /// <param name="timestamp">Seconds since 1970, UTC.</param>
    public static string Sign(string secret, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] prefix = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}."));
        byte[] message = [.. prefix, .. body], hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message);
        return string.Create(CultureInfo.InvariantCulture, $"t={timestamp},v1={Convert.ToHexStringLower(hash)}");
    }

    WebhookSecret Draw() => new($"whsec_{RandomNumberGenerator.GetHexString(64, lowercase: true)}", clock.GetUtcNow().UtcDateTime);
}
