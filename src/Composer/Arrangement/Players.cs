using DgxMusic.Composer.Prompts;
using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Gives the band its seats and has it play.</summary>
static class Players
{
    /// <summary>A player for each role of the style that nobody asked to leave out, and for each instrument that somebody asked for.</summary>
    public static IReadOnlyList<Seat> Seat(Plan plan, PromptIntent intent)
    {
        var seats = new List<Seat>();
        StyleSheet style = plan.Style;
        Add(seats, plan, intent, Role.Bass, style.Bass);
        Add(seats, plan, intent, Role.Chords, style.Chords);
        Add(seats, plan, intent, Role.Pad, style.Pad);
        Add(seats, plan, intent, Role.Arp, style.Arp);
        Add(seats, plan, intent, Role.Lead, style.Lead);
        Add(seats, plan, intent, Role.Counter, style.Counter);
        if (seats.Count == 0 && plan.Grooves is null) seats.Add(NewSeat(plan, Role.Chords, style.Chords, style.Chords.Patches));
        return seats;
    }

    public static IReadOnlyList<Part> Play(Plan plan, IReadOnlyList<Seat> seats)
    {
        var parts = new List<Part>();
        if (plan.Grooves is not null)
        {
            Patch kit = plan.Dice.At("kit").Pick(plan.Style.Drums.Kits);
            DrumSheet drums = plan.Style.Drums;
            var seat = new Seat(Role.Drums, "drums", kit, new PartSheet([kit]));
            AddPart(parts, seat, new Placement(drums.GainDb, Reverb: drums.Reverb, Drive: drums.Drive), new DrumPlayer(plan, seat).Play());
        }

        foreach (Seat seat in seats) AddPart(parts, seat, seat.Sheet.Placement, Perform(plan, seat), Brightness(plan, seat));
        parts.AddRange(EffectPlayer.Play(plan));
        return parts;
    }

    static IReadOnlyList<Note> Perform(Plan plan, Seat seat) => seat.Role switch
    {
        Role.Bass => new BassPlayer(plan, seat).Play(),
        Role.Arp => new ArpPlayer(plan, seat).Play(),
        Role.Lead => new LeadPlayer(plan, seat).Play(),
        Role.Counter => new CounterPlayer(plan, seat).Play(),
        _ => new ChordPlayer(plan, seat).Play(),
    };

    static void Add(List<Seat> seats, Plan plan, PromptIntent intent, Role role, PartSheet? sheet)
    {
        Instrument[] wanted = [.. intent.Wanted.Where(instrument => instrument.Role == role)];
        bool unwanted = intent.Unwanted.Any(instrument => instrument.Role == role && instrument.Patches.Count == 0);
        if (unwanted || (intent.Alone && wanted.Length == 0)) return;
        if (sheet is null && wanted.Length == 0) return;
        sheet ??= Fallback(plan.Style, role);
        Patch[] left = [.. sheet.Patches.Where(patch => !intent.Unwanted.Any(instrument => instrument.Patches.Contains(patch)))];
        Patch[] asked = [.. wanted.SelectMany(instrument => instrument.Patches.Count == 0 ? sheet.Patches : instrument.Patches)];
        Patch[] choice = asked.Length == 0 ? left : Preferred(sheet, asked);
        if (choice.Length > 0) seats.Add(NewSeat(plan, role, sheet, choice));
    }

    /// <summary>Of what was asked for, first what the style uses anyway.</summary>
    static Patch[] Preferred(PartSheet sheet, Patch[] asked) => asked.Intersect(sheet.Patches).ToArray() is { Length: > 0 } both ? both : asked;

    static Seat NewSeat(Plan plan, Role role, PartSheet sheet, IReadOnlyList<Patch> patches)
    {
        Patch patch = plan.Dice.At("patch").At((int)role).Pick(patches);
        (int low, int high) = Instruments.Range(patch);
        return new(role, $"{role.ToString().ToLowerInvariant()} {Instruments.NameOf(patch)}", patch, sheet with { Low = Math.Max(low, sheet.Low), High = Math.Min(high, sheet.High) });
    }

    /// <summary>How a role is played in a style that does not have it.</summary>
    static PartSheet Fallback(StyleSheet style, Role role) => role switch
    {
        Role.Pad => Styles.Stock.Pad(Patch.WarmPad),
        Role.Arp => Styles.Stock.Arp([Patch.Pluck], "0.1.2.1.0.1.2.1.", "0.2.1.2.0.2.1.2."),
        Role.Counter => Styles.Stock.Counter(Patch.SoftLead),
        _ => style.Chords,
    };

    /// <summary>Opens with the energy of the sections.</summary>
    static List<BrightnessPoint> Brightness(Plan plan, Seat seat)
    {
        var points = new List<BrightnessPoint>();
        double mood = 0.08 * plan.Brightness;
        foreach (SectionPlan section in plan.Sections)
        {
            double open = Math.Clamp((seat.Sheet.Brightness * (0.6 + (0.4 * section.Energy))) + mood, 0.05, 1), start = plan.BeatOf(section.StartBar), end = plan.BeatOf(section.EndBar);
            double opening = section.Kind is SectionKind.Build or SectionKind.Intro ? 0.7 * open : open;
            points.Add(new(start, opening));
            points.Add(new(Math.Max(start, end - 0.1), open));
        }

        return points;
    }

    static void AddPart(List<Part> parts, Seat seat, Placement placement, IReadOnlyList<Note> notes, IReadOnlyList<BrightnessPoint>? brightness = null)
    {
        if (notes.Count == 0) return;
        parts.Add(new Part(seat.Name, Instruments.Stem(seat.Patch, seat.Role), seat.Patch, placement, notes) { Brightness = brightness ?? [] });
    }
}
