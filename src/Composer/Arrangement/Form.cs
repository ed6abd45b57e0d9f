using System.Text;

namespace DgxMusic.Composer.Arrangement;

enum FormKind { Electronic, Song, Loop, Jazz, Cinematic, Ambient }

/// <summary>What a section is for; each family of styles has its own names for them.</summary>
enum SectionKind { Intro, Verse, Build, Drop, Break, Bridge, Outro }

/// <param name="Occurrence">How many sections of the kind came before.</param>
/// <param name="Energy">0 to 1.</param>
sealed record SectionPlan(SectionKind Kind, int Occurrence, int StartBar, int Bars, double Energy)
{
    public int EndBar => StartBar + Bars;
}

/// <summary>Divides a piece into sections on the bar line.</summary>
static class Form
{
    const string Letters = "IVBDKGO";

    // For each family: forms by the most bars they serve, alternatives between bars; a letter and a weight are a section.
    static readonly (int MostBars, string Forms)[][] Templates =
    [
        [(2, "D1"), (5, "B1 D2 O1"), (7, "B1 D4 O1"), (11, "B2 D4 O2|V2 D4 O2"), (19, "I2 B2 D8 O4|B4 D8 O4|I4 B2 D8 O2"), (31, "I4 V4 B4 D8 O4|I4 B4 D8 K4 D8"),
            (55, "I4 V8 B4 D8 K4 D8 O4|I8 B4 D8 K8 B4 D8 O4"), (95, "I8 V8 B4 D16 K8 B4 D16 O8")],
        [(2, "D1"), (5, "V2 D2"), (11, "V4 D4|I2 V2 D4"), (19, "I2 V6 D8|I4 V4 D8 O2|V8 D8"), (31, "I4 V8 D8 O4|I4 V8 B4 D8"),
            (55, "I4 V8 B4 D8 K4 D8 O4|I4 V8 D8 V8 D8 O4"), (95, "I4 V16 B4 D8 V8 B4 D8 G8 D8 O4")],
        [(2, "D1"), (5, "V2 D2"), (11, "I2 D4 O2|V4 D4"), (19, "I2 V4 D8 O2|I4 D8 O4"), (31, "I4 V8 D8 O4|I4 D8 K4 D8"),
            (55, "I4 V8 D8 K4 V8 D8 O4"), (95, "I4 V16 D8 K8 V16 D16 O4")],
        [(2, "D1"), (5, "V2 D2"), (11, "V4 D4"), (19, "I2 V8 D6 O2|V8 D8"), (31, "I4 V8 D8 O4"), (55, "I4 V8 D8 G8 V8 O4"), (95, "I4 V16 D16 G16 V16 O4")],
        [(2, "D1"), (5, "V2 D2"), (11, "I2 B2 D4|V4 D4|I2 V2 D4"), (19, "I4 V4 B2 D4 O2|V4 B4 D6 O2"), (31, "I4 V8 B4 D8 O4"),
            (55, "I4 V8 B4 D8 K4 B4 D8 O4"), (95, "I8 V16 B8 D16 K8 B8 D16 O8")],
        [(2, "D1"), (5, "V2 D2"), (11, "I2 V3 D3"), (19, "I4 V4 D6 O2"), (31, "I4 V8 D8 O4"), (55, "I4 V8 D12 K4 D8 O4"), (95, "I8 V16 D16 K8 V8 D16 O8")],
    ];

    static readonly string[] LongCycles = ["V16 B8 D16 K8", "V16 B4 D16 G8", "V16 D16 K8", "V16 D16 G16", "V16 B8 D16 K8", "V16 D16 K8"];

    // Intro, verse, build, drop, break, bridge, outro.
    static readonly double[] Energies = [0.35, 0.6, 0.7, 1.0, 0.4, 0.6, 0.45];

    static readonly string[][] Names =
    [
        ["intro", "groove", "build", "drop", "break", "bridge", "outro"],
        ["intro", "verse", "pre-chorus", "chorus", "break", "bridge", "outro"],
        ["intro", "verse", "lift", "hook", "break", "bridge", "outro"],
        ["intro", "head", "lift", "chorus", "break", "solo", "outro"],
        ["opening", "theme", "rise", "climax", "interlude", "passage", "coda"],
        ["opening", "drift", "swell", "bloom", "clearing", "passage", "fading"],
    ];

    public static string NameOf(FormKind form, SectionKind section) => Names[(int)form][(int)section];

    /// <param name="bars">Bars before the ending, 0 or more; a piece without a whole bar is one section of one bar.</param>
    public static IReadOnlyList<SectionPlan> Plan(FormKind kind, int bars, Dice dice)
    {
        bars = Math.Max(1, bars);
        var parts = Choose(kind, bars, dice).Split(' ');
        int phrase = bars >= 28 ? 4 : bars >= 8 ? 2 : 1;
        while (phrase > 1 && parts.Length * phrase > bars) phrase /= 2;
        var lengths = Divide(parts, bars / phrase);
        var counts = new int[Letters.Length];
        var sections = new List<SectionPlan>();
        for (int i = 0, start = 0; i < parts.Length; start = sections[i++].EndBar)
        {
            int letter = Letters.IndexOf(parts[i][0]);
            int length = i == parts.Length - 1 ? bars - start : lengths[i] * phrase;
            sections.Add(new SectionPlan((SectionKind)letter, counts[letter]++, start, length, Energies[letter]));
        }
        return sections;
    }

    static string Choose(FormKind kind, int bars, Dice dice)
    {
        foreach (var (mostBars, forms) in Templates[(int)kind])
        {
            if (bars <= mostBars) return dice.At("form").Pick(forms.Split('|'));
        }
        return Long(LongCycles[(int)kind], bars);
    }

    static string Long(string cycle, int bars)
    {
        int cycleBars = 0;
        foreach (string part in cycle.Split(' ')) cycleBars += int.Parse(part.AsSpan(1));
        var form = new StringBuilder("I8");
        for (int left = bars - 32; left > cycleBars / 2; left -= cycleBars) form.Append(' ').Append(cycle);
        return form.Append(" B4 D16 O8").ToString();
    }

    /// <summary>Shares units out by weight, at least one to each, what is left over to those that fell shortest.</summary>
    static int[] Divide(string[] parts, int units)
    {
        var weights = Array.ConvertAll(parts, part => int.Parse(part.AsSpan(1)));
        double total = weights.Sum();
        var shares = Array.ConvertAll(weights, weight => Math.Max(1, (int)(units * weight / total)));
        for (int excess = shares.Sum() - units; excess > 0; excess--) shares[Array.IndexOf(shares, shares.Max())]--;
        for (int left = units - shares.Sum(); left > 0; left--)
        {
            int neediest = 0;
            for (int i = 1; i < shares.Length; i++)
            {
                if ((units * weights[i] / total) - shares[i] > (units * weights[neediest] / total) - shares[neediest] + 1e-9) neediest = i;
            }
            shares[neediest]++;
        }
        return shares;
    }
}
