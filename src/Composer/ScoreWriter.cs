using System.Globalization;
using DgxMusic.Composer.Arrangement;
using DgxMusic.Composer.Arrangement.Styles;
using DgxMusic.Composer.Prompts;
using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer;

/// <param name="DurationSeconds">1 to 600.</param>
/// <param name="Bpm">40 to 220; wins over the prompt.</param>
/// <param name="Key">As <see cref="KeyNames"/> reads it; wins over the prompt.</param>
public sealed record CompositionRequest(string Prompt, double DurationSeconds, ulong Seed, double? Bpm = null, string? Key = null);

/// <summary>A piece and what was made of the prompt.</summary>
public sealed record Composition(Score Score, PromptReading Reading);

/// <summary>Composes: prompt → intent → plan → players → score. A pure function of the request.</summary>
public static class ScoreWriter
{
    const double ShortestSeconds = 1, LongestSeconds = 600, SlowestBpm = 40, FastestBpm = 220;

    /// <exception cref="ArgumentException">Duration, tempo or key are out of range.</exception>
    public static Composition Write(CompositionRequest request)
    {
        (Plan plan, PromptIntent intent, PromptReading reading) = Draft(request);
        Score score = Perform(plan, intent, request);
        return new(score, Complete(reading, request, score));
    }

    /// <summary>Decides everything that the players then agree on.</summary>
    internal static (Plan Plan, PromptIntent Intent, PromptReading Reading) Draft(CompositionRequest request)
    {
        if (request.DurationSeconds is not (>= ShortestSeconds and <= LongestSeconds)) throw new ArgumentException($"{request.DurationSeconds} s is not a length.", nameof(request));
        if (request.Bpm is { } asked and not (>= SlowestBpm and <= FastestBpm)) throw new ArgumentException($"{asked} is not a tempo.", nameof(request));
        (PromptIntent intent, PromptReading reading) = PromptReader.Read(request.Prompt);
        if (request.Bpm is { } bpm) intent.Bpm = bpm;
        if (request.Key is { } name)
        {
            Key given = KeyNames.TryParse(name, out Key parsed) ? parsed : throw new ArgumentException($"'{name}' is not a key.", nameof(request));
            (intent.Tonic, intent.Mode) = (given.Tonic, given.Mode);
        }

        StyleSheet style = StyleBook.Find(intent.Style ?? StyleBook.Usual);
        if (intent.Flavour is { } flavour) style = Flavoured(style, StyleBook.Find(flavour));
        // One seed is another piece in another style.
        return (Draft(intent, style, request.DurationSeconds, Dice.Of(request.Seed).At(style.Name)), intent, reading);
    }

    /// <summary>A second style lends its voices: what plays melodies and what lies under them.</summary>
    static StyleSheet Flavoured(StyleSheet style, StyleSheet second) => style with
    {
        Lead = style.Lead with { Patches = second.Lead.Patches },
        Counter = style.Counter is { } counter && second.Counter is { } other ? counter with { Patches = other.Patches } : style.Counter,
        Pad = second.Pad ?? style.Pad,
    };

    static Plan Draft(PromptIntent intent, StyleSheet style, double seconds, Dice dice)
    {
        Metre metre = intent.Metre ?? new Metre(4, 4);
        double bpm = intent.Bpm ?? ChooseTempo(intent, style, metre, seconds, dice.At("tempo"));
        var grid = new BarGrid(metre, bpm, seconds);
        Key key = ChooseKey(intent, style, dice.At("key"));
        Ending ending = Ending.Of(grid);
        IReadOnlyList<SectionPlan> sections = Form.Plan(style.Form, (int)Math.Ceiling((ending.HitBeat / grid.BarBeats) - 1e-9), dice.At("form"));
        double arousal = intent.Arousal ?? 0.6;
        var harmony = new HarmonyWriter(key, style, grid, dice.At("harmony")).Write(sections, ending);
        DrumGroove[] grooves = [.. style.Drums.Grooves.Select(groove => DrumGroove.Read(groove, grid)).Select(groove => intent.HalfTime ? groove.HalfTime(grid) : groove)];
        int first = dice.At("groove").Below(grooves.Length);
        return new()
        {
            Style = style,
            Grid = grid,
            Scale = new Scale(key),
            Sections = sections,
            Ending = ending,
            Harmony = harmony,
            Motif = Motif.Draw(style.Lead.Patterns, style.Lead.MotifBars, arousal, grid, dice.At("motif")),
            Energy = arousal,
            Brightness = intent.Valence ?? 0,
            HalfTime = intent.HalfTime,
            Timing = new Timing(grid, style, intent.Swings ? Math.Max(style.Swing, 0.3) : style.Swing, dice.At("timing")),
            Grooves = HasDrums(intent) ? [.. grooves[first..], .. grooves[..first]] : null,
            Dice = dice,
        };
    }

