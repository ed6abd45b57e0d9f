using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Theory;

/// <summary>How many thirds are stacked on a root.</summary>
enum Richness { Power, Triad, Seventh, Ninth }

/// <summary>Chords as musicians write them: <c>I</c> and <c>V</c> are major, <c>ii</c> and <c>vi</c> minor, <c>vii°</c> diminished, <c>Vsus</c> suspended, <c>bVI</c> a
/// semitone below the key's own sixth degree. Degrees are the key's, so <c>VI</c> in A minor is F.</summary>
static class RomanNumeral
{
    static readonly string[] Names = ["I", "II", "III", "IV", "V", "VI", "VII"];

    /// <exception cref="ArgumentException">The text is not a numeral.</exception>
    public static Chord Read(string text, Key key, Richness richness)
    {
        int flat = text.StartsWith('b') ? 1 : 0;
        int end = flat;
        while (end < text.Length && "IViv".Contains(text[end])) end++;
        string numeral = text[flat..end];
        int degree = Array.IndexOf(Names, numeral.ToUpperInvariant());
        if (degree < 0) throw new ArgumentException($"'{text}' is not a Roman numeral.", nameof(text));

        var scale = new Scale(key);
        int root = scale.Pitch(degree) - flat;
        int shape = richness == Richness.Power ? Mask(0, 7, 12) : Triad(char.IsUpper(numeral[0]), text[end..]);
        // A major tonic is home: with its major seventh it holds the whole triad of the third degree, and the ear is led there.
        bool isHome = degree == 0 && flat == 0 && scale.HasMajorThird;
        if (richness >= Richness.Seventh && !isHome) shape |= Above(scale, degree, root, thirds: 6, least: 9);
        if (richness == Richness.Ninth) shape |= Above(scale, degree, root, thirds: 8, least: 14);
        return new Chord(Scale.Modulo(root, 12), shape);
    }

    static int Triad(bool major, string suffix) => suffix switch
    {
        "°" => Mask(0, 3, 6),
        "sus" => Mask(0, 5, 7),
        _ => major ? Mask(0, 4, 7) : Mask(0, 3, 7),
    };

    /// <summary>The key's note so many degrees up, unless it grinds against the root: a minor ninth is left out.</summary>
    static int Above(Scale scale, int degree, int root, int thirds, int least)
    {
        int interval = scale.Pitch(degree + thirds) - root;
        return interval >= least ? 1 << interval : 0;
    }

    static int Mask(params ReadOnlySpan<int> intervals)
    {
        int mask = 0;
        foreach (int interval in intervals) mask |= 1 << interval;
        return mask;
    }
}
