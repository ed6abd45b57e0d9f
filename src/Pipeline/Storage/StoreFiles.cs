using System.Globalization;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Storage;

/// <param name="From">First day of modification, UTC; null from the beginning.</param>
/// <param name="To">Last day, all of it; null to the end.</param>
/// <param name="Extension">With its dot, lower case; null for all.</param>
/// <param name="Limit">At most so many, 0 to 1,000.</param>
/// <param name="After">The continuation of an earlier page.</param>
public sealed record StoreFilter(string Container, DateTime? From, DateTime? To, string? Extension, int Limit, string? After);

/// <param name="Continuation">Null where nothing follows.</param>
public sealed record StorePage(IReadOnlyList<BlobInfo> Files, string? Continuation);

/// <summary>What lies in a container. Sizes in bytes; extensions lower case with their dot, <c>""</c> for none.</summary>
public sealed record StoreTotals(
    int TotalFiles, long TotalSizeBytes, double TotalSizeMb, double TotalSizeGb, DateTime? OldestFile, DateTime? NewestFile, IReadOnlyDictionary<string, int> FileTypes);

/// <summary>Files of the store as callers handle them.</summary>
public sealed class StoreFiles(IBlobStore store)
{
    const double BytesPerMebibyte = 1 << 20, BytesPerGibibyte = 1 << 30;

    /// <summary>Newest first; equal times by name, so that pages are stable.</summary>
    static readonly Comparer<BlobInfo> newestFirst = Comparer<BlobInfo>.Create((a, b) =>
        b.LastModifiedUtc.CompareTo(a.LastModifiedUtc) is not 0 and int time ? time : string.CompareOrdinal(a.Ref.Path, b.Ref.Path));

    public Task<BlobInfo?> FindAsync(BlobRef blob, CancellationToken cancel = default) => store.FindAsync(blob, cancel);

    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/></exception>
    public async Task<BlobInfo> GetAsync(BlobRef blob, CancellationToken cancel = default) => await store.FindAsync(blob, cancel) ?? throw Missing(blob);

    /// <returns>False if there was none.</returns>
    public Task<bool> DeleteAsync(BlobRef blob, CancellationToken cancel = default) => store.DeleteAsync(blob, cancel);

    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/>; <see cref="Problem.FileExists"/>; <see cref="Problem.InvalidRequest"/>: source and destination are one.</exception>
    public async Task<BlobInfo> CopyAsync(BlobRef source, BlobRef destination, bool overwrite, CancellationToken cancel = default)
    {
        if (source == destination) throw new PipelineException(Problem.InvalidRequest, "Source and destination are the same file.", new Dictionary<string, string> { ["destination"] = "The same as 'source'." });
        BlobInfo original = await GetAsync(source, cancel);
        if (!overwrite && await store.FindAsync(destination, cancel) is not null)
            throw new PipelineException(Problem.FileExists, $"{destination} exists; overwrite=true replaces it.");
        if (!await store.CopyAsync(source, destination, cancel)) throw Missing(source);
        BlobInfo copy = await GetAsync(destination, cancel);
        return copy.Bytes == original.Bytes ? copy : throw new PipelineException(Problem.StorageWriteFailed, $"{destination} has {copy.Bytes} bytes where {source} has {original.Bytes}.");
    }

    /// <summary>Copies, looks at the copy, then removes the source.</summary>
    /// <inheritdoc cref="CopyAsync" path="/exception"/>
    public async Task<BlobInfo> MoveAsync(BlobRef source, BlobRef destination, bool overwrite, CancellationToken cancel = default)
    {
        BlobInfo moved = await CopyAsync(source, destination, overwrite, cancel);
        await store.DeleteAsync(source, cancel);
        return moved;
    }

    /// <summary>One page, newest first. Memory holds a page, however much there is.</summary>
    public async Task<StorePage> ListAsync(StoreFilter filter, CancellationToken cancel = default)
    {
        if (filter.Limit == 0) return new([], null);
        BlobInfo? after = filter.After is null ? null : Mark.Read(filter.After, filter.Container);
        var page = new SortedSet<BlobInfo>(newestFirst);
        bool more = false;
        await foreach (BlobInfo blob in store.ListAsync(filter.Container, "", cancel))
        {
            if (!Fits(blob, filter) || (after is not null && newestFirst.Compare(blob, after) <= 0)) continue;
            page.Add(blob);
            if (page.Count <= filter.Limit) continue;
            page.Remove(page.Max!);
            more = true;
        }

        return new([.. page], more ? Mark.Write(page.Max!) : null);
    }

    public async Task<StoreTotals> CountAsync(string container, CancellationToken cancel = default)
    {
        (int files, long bytes) = (0, 0);
        (DateTime? oldest, DateTime? newest) = (null, null);
        var types = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (BlobInfo blob in store.ListAsync(container, "", cancel))
        {
            (files, bytes) = (files + 1, bytes + blob.Bytes);
            if (oldest is null || blob.LastModifiedUtc < oldest) oldest = blob.LastModifiedUtc;
            if (newest is null || blob.LastModifiedUtc > newest) newest = blob.LastModifiedUtc;
            types[ExtensionOf(blob)] = types.GetValueOrDefault(ExtensionOf(blob)) + 1;
        }

        return new(files, bytes, bytes / BytesPerMebibyte, bytes / BytesPerGibibyte, oldest, newest, types);
    }

    /// <returns>How many were removed; 0 where folders are only names.</returns>
    public Task<int> RemoveEmptyFoldersAsync(string container, CancellationToken cancel = default) => store.RemoveEmptyFoldersAsync(container, cancel);

    static bool Fits(BlobInfo blob, StoreFilter filter) =>
        !(blob.LastModifiedUtc < filter.From) && !(blob.LastModifiedUtc >= filter.To?.AddDays(1)) && (filter.Extension is null || ExtensionOf(blob) == filter.Extension);

    static string ExtensionOf(BlobInfo blob) => Path.GetExtension(blob.Ref.Path).ToLowerInvariant();

    static PipelineException Missing(BlobRef blob) => new(Problem.FileNotFound, $"There is no file {blob}.");

    /// <summary>Where a page ended.</summary>
    static class Mark
    {
        public static string Write(BlobInfo last) =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.LastModifiedUtc.Ticks} {last.Ref.Path}"))).Replace('+', '-').Replace('/', '_');

        /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/></exception>
        public static BlobInfo Read(string mark, string container)
        {
            byte[] bytes = new byte[mark.Length];
            if (Convert.TryFromBase64String(mark.Replace('-', '+').Replace('_', '/'), bytes, out int count))
            {
                string[] parts = Encoding.UTF8.GetString(bytes, 0, count).Split(' ', 2);
                if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) && ticks <= DateTime.MaxValue.Ticks)
                    return new(new(container, parts[1]), 0, new DateTime(ticks, DateTimeKind.Utc), "");
            }

            throw new PipelineException(Problem.MalformedRequest, "'continuation' is not what an earlier page gave.");
        }
    }
}
