using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Arrangement;

/// <param name="Start">Quarter notes from the start of the piece.</param>
readonly record struct ChordSpan(double Start, double End, Chord Chord);

/// <summary>The chords of a piece from its start to its end, without a gap.</summary>
sealed class Harmony(IReadOnlyList<ChordSpan> spans)
{
    public IReadOnlyList<ChordSpan> Spans => spans;

    public Chord At(double beat) => spans[IndexAt(beat)].Chord;

    /// <summary>The chord after the one that sounds at a beat.</summary>
    public Chord After(double beat) => spans[Math.Min(IndexAt(beat) + 1, spans.Count - 1)].Chord;

    public int IndexAt(double beat)
    {
        int low = 0, high = spans.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (spans[middle].Start <= beat + 1e-6) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}

/// <summary>Writes the chords: each section begins on the tonic and leads back to it through the dominant or the subdominant.</summary>
sealed class HarmonyWriter(Key key, StyleSheet style, BarGrid grid, Dice dice)
{
    static readonly string[] Dominants = ["V", "V", "v", "II", "V", "VII", "V"], Subdominants = ["IV", "iv", "IV", "II", "II", "VII", "iv"];

    readonly List<ChordSpan> spans = [];
    readonly IReadOnlyList<string> progressions = new Scale(key).HasMajorThird ? style.Major : style.Minor;

    public Harmony Write(IReadOnlyList<SectionPlan> sections, Ending ending)
    {
        foreach (var section in sections) Write(section, ending.HitBeat);
        Add(ending.HitBeat, grid.TotalBeats, Read(new Scale(key).HasMajorThird ? "I" : "i"));
        return new Harmony(spans);
    }

    void Write(SectionPlan section, double hitBeat)
    {
        string[] main = Progression(section.Kind, alternative: false), alternative = Progression(section.Kind, alternative: true);
        int halves = grid.MiddleStep == 0 ? 1 : 2;
        int cells = section.Bars * halves;
        for (int cell = 0; cell < cells; cell++)
        {
            int bar = cell / halves;
            var progression = bar / 8 % 4 == 2 ? alternative : main;
            int cellInPhrase = cell - (bar / 8 * 8 * halves);
            string numeral = progression[(int)(cellInPhrase / (halves * style.BarsPerChord)) % progression.Length];
            bool closes = cell == cells - 1 || (bar % 8 == 7 && cell % halves == halves - 1);
            if (closes && cells > 1) numeral = (style.Cadence == Cadence.Plagal ? Subdominants : Dominants)[(int)key.Mode];
            double start = BeatOf(section.StartBar + bar, cell % halves);
            double end = cell % halves == halves - 1 ? BeatOf(section.StartBar + bar + 1, 0) : BeatOf(section.StartBar + bar, 1);
            Add(start, Math.Min(end, hitBeat), Read(numeral));
        }
    }

    /// <summary>Verses share one progression and drops another; breaks and bridges have a third.</summary>
    string[] Progression(SectionKind kind, bool alternative)
    {
        int group = kind switch { SectionKind.Drop => 1, SectionKind.Break or SectionKind.Bridge => 2, _ => 0 };
        int first = dice.At("progression").Below(progressions.Count);
        int away = group + (alternative ? 1 : 0);
        return progressions[(first + away) % progressions.Count].Split(' ');
    }

    double BeatOf(int bar, int half) => (bar * grid.BarBeats) + (half * grid.MiddleStep / 4.0);

    Chord Read(string numeral) => RomanNumeral.Read(numeral, key, style.Richness);

    void Add(double start, double end, Chord chord)
    {
        if (end - start < 1e-9) return;
        if (spans.Count > 0 && spans[^1].Chord == chord && end < grid.TotalBeats) spans[^1] = spans[^1] with { End = end };
        else spans.Add(new ChordSpan(start, end, chord));
    }
}
