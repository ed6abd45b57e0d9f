using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Theory;

/// <summary>Keys as people write them: <c>F# minor</c>, <c>Bb</c>, <c>Am</c>, <c>d dorian</c>.</summary>
static class KeyName
{
    static readonly string[] Tonics = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

    /// <summary>Null where the text is not a key.</summary>
    public static Key? Read(string text)
    {
        text = text.Trim();
        if (text.Length == 0 || TonicOf(text[0]) is not { } tonic) return null;
        int used = 1;
        if (used < text.Length && AccidentalOf(text[used]) is { } sign) (tonic, used) = (tonic + sign, used + 1);
        return ModeOf(text[used..].Trim()) is { } mode ? new Key(Scale.Modulo(tonic, 12), mode) : null;
    }

    /// <summary>With sharps, and the mode in lower case.</summary>
    public static string Of(Key key) => $"{Tonics[key.Tonic]} {(key.Mode == Mode.HarmonicMinor ? "harmonic minor" : key.Mode.ToString().ToLowerInvariant())}";

    public static int? TonicOf(char letter) => char.ToUpperInvariant(letter) switch
    {
        'C' => 0, 'D' => 2, 'E' => 4, 'F' => 5, 'G' => 7, 'A' => 9, 'B' => 11, _ => null,
    };

    public static Mode? ModeOf(string word) => word is "M" ? Mode.Major : word.ToLowerInvariant() switch
    {
        "" or "maj" or "major" or "ionian" or "dur" => Mode.Major,
        "m" or "min" or "minor" or "aeolian" or "moll" => Mode.Minor,
        "dorian" => Mode.Dorian,
        "phrygian" => Mode.Phrygian,
        "lydian" => Mode.Lydian,
        "mixolydian" => Mode.Mixolydian,
        "harmonic minor" => Mode.HarmonicMinor,
        _ => null,
    };

    static int? AccidentalOf(char sign) => sign switch { '#' or '♯' => 1, 'b' or '♭' => -1, _ => null };
}
