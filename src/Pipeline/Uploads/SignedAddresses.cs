using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Addresses that are a right by themselves: who has one may send that one file to it, for a while.</summary>
public sealed class SignedAddresses(ICatalog catalog, TimeProvider clock)
{
    const int SecretBytes = 32;
    static readonly RowKey secretKey = new("secrets", "uploads", "hmac");

    // Never changes once it is in the catalog.
    byte[]? secret;

    /// <summary>The query of an address: when it expires, and that we said so.</summary>
    public async Task<string> SignAsync(string id, DateTime expiresAt, CancellationToken cancel = default)
    {
        string expires = new DateTimeOffset(expiresAt).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"expires={expires}&signature={Base64Url.EncodeToString(Sign(await SecretAsync(cancel), id, expires))}";
    }

    /// <exception cref="PipelineException"><see cref="Problem.SignatureInvalid"/>; <see cref="Problem.UploadExpired"/>.</exception>
    public async Task CheckAsync(string id, string expires, string signature, CancellationToken cancel = default)
    {
        byte[] key = await SecretAsync(cancel), given = new byte[SHA256.HashSizeInBytes];
        bool isFormed = Base64Url.IsValid(signature, out int bytes) && bytes == given.Length && Base64Url.TryDecodeFromChars(signature, given, out _);
        bool isOurs = CryptographicOperations.FixedTimeEquals(given, Sign(key, id, expires)) && isFormed;
        if (!isOurs) throw new PipelineException(Problem.SignatureInvalid, "This is not an upload address as POST /api/v1/uploads gives it.");
        if (clock.GetUtcNow().ToUnixTimeSeconds() > long.Parse(expires, CultureInfo.InvariantCulture)) throw UploadReceiver.Expired(id);
    }

    static byte[] Sign(byte[] secret, string id, string expires) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"PUT\n{id}\n{expires}"));

    async Task<byte[]> SecretAsync(CancellationToken cancel)
    {
        if (secret is { } known) return known;
        await catalog.TryInsertAsync(secretKey, Payload.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes))), cancel);
        CatalogRow row = await catalog.FindAsync(secretKey, cancel) ?? throw new InvalidOperationException("The secret of upload addresses is gone.");
        return secret = Convert.FromBase64String(row.Read<string>());
    }
}
