namespace DgxMusic.Composer.Arrangement;

/// <param name="Step">Sixteenths from the start of the motif.</param>
/// <param name="Length">Sixteenths until the next note, or the end.</param>
/// <param name="Offset">Degrees of the scale above the motif's anchor.</param>
readonly record struct MotifNote(int Step, int Length, int Offset);

/// <summary>The thought a piece comes back to: a rhythm and a contour.</summary>
sealed record Motif(IReadOnlyList<MotifNote> Notes, int Steps)
{
    /// <summary>Draws a motif from a style's rhythms.</summary>
    /// <param name="leaps">0: steps only, to 1: leaps as often.</param>
    public static Motif Draw(IReadOnlyList<string> cells, int bars, double leaps, BarGrid grid, Dice dice)
    {
        var onsets = Rhythm(cells, bars, grid, dice);
        var offsets = Contour(onsets.Count, leaps, dice.At("contour"));
        int steps = bars * grid.Steps;
        var notes = new List<MotifNote>();
        for (int i = 0; i < onsets.Count; i++)
        {
            int end = i + 1 < onsets.Count ? onsets[i + 1] : steps;
            notes.Add(new MotifNote(onsets[i], Math.Min(end - onsets[i], 2 * grid.Pulses[0].Length), offsets[i]));
        }
        return new Motif(notes, steps);
    }

    /// <summary>Three notes or more, the last pulse left free often enough to breathe.</summary>
    static List<int> Rhythm(IReadOnlyList<string> cells, int bars, BarGrid grid, Dice dice)
    {
        var onsets = new List<int>();
        for (int bar = 0; bar < bars; bar++)
        {
            var pattern = new char[16];
            for (int quarter = 0; quarter < 4; quarter++) dice.At("cell").At((4 * bar) + quarter).Pick(cells).CopyTo(0, pattern, 4 * quarter, 4);
            if (bar == 0 && dice.At("upbeat").Chance(0.8)) pattern[0] = 'x';
            if (bar == bars - 1 && dice.At("breath").Chance(0.6)) Array.Fill(pattern, '.', 13, 3);
            foreach (var sign in StepPattern.Read(new string(pattern), grid, 0)) onsets.Add((bar * grid.Steps) + sign.Step);
        }
        for (int pulse = 0; onsets.Count < 3 && pulse < 3 * grid.Pulses.Count; pulse++)
        {
            int step = pulse < grid.Pulses.Count ? grid.Pulses[pulse].Step : Math.Min(grid.Steps - 1, 2 + (pulse % grid.Pulses.Count));
            if (!onsets.Contains(step)) onsets.Add(step);
        }
        onsets.Sort();
        return onsets;
    }

    /// <summary>A walk in steps with a leap here and there; after a leap it turns back. It never stays on one note.</summary>
    static int[] Contour(int count, double leaps, Dice dice)
    {
        var offsets = new int[count];
        int direction = dice.At("direction").Chance(0.6) ? 1 : -1;
        bool leapt = false;
        for (int i = 1; i < count; i++)
        {
            var draw = dice.At(i);
            if (leapt || draw.At("turn").Chance(0.3)) direction = -direction;
            leapt = draw.At("leap").Chance(0.15 + (0.3 * leaps));
            int size = leapt ? draw.At("size").Between(2, 4) : draw.At("stay").Chance(0.15) && i > 1 ? 0 : 1;
            int next = offsets[i - 1] + (direction * size);
            if (next is > 6 or < -4) next = offsets[i - 1] - (direction * size);
            offsets[i] = next;
        }
        return offsets;
    }
}