    static double ChooseTempo(PromptIntent intent, StyleSheet style, Metre metre, double seconds, Dice dice)
    {
        // A mood moves the tempo inside its style, a word for the pace beyond it.
        (double low, double high) = style.Tempo;
        double push = ((intent.Arousal ?? 0.55) - 0.55) * 0.5, factor = 1 + (0.22 * intent.Pace);
        double middle = Math.Clamp((low + high) / 2 * factor * (1 + (0.2 * push)), SlowestBpm, FastestBpm), half = 0.3 * (high - low);
        return Tempo.Choose(Math.Max(SlowestBpm, middle - half), Math.Min(FastestBpm, middle + half), metre, seconds, dice);
    }

    static Key ChooseKey(PromptIntent intent, StyleSheet style, Dice dice)
    {
        double minor = Math.Clamp(style.MinorShare - (0.6 * (intent.Valence ?? 0)), 0, 1);
        Mode mode = intent.Mode ?? (dice.At("mode").Chance(minor) ? Mode.Minor : Mode.Major);
        return new Key(intent.Tonic ?? dice.At("tonic").Below(12), mode);
    }

    static bool HasDrums(PromptIntent intent) =>
        !intent.Unwanted.Any(instrument => instrument.Role == Role.Drums) && (!intent.Alone || intent.Wanted.Any(instrument => instrument.Role == Role.Drums));

    static Score Perform(Plan plan, PromptIntent intent, CompositionRequest request)
    {
        IReadOnlyList<Part> parts = Players.Play(plan, Players.Seat(plan, intent));
        return new()
        {
            Style = plan.Style.Name,
            Bpm = plan.Grid.Bpm,
            Metre = plan.Grid.Metre,
            Key = plan.Scale.Key,
            DurationSeconds = request.DurationSeconds,
            Seed = request.Seed,
            Sections = [.. plan.Sections.Select(section => new Section(Form.NameOf(plan.Style.Form, section.Kind), section.StartBar, section.Bars, section.Energy))],
            Parts = parts,
            DuckBeats = [.. parts.Where(part => part.Stem == "drums").SelectMany(part => part.Notes)
                .Where(note => note.Pitch is 35 or DrumGroove.Kick && note.Velocity > 0.4).Select(note => note.StartBeats).Distinct().Order()],
        };
    }

    /// <summary>One entry for style, tempo, key and metre each, with what was decided in the end and where it came from.</summary>
    static PromptReading Complete(PromptReading reading, CompositionRequest request, Score score)
    {
        (string Field, string Value, bool IsOption)[] decided =
        [
            ("style", score.Style, false),
            ("tempo", string.Create(CultureInfo.InvariantCulture, $"{score.Bpm:0.##} BPM"), request.Bpm is not null),
            ("key", KeyName.Of(score.Key), request.Key is not null),
            ("metre", $"{score.Metre.Beats}/{score.Metre.Unit}", false),
        ];
        List<Understanding> all = [.. reading.Understood.Where(item => !decided.Any(decision => decision.Field == item.Field))];
        foreach ((string field, string value, bool isOption) in decided)
            all.Add(new(field, value, isOption ? "option" : string.Join(", ", reading.Understood.Where(item => item.Field == field).Select(item => item.Words))));
        return reading with { Understood = all };
    }
}
