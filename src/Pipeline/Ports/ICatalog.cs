using System.Text.Json;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Pipeline.Ports;

/// <summary>The name of a row. Parts hold letters, digits and <c>_ - . :</c> only, 1 to 512: what every catalog can keep, in the same order.</summary>
public readonly record struct RowKey(string Table, string Partition, string Key)
{
    const int LongestPart = 512;

    /// <exception cref="ArgumentException">A part holds something else.</exception>
    public RowKey Checked()
    {
        foreach (string part in (ReadOnlySpan<string>)[Table, Partition, Key])
        {
            if (part.Length is 0 or > LongestPart || !part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':'))
                throw new ArgumentException($"'{part}' is no part of a row's name.");
        }

        return this;
    }
}

/// <param name="ETag">Changes with every write.</param>
public sealed record CatalogRow(RowKey Key, JsonElement Value, string ETag)
{
    public T Read<T>() => Payload.Read<T>(Value);
}

/// <summary>Rows with optimistic concurrency, as Azure Tables has them: no transaction spans two.</summary>
public interface ICatalog
{
    Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default);

    /// <returns>False if the row exists.</returns>
    Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default);

    /// <returns>False if the row was written or deleted since it was read.</returns>
    Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default);

    /// <returns>False if there was none.</returns>
    Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default);

    /// <summary>Rows of a partition in ordinal order of their keys.</summary>
    /// <param name="after">Keys greater than this; null from the first.</param>
    /// <param name="limit">At most this many, 1 to 1,000.</param>
    Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default);
}

/// <param name="First">Id of the oldest event that is kept; 0 in a stream that never had one.</param>
/// <param name="Last">Id of the newest event.</param>
public readonly record struct EventRange(long First, long Last);

/// <summary>Streams of events with ids that rise by one from 1; readers bear gaps.</summary>
public interface IEventLog
{
    /// <summary>Appends an event once.</summary>
    /// <param name="key">What makes it that event: a second append of the same key to the stream adds nothing.</param>
    /// <returns>False if it was there.</returns>
    Task<bool> AppendAsync(string stream, string key, string type, JsonElement data, CancellationToken cancel = default);

    /// <summary>Events with an id greater than <paramref name="after"/>, rising, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<LoggedEvent>> ReadAsync(string stream, long after, int limit, CancellationToken cancel = default);

    Task<EventRange> RangeAsync(string stream, CancellationToken cancel = default);

    /// <summary>Forgets events up to an id; the newest stays, so that ids go on from it.</summary>
    Task TrimAsync(string stream, long upTo, CancellationToken cancel = default);

    Task DeleteAsync(string stream, CancellationToken cancel = default);
}

public sealed record LoggedEvent(long Id, string Type, JsonElement Data);
