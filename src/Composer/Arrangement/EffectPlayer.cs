using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Marks the borders of sections: what rises before a drop, what falls after it.</summary>
static class EffectPlayer
{
    const int Middle = 60;

    public static IReadOnlyList<Part> Play(Plan plan)
    {
        var parts = new List<Part>();
        if (plan.Style.Transitions)
        {
            Add(parts, plan, Patch.Riser, -11, Rise);
            Add(parts, plan, Patch.Downlifter, -12, Fall);
            Add(parts, plan, Patch.Impact, -7, Strike);
        }
        if (plan.Style.Crackle) Add(parts, plan, Patch.VinylNoise, -15, Crackle);
        return parts;
    }

    static void Add(List<Part> parts, Plan plan, Patch patch, double gainDb, Action<Plan, NoteSheet> play)
    {
        var sheet = new NoteSheet(plan, patch);
        play(plan, sheet);
        var notes = sheet.Finish();
        if (notes.Count > 0) parts.Add(new Part(Instruments.NameOf(patch), "fx", patch, new Placement(gainDb, Width: 0.8, Reverb: 0.3), notes));
    }

    static void Rise(Plan plan, NoteSheet sheet)
    {
        foreach (var section in plan.Sections)
        {
            if (section.Kind != SectionKind.Drop || section.StartBar == 0) continue;
            double length = plan.Grid.BarBeats * Math.Min(4, Math.Max(1, section.StartBar / 2));
            sheet.Add(plan.BeatOf(section.StartBar) - length, length, Middle, plan.Velocity(section, 0.7));
        }
    }

    static void Fall(Plan plan, NoteSheet sheet)
    {
        foreach (var section in plan.Sections)
        {
            if (section.Kind is SectionKind.Break or SectionKind.Outro && section.StartBar > 0) sheet.Add(plan.BeatOf(section.StartBar), plan.Grid.BarBeats, Middle, 0.6);
        }
    }

    static void Strike(Plan plan, NoteSheet sheet)
    {
        foreach (var section in plan.Sections)
        {
            if (section.Kind == SectionKind.Drop) sheet.Add(plan.BeatOf(section.StartBar), plan.Grid.BarBeats, 36, 0.8);
        }
        if (plan.Ending.HitBeat > 0) sheet.AddLast(plan.Ending.RingBeats, 36, 0.8);
    }

    static void Crackle(Plan plan, NoteSheet sheet)
    {
        double length = 8 * plan.Grid.BarBeats;
        for (double beat = 0; beat < plan.Ending.HitBeat; beat += length) sheet.Add(beat, length, Middle, 0.5);
        sheet.AddLast(plan.Ending.RingBeats, Middle, 0.5);
    }
}
