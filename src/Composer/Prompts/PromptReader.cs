using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Prompts;

/// <summary>Makes what it can of a prompt: longest phrases first, anything unknown left aside. Never fails on a text.</summary>
sealed partial class PromptReader
{
    const double SlowestBpm = 40, FastestBpm = 220;

    readonly PromptIntent intent = new();
    readonly List<Understanding> understood = [];
    readonly List<string> ignored = [];
    readonly Dictionary<string, double> styles = [];
    readonly Dictionary<string, double> moodStyles = [];
    double moods;
    bool negated;

    public static (PromptIntent Intent, PromptReading Reading) Read(string prompt)
    {
        var reader = new PromptReader();
        string text = reader.TakeFigures(prompt.Normalize(NormalizationForm.FormC));
        reader.TakeWords(Words(text));
        reader.Settle();
        return (reader.intent, new(reader.understood, reader.ignored));
    }

    /// <summary>Tempo, metre and key as figures, before the words lose their signs.</summary>
    string TakeFigures(string text)
    {
        text = Bpm().Replace(text, match => TakeBpm(match) ? " " : match.Value);
        text = MetreForm().Replace(text, match => TakeMetre(match) ? " " : match.Value);
        return KeyForm().Replace(text, match => TakeKey(match) ? " " : match.Value);
    }

    bool TakeBpm(Match match)
    {
        string figure = match.Groups["a"].Success ? match.Groups["a"].Value : match.Groups["b"].Value;
        if (!double.TryParse(figure.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double bpm)) return false;
        if (bpm is < SlowestBpm or > FastestBpm)
        {
            ignored.Add(match.Value.Trim());
            return true;
        }

        intent.Bpm = bpm;
        Note("tempo", string.Create(CultureInfo.InvariantCulture, $"{bpm:0.##} BPM"), match.Value);
        return true;
    }

