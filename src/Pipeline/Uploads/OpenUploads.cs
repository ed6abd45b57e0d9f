using System.Globalization;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <param name="CreatedAt">The upload's; UTC.</param>
sealed record OpenUpload(string UploadId, DateTime CreatedAt, RowKey Key);

/// <summary>Notes of uploads that somebody has to look after, whoever made them: written before their rows, oldest first.</summary>
public sealed class OpenUploads(ICatalog catalog)
{
    const string Table = "uploads-open";
    const int PageRows = 100;

    /// <summary>Notes an upload under its status.</summary>
    public Task NoteAsync(UploadRow row, CancellationToken cancel = default) => catalog.TryInsertAsync(KeyOf(row), Payload.Write(row.UploadId), cancel);

    internal async IAsyncEnumerable<OpenUpload> ListAsync(UploadStatus status, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        IReadOnlyList<CatalogRow> page = [];
        do
        {
            page = await catalog.QueryAsync(Table, PartitionOf(status), page.Count == 0 ? null : page[^1].Key.Key, PageRows, cancel);
            foreach (CatalogRow row in page) yield return new(row.Read<string>(), new(long.Parse(row.Key.Key.AsSpan(0, 19), CultureInfo.InvariantCulture), DateTimeKind.Utc), row.Key);
        }
        while (page.Count == PageRows);
    }

    internal Task RemoveAsync(OpenUpload entry, CancellationToken cancel = default) => catalog.DeleteAsync(entry.Key, cancel);

    static string PartitionOf(UploadStatus status) => status.ToString().ToLowerInvariant();

    static RowKey KeyOf(UploadRow row) => new(Table, PartitionOf(row.Status), $"{row.CreatedAt.Ticks.ToString("D19", CultureInfo.InvariantCulture)}-{row.UploadId}");
}
