using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Stores;

/// <summary>Where the containers lie, and which names may become paths in them.</summary>
sealed class BlobPaths(string root, IReadOnlyDictionary<string, string> moved)
{
    /// <summary>What most file systems, and Blob Storage, take.</summary>
    const int LongestSegmentBytes = 255, LongestPath = 1024;

    /// <summary>Half-written files lie here, in the container's own file system; hidden, so that no listing shows them.</summary>
    const string TemporaryFolder = ".tmp";

    public string FolderOf(string container)
    {
        if (!Containers.All.Contains(container)) throw new ArgumentException($"There is no container '{container}'.", nameof(container));
        return moved.TryGetValue(container, out string? folder) ? folder : Path.Combine(root, container);
    }

    /// <exception cref="PipelineException"><see cref="Problem.PathOutsideStore"/>: the name is not a plain path below the container.</exception>
    public string PathOf(BlobRef blob)
    {
        if (blob.Path.Length > LongestPath || !blob.Path.Split('/').All(IsSegment))
            throw new PipelineException(Problem.PathOutsideStore, $"'{Printable(blob.Path)}' is not a path below {blob.Container}.");
        return Path.Combine(FolderOf(blob.Container), blob.Path);
    }

    public string TemporariesOf(string container) => Path.Combine(FolderOf(container), TemporaryFolder);

    public string DrawTemporary(string container)
    {
        string folder = TemporariesOf(container);
        DurableFiles.CreateFolder(folder);
        return Path.Combine(folder, Guid.NewGuid().ToString("N"));
    }

    // Half a surrogate pair reads as the replacement character, and so would every other half.
    static bool IsSegment(string segment) =>
        segment.Length > 0 && segment[0] != '.' && Encoding.UTF8.GetByteCount(segment) <= LongestSegmentBytes
        && !segment.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || rune.Value == '\\' || Rune.IsControl(rune));

    static string Printable(string path) =>
        string.Concat(path.EnumerateRunes().Take(100).Select(rune => Rune.IsControl(rune) ? "?" : rune.ToString()));
}
