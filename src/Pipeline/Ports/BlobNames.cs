using System.Text;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Ports;

/// <summary>Which names a blob may have: those that every store can keep.</summary>
public static class BlobNames
{
    /// <summary>What most file systems, and Blob Storage, take.</summary>
    const int LongestSegmentBytes = 255, LongestPath = 1024;

    /// <exception cref="PipelineException"><see cref="Problem.PathOutsideStore"/>: the name is not a plain path below the container.</exception>
    public static BlobRef Checked(BlobRef blob)
    {
        if (!IsOne(blob))
            throw new PipelineException(Problem.PathOutsideStore, $"'{Printable(blob.Path)}' is not a path below {blob.Container}.");
        return blob;
    }

    public static bool IsOne(BlobRef blob) => blob.Path.Length <= LongestPath && blob.Path.Split('/').All(IsSegment);

    // Half a surrogate pair reads as the replacement character, and so would every other half.
    static bool IsSegment(string segment) =>
        segment.Length > 0 && segment[0] != '.' && Encoding.UTF8.GetByteCount(segment) <= LongestSegmentBytes
        && !segment.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || rune.Value == '\\' || Rune.IsControl(rune));

    static string Printable(string path) =>
        string.Concat(path.EnumerateRunes().Take(100).Select(rune => Rune.IsControl(rune) ? "?" : rune.ToString()));
}
