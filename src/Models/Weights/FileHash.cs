using System.Security.Cryptography;

namespace DgxMusic.Models.Weights;

/// <summary>SHA-256 of whole files, as 64 lower-case hex digits.</summary>
static class FileHash
{
    const int BlockBytes = 1 << 20;

    public static string Of(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BlockBytes, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <param name="progress">Told the bytes done so far, about every megabyte.</param>
    public static async Task<string> OfAsync(string path, Action<long>? progress, CancellationToken cancel)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[BlockBytes];
        long done = 0;
        for (int read; (read = await stream.ReadAsync(block, cancel)) > 0;)
        {
            hash.AppendData(block, 0, read);
            progress?.Invoke(done += read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
