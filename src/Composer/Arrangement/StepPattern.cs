namespace DgxMusic.Composer.Arrangement;

/// <summary>One event of a pattern: its sign, its place and how long it holds, in sixteenths.</summary>
readonly record struct StepEvent(int Step, int Length, char Sign);

/// <summary>A rhythm of one or two 4/4 bars, a sign for each sixteenth: <c>.</c> rests, <c>-</c> holds what went before, anything else begins an event.</summary>
static class StepPattern
{
    /// <summary>The events of a bar; in other metres than 4/4 each pulse plays the part of the quarter it stands for.</summary>
    public static List<StepEvent> Read(string pattern, BarGrid grid, int bar)
    {
        string signs = Fit(pattern, grid, bar);
        var events = new List<StepEvent>();
        for (int step = 0; step < signs.Length; step++)
        {
            if (signs[step] is '.' or '-') continue;
            int end = step + 1;
            while (end < signs.Length && signs[end] == '-') end++;
            events.Add(new StepEvent(step, end - step, signs[step]));
        }
        return events;
    }

    internal static string Fit(string pattern, BarGrid grid, int bar)
    {
        string source = pattern.Length >= 32 ? pattern.Substring(16 * (bar % 2), 16) : pattern;
        var signs = new char[grid.Steps];
        foreach (var pulse in grid.Pulses) Stretch(source.AsSpan(4 * pulse.Quarter, 4), signs.AsSpan(pulse.Step, pulse.Length));
        return new string(signs);
    }

    /// <summary>Lays the four sixteenths of a quarter over a pulse of another length: the first stays first, the third becomes the next note of the pulse, and in a pulse of six
    /// sixteenths the second and the fourth keep their places beside them.</summary>
    static void Stretch(ReadOnlySpan<char> quarter, Span<char> pulse)
    {
        if (pulse.Length == 4)
        {
            quarter.CopyTo(pulse);
            return;
        }
        int note = pulse.Length % 2 == 0 ? 2 : 1;
        for (int step = 0; step < pulse.Length; step++)
        {
            char sign = step == 0 ? quarter[0] : quarter[2];
            char between = step == 1 ? quarter[1] : step == pulse.Length - 1 ? quarter[3] : '-';
            pulse[step] = step % note == 0 ? sign : between is '.' or '-' ? Tail(sign) : between;
        }
    }

    static char Tail(char sign) => sign is '.' ? '.' : '-';
}
