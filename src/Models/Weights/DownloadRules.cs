namespace DgxMusic.Models.Weights;

/// <summary>How patient downloads are.</summary>
sealed record DownloadRules
{
    /// <summary>Failures in a row after which a download is given up; any byte that arrives starts the count anew.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Waited after the first failure, doubled after each.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection on which nothing arrives for so long is cut.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Left free on the disk.</summary>
    public long SpareBytes { get; init; } = 64 << 20;

    /// <summary>Free bytes where a folder lies.</summary>
    public Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;
}
