using System.Globalization;
using System.Text;

namespace DgxMusic.Audio.Tagging;

/// <summary>What a file says about its music; null where it does not. Texts are trimmed, without control characters, of bounded length.</summary>
public sealed record Tags
{
    public static readonly Tags None = new();

    /// <summary>UTF-16 units of a text; what goes beyond is cut.</summary>
    public const int MostLetters = 1 << 15;

    public string? Title { get; init => field = Clean(value); }

    public string? Artist { get; init => field = Clean(value); }

    public string? Album { get; init => field = Clean(value); }

    /// <summary>1 to 9999; any other is null.</summary>
    public int? Year { get; init => field = value is >= 1 and <= 9999 ? value : null; }

    /// <summary>A number, or number and count: <c>3</c>, <c>3/12</c>.</summary>
    public string? Track { get; init => field = Clean(value); }

    public string? Genre { get; init => field = Clean(value); }

    /// <summary>May have several lines.</summary>
    public string? Comment { get; init => field = Clean(value); }

    public CoverPicture? Cover { get; init; }

    public bool IsEmpty => this == None;

    /// <summary>These, and the other's where these say nothing.</summary>
    public Tags Or(Tags other) => new()
    {
        Title = Title ?? other.Title, Artist = Artist ?? other.Artist, Album = Album ?? other.Album, Year = Year ?? other.Year,
        Track = Track ?? other.Track, Genre = Genre ?? other.Genre, Comment = Comment ?? other.Comment, Cover = Cover ?? other.Cover,
    };

    /// <summary>The year that a date begins with: <c>2021</c>, <c>2021-05-03</c>.</summary>
    internal static int? YearOf(string? date)
    {
        string text = Clean(date) ?? "";
        bool hasYear = text.Length >= 4 && (text.Length == 4 || !char.IsAsciiDigit(text[4]));
        return hasYear && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out int year) ? year : null;
    }

    static string? Clean(string? text)
    {
        if (text is null) return null;
        var clean = new StringBuilder(Math.Min(text.Length, MostLetters));
        foreach (Rune letter in text.EnumerateRunes())
        {
            if (Rune.IsControl(letter) && letter.Value is not ('\n' or '\t')) continue;
            if (clean.Length + letter.Utf16SequenceLength > MostLetters) break;
            clean.Append(letter.ToString());
        }
        string trimmed = clean.ToString().Trim();
        return trimmed.Length == 0 ? null : trimmed;
    }
}
