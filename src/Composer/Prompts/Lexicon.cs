using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Prompts;

/// <summary>What a word or a phrase can mean.</summary>
abstract record Meaning
{
    /// <param name="Weight">2 for a style by name, less for an adjective that may describe another.</param>
    public sealed record OfStyle(string Style, double Weight) : Meaning;

    public sealed record OfMood(string Mood, double Valence, double Arousal, string Style) : Meaning;

    public sealed record OfPace(string Name, double Pace) : Meaning;

    public sealed record OfMode(Mode Mode) : Meaning;

    public sealed record OfMetre(Metre Metre) : Meaning;

    public sealed record OfInstrument(Instrument Instrument) : Meaning;

    public sealed record OfFeel(string Name) : Meaning;

    /// <summary>Something no instrument here can do.</summary>
    public sealed record Voice : Meaning;

    /// <summary>Words that carry no wish.</summary>
    public sealed record Filler : Meaning;

    public sealed record Negation : Meaning;

    public sealed record Alone : Meaning;
}

/// <summary>Phrases and their meanings: lower case, words divided by single blanks, no hyphens.</summary>
static class Lexicon
{
    /// <summary>Words in the longest phrase.</summary>
    public const int LongestPhrase = 4;

    static readonly Dictionary<string, Meaning> Meanings = Build();

    public static Meaning? Find(string phrase) => Meanings.GetValueOrDefault(phrase);

    static Dictionary<string, Meaning> Build()
    {
        var meanings = new Dictionary<string, Meaning>(StringComparer.Ordinal);
        void Add(Meaning meaning, string phrases)
        {
            foreach (string phrase in phrases.Split(',')) meanings[phrase.Trim()] = meaning;
        }

        foreach (var (style, weight, phrases) in StyleWords.All) Add(new Meaning.OfStyle(style, weight), phrases);
        foreach (var (mood, valence, arousal, style, phrases) in MoodWords.All) Add(new Meaning.OfMood(mood, valence, arousal, style), phrases);
        foreach (var (instrument, phrases) in InstrumentWords.All) Add(new Meaning.OfInstrument(instrument), phrases);
        AddTime(Add);
        Add(new Meaning.Voice(), "vocals, vocal, voice, voices, singer, singing, singers, lyrics, rapper, rapping, rap vocals, female vocals, male vocals, sung, acapella, a cappella, gesang, voix, chant, voz, voce");
        Add(new Meaning.Negation(), "no, without, minus, zero, ohne, kein, keine, sans, sin, senza, bez, sem, excluding, exclude, except, not, not too, not so, not very, never, non, avoid");
        Add(new Meaning.Alone(), "solo, only, alone, nothing but, just, unaccompanied");
        Add(new Meaning.Filler(), FillerWords);
        return meanings;
    }

    static void AddTime(Action<Meaning, string> add)
    {
        add(new Meaning.OfPace("slow", -1), "slow, slowly, slower, downtempo, down tempo, adagio, largo, lento, lent, langsam, lenta, slow paced, slow tempo");
        add(new Meaning.OfPace("moderate", -0.1), "mid tempo, midtempo, moderate, medium tempo, andante, moderato");
        add(new Meaning.OfPace("fast", 1), "fast, faster, quick, rapid, uptempo, up tempo, fast paced, high tempo, allegro, presto, vivace, schnell, rapide, rápido, rapido, speedy, racing, frantic");
        add(new Meaning.OfMode(Mode.Major), "major, major key, dur");
        add(new Meaning.OfMode(Mode.Minor), "minor, minor key, moll, aeolian");
        add(new Meaning.OfMode(Mode.Dorian), "dorian, dorian mode");
        add(new Meaning.OfMode(Mode.Phrygian), "phrygian, phrygian mode");
        add(new Meaning.OfMode(Mode.Lydian), "lydian, lydian mode");
        add(new Meaning.OfMode(Mode.Mixolydian), "mixolydian, mixolydian mode");
        add(new Meaning.OfMode(Mode.HarmonicMinor), "harmonic minor");
        add(new Meaning.OfMetre(new Metre(3, 4)), "waltz, waltz time, in three, three four, valse, walzer, vals");
        add(new Meaning.OfMetre(new Metre(6, 8)), "six eight, tarantella, jig");
        add(new Meaning.OfMetre(new Metre(5, 4)), "in five, five four");
        add(new Meaning.OfFeel("half-time"), "half time, halftime, half time feel");
        add(new Meaning.OfFeel("swing"), "swung, shuffle, shuffled, swinging");
    }

    const string FillerWords =
        "a, an, the, with, and, of, for, in, on, at, to, by, from, or, nor, but, some, very, really, much, more, less, lots, lot, bit, little, that, this, is, are, it, its, as, into, like, then, "
        + "music, track, song, tune, piece, beat, beats, sound, sounds, soundtrack, instrumental, composition, loop, melody, rhythm, vibe, vibes, feel, feeling, style, styled, mood, genre, groove, tempo, key, time, "
        + "make, create, generate, give, me, please, want, i, need, my, your, you, featuring, feat, using, featured, background, full, great, good, nice, best, cool, new, modern, mit, und, con, y, avec, et, e, "
        + "musik, musique, música, musica, bpm, s, t, n, about, around, up, out, down, over, through, scene, seconds, second, minute, minutes, long, short, mix, intro, ending, section, mode, scale, too, so";
}