    bool TakeMetre(Match match)
    {
        int beats = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), unit = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        if (beats is < 2 or > 12 || unit is not (2 or 4 or 8) || (unit == 2 && beats > 4)) return false;
        intent.Metre = new(beats, unit);
        Note("metre", $"{beats}/{unit}", match.Value);
        return true;
    }

    bool TakeKey(Match match)
    {
        string name = Accidental().Replace(match.Groups["key"].Value.Replace('-', ' '), sign => sign.Value.Trim().StartsWith('s') ? "# " : "b ");
        if (KeyName.Read(Blanks().Replace(name, " ").Replace(" #", "#", StringComparison.Ordinal)) is not { } key) return false;
        (intent.Tonic, intent.Mode) = (key.Tonic, key.Mode);
        Note("key", KeyName.Of(key), match.Value);
        return true;
    }

    void TakeWords(string[] words)
    {
        for (int at = 0; at < words.Length;)
        {
            int taken = TakePhrase(words, at);
            if (taken == 0)
            {
                ignored.Add(words[at]);
                negated = false;
            }

            at += Math.Max(1, taken);
        }
    }

    int TakePhrase(string[] words, int at)
    {
        for (int count = Math.Min(Lexicon.LongestPhrase, words.Length - at); count > 0; count--)
        {
            string phrase = string.Join(' ', words, at, count);
            if (Lexicon.Find(phrase) is not { } meaning) continue;
            Take(meaning, phrase);
            return count;
        }

        return 0;
    }

    void Take(Meaning meaning, string phrase)
    {
        switch (meaning)
        {
            case Meaning.Filler:
                return;
            case Meaning.Negation:
                negated = true;
                return;
            case Meaning.OfInstrument { Instrument: var instrument }:
                (negated ? intent.Unwanted : intent.Wanted).Add(instrument);
                Note(negated ? "without" : "with", instrument.Name, phrase);
                // "no drums or bass" leaves out both: only another kind of word ends the negation.
                return;
            case Meaning.Voice:
                if (negated) Note("without", "vocals", phrase);
                else ignored.Add(phrase);
                break;
            case var _ when negated:
                ignored.Add(phrase);
                break;
            default:
                TakeWish(meaning, phrase);
                break;
        }

        negated = false;
    }

    void TakeWish(Meaning meaning, string phrase)
    {
        switch (meaning)
        {
            case Meaning.OfStyle style:
                styles[style.Style] = styles.GetValueOrDefault(style.Style) + style.Weight;
                Note("style", style.Style, phrase);
                break;
            case Meaning.OfMood mood:
                moods++;
                intent.Valence = (intent.Valence ?? 0) + mood.Valence;
                intent.Arousal = (intent.Arousal ?? 0) + mood.Arousal;
                moodStyles[mood.Style] = moodStyles.GetValueOrDefault(mood.Style) + 1;
                Note("mood", mood.Mood, phrase);
                break;
            case Meaning.OfPace pace:
                intent.Pace = Math.Clamp(intent.Pace + pace.Pace, -1, 1);
                Note("tempo", pace.Name, phrase);
                break;
            case Meaning.OfMode mode:
                intent.Mode ??= mode.Mode;
                Note("key", mode.Mode.ToString().ToLowerInvariant(), phrase);
                break;
            case Meaning.OfMetre metre:
                intent.Metre ??= metre.Metre;
                Note("metre", $"{metre.Metre.Beats}/{metre.Metre.Unit}", phrase);
                break;
            case Meaning.OfFeel feel:
                intent.HalfTime |= feel.Name == "half-time";
                intent.Swings |= feel.Name == "swing";
                Note("feel", feel.Name, phrase);
                break;
            case Meaning.Alone:
                intent.Alone = true;
                Note("with", "nothing else", phrase);
                break;
        }
    }

    /// <summary>The style named most clearly; without one what the instruments suggest, then what fits the mood.</summary>
    void Settle()
    {
        if (moods > 0) (intent.Valence, intent.Arousal) = (intent.Valence / moods, intent.Arousal / moods);
        string[] named = [.. styles.OrderByDescending(style => style.Value).ThenBy(style => style.Key, StringComparer.Ordinal).Select(style => style.Key)];
        intent.Style = named.FirstOrDefault() ?? intent.Wanted.Select(instrument => instrument.Style).FirstOrDefault(style => style.Length > 0)
            ?? moodStyles.OrderByDescending(style => style.Value).ThenBy(style => style.Key, StringComparer.Ordinal).Select(style => style.Key).FirstOrDefault();
        intent.Flavour = named.Length > 1 ? named[1] : null;
        if (intent.Flavour is { } flavour) Note("flavour", flavour, string.Join(", ", understood.Where(item => item.Field == "style" && item.Value == flavour).Select(item => item.Words)));
        intent.Alone &= intent.Wanted.Count > 0;
    }

    void Note(string field, string value, string words) => understood.Add(new(field, value, words.Trim()));

    /// <summary>Lower case, without signs; letters and digits of any script stay.</summary>
    static string[] Words(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark) plain.Append(Rune.ToLowerInvariant(rune));
            else if (rune.Value == '&') plain.Append(" and ");
            else if (rune.Value is not ('\'' or '’')) plain.Append(' ');
        }

        return plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"(?<![\d.,])(?<a>\d{2,3}(?:[.,]\d{1,2})?)\s*-?\s*bpm\b|\bbpm\s*(?:of|:|=)?\s*(?<b>\d{2,3}(?:[.,]\d{1,2})?)|\btempo\s*(?:of|:|=)?\s*(?<b>\d{2,3}(?:[.,]\d{1,2})?)", RegexOptions.IgnoreCase)]
    private static partial Regex Bpm();

    [GeneratedRegex(@"(?<!\d)(\d{1,2})\s*/\s*(\d)(?!\d)")]
    private static partial Regex MetreForm();

    [GeneratedRegex(@"\s?(sharp|flat)\s?", RegexOptions.IgnoreCase)]
    private static partial Regex Accidental();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    // A bare letter is a key only where a mode or an accidental says so, or after "in" or "key of".
    [GeneratedRegex(@"(?<![\p{L}\d])(?:(?:in\s+)?(?:the\s+)?key\s+(?:of\s+)?|in\s+)?(?<key>[A-Ga-g](?:[#♯b♭]|[\s-]?sharp|[\s-]?flat)?[\s-]*(?:harmonic\s+minor|major|minor|maj|min|dorian|phrygian|lydian|mixolydian|dur|moll|m(?![\p{L}])))(?![\p{L}\d])|(?:key\s+of\s+|in\s+)(?<key>[A-G][#♯b♭]?)(?![\p{L}\d#])")]
    private static partial Regex KeyForm();
}
