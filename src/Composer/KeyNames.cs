using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer;

/// <summary>Keys as people write them: <c>F# minor</c>, <c>Bb</c>, <c>Am</c>, <c>D dorian</c>.</summary>
public static class KeyNames
{
    public static bool TryParse(string text, out Key key)
    {
        Key? read = text.Length <= 40 ? KeyName.Read(text) : null;
        key = read ?? default;
        return read is not null;
    }

    /// <summary>With sharps, and the mode in lower case.</summary>
    public static string Of(Key key) => KeyName.Of(key);
}
