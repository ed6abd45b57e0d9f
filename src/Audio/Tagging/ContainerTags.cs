using System.Globalization;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tagging;

/// <summary>
/// What of some tags a container of ours can hold. WAV (list INFO, ID3 for the cover), FLAC and Ogg (Vorbis comments) and MP3 (ID3) hold all of them. M4A counts
/// tracks in 16 bits, of which ffmpeg uses 15: so it has no place for <c>A1</c> or <c>40000</c>, for which another number would be written.
/// </summary>
public static class ContainerTags
{
    /// <summary>The tags that go into a file of that format.</summary>
    public static Tags Held(FileFormat format, Tags tags) => format == FileFormat.M4a && !IsCounted(tags.Track) ? tags with { Track = null } : tags;

    /// <summary>Names of the tags that do not, as a sidecar has them; mostly none.</summary>
    public static IReadOnlyList<string> Lost(FileFormat format, Tags tags) => Held(format, tags) == tags ? [] : ["track"];

    /// <summary>A number, or number and count.</summary>
    static bool IsCounted(string? track) => track is null || (track.Split('/') is { Length: <= 2 } parts && parts.All(IsNumber));

    static bool IsNumber(string text) => short.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out short number) && number > 0;
}
