using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace DgxMusic.Azure.Stores;

/// <summary>Copies inside the account. Whatever the size, the copy appears by one request: a copy that the service makes in its own time would be there empty first.</summary>
static class BlobCopy
{
    /// <summary>What one request copies at most: the service's limit.</summary>
    const long WholeBytes = 256L << 20;

    /// <summary>What one block takes from another blob; the service's limit is 4,000 MiB.</summary>
    const long PartBytes = 256L << 20;

    const int PartsAtOnce = 4;

    /// <param name="source">An address that may be read.</param>
    /// <returns>False if the source is gone.</returns>
    public static async Task<bool> RunAsync(Uri source, BlobProperties found, BlockBlobClient target, CancellationToken cancel)
    {
        try
        {
            if (found.ContentLength <= WholeBytes) await target.SyncCopyFromUriAsync(source, cancellationToken: cancel);
            else await InPartsAsync(source, found, target, cancel);
            return true;
        }
        catch (RequestFailedException fault) when (fault.Status == 404 && fault.ErrorCode != "ContainerNotFound")
        {
            return false;
        }
    }

    static async Task InPartsAsync(Uri source, BlobProperties found, BlockBlobClient target, CancellationToken cancel)
    {
        string writer = Guid.NewGuid().ToString("N");
        long[] starts = [.. Enumerable.Range(0, (int)((found.ContentLength + PartBytes - 1) / PartBytes)).Select(part => part * PartBytes)];
        await Parallel.ForEachAsync(starts, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancel }, async (start, stop) =>
        {
            var part = new StageBlockFromUriOptions
            {
                SourceRange = new HttpRange(start, Math.Min(PartBytes, found.ContentLength - start)),
                SourceConditions = new BlobRequestConditions { IfMatch = found.ETag },
            };
            await target.StageBlockFromUriAsync(source, NameOf(writer, start / PartBytes), part, stop);
        });
        var headers = new BlobHttpHeaders { ContentType = found.ContentType, ContentHash = found.ContentHash };
        await target.CommitBlockListAsync(starts.Select(start => NameOf(writer, start / PartBytes)), new CommitBlockListOptions { HttpHeaders = headers }, cancel);
    }

    /// <summary>Blocks of two writers of one name never meet; all names have one length, as the service wants it.</summary>
    public static string NameOf(string writer, long block) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{writer}-{block:D6}")));
}
