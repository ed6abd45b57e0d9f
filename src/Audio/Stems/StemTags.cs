using System.Globalization;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tagging;

namespace DgxMusic.Audio.Stems;

/// <summary>What a separated track says about itself: all that its source says, and in the title which part of it this is.</summary>
public static class StemTags
{
    /// <param name="track">Its name: <c>vocals</c>, <c>instrumental</c>, <c>drums</c>, …</param>
    /// <param name="fileName">The source's, as its owner calls it; stands in for a title. Null where nobody said.</param>
    /// <returns>The title ends in <c>(Vocals)</c> and the like, once: a source that says so already keeps its title.</returns>
    public static Tags Of(Tags source, string track, string? fileName)
    {
        string name = NameOf(track), ending = $"({name})";
        string? title = source.Title ?? TitleOf(fileName);
        if (title?.EndsWith(ending, StringComparison.OrdinalIgnoreCase) == true) return source with { Title = title };
        if (title is null) return source with { Title = name };
        return source with { Title = $"{Start(title, Tags.MostLetters - ending.Length - 1)} {ending}" };
    }

    static string Start(string title, int most) => title.Length <= most ? title : title[..(char.IsHighSurrogate(title[most - 1]) ? most - 1 : most)];

    /// <summary>As people write it: <c>Lead Vocals</c> for <c>lead_vocals</c>.</summary>
    static string NameOf(string track) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(track.Replace('_', ' ').Replace('-', ' '));

    /// <summary>Without folders, and without its ending where that is one of audio files: "Symphony No. 5" has none.</summary>
    static string? TitleOf(string? fileName)
    {
        string name = fileName?[(fileName.LastIndexOfAny(['/', '\\']) + 1)..] ?? "";
        if (ContentKind.IsAudioExtension(Path.GetExtension(name))) name = Path.GetFileNameWithoutExtension(name);
        return new Tags { Title = name }.Title;
    }
}
