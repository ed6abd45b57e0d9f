namespace DgxMusic.Composer.Arrangement;

/// <summary>What happens to the motif when it comes back.</summary>
enum Variation { Literal, Sequence, Inverted, Ornamented, Head, Cadence, Rest }

/// <summary>The motif's forms. Each keeps enough of rhythm or contour to be known again.</summary>
static class MotifForms
{
    public static IReadOnlyList<MotifNote> Of(Motif motif, Variation variation, BarGrid grid, Dice dice) => variation switch
    {
        Variation.Rest => [],
        Variation.Sequence => Shift(motif.Notes, dice.At("sequence").Pick([-2, -1, 1, 2])),
        Variation.Inverted => InvertEnding(motif.Notes),
        Variation.Ornamented => Ornament(motif.Notes, grid),
        Variation.Head => Head(motif),
        _ => motif.Notes,
    };

    static List<MotifNote> Shift(IReadOnlyList<MotifNote> notes, int degrees) => [.. notes.Select(note => note with { Offset = note.Offset + degrees })];

    /// <summary>The second half of the contour mirrored in its first note.</summary>
    static List<MotifNote> InvertEnding(IReadOnlyList<MotifNote> notes)
    {
        int half = notes.Count / 2;
        int axis = notes[half].Offset;
        return [.. notes.Select((note, i) => i <= half ? note : note with { Offset = (2 * axis) - note.Offset })];
    }

    /// <summary>The longest note gives a sixteenth or an eighth away to its upper neighbour.</summary>
    static List<MotifNote> Ornament(IReadOnlyList<MotifNote> notes, BarGrid grid)
    {
        var ornamented = new List<MotifNote>();
        int shortest = Math.Max(2, grid.Pulses[0].Length / 2);
        foreach (var note in notes)
        {
            if (note.Length <= shortest)
            {
                ornamented.Add(note);
                continue;
            }
            int turn = note.Length / 2;
            ornamented.Add(note with { Length = turn });
            ornamented.Add(new MotifNote(note.Step + turn, note.Length - turn, note.Offset + 1));
        }
        return ornamented;
    }

    static List<MotifNote> Head(Motif motif) => [.. motif.Notes.Where(note => note.Step < motif.Steps / 2)];
}
