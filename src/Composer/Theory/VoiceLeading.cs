namespace DgxMusic.Composer.Theory;

/// <summary>Lays chords out so that each voice moves as little as it can.</summary>
static class VoiceLeading
{
    /// <summary>Chord notes as MIDI numbers, rising, inside [low, high], which spans two octaves or more.</summary>
    /// <param name="previous">The layout before; empty at the start.</param>
    /// <param name="voices">Number of notes, 2 to 6.</param>
    public static int[] Next(ReadOnlySpan<int> previous, Chord chord, int low, int high, int voices)
    {
        var tones = Tones(chord, voices);
        int[] best = [];
        double least = double.MaxValue;
        for (int start = low; start <= high; start++)
        {
            int index = Array.IndexOf(tones, Scale.Modulo(start - chord.Root, 12));
            if (index < 0) continue;
            foreach (bool open in (ReadOnlySpan<bool>)[false, true])
            {
                var layout = Stack(chord, tones, start, index, voices, open);
                if (layout[^1] > high) continue;
                double cost = Cost(previous, layout, (low + high) / 2.0);
                if (cost < least) (best, least) = (layout, cost);
            }
        }
        if (best.Length > 0) return best;
        return voices > 2 ? Next([], chord, low, high, voices - 1) : [chord.RootFrom(low)];
    }

    /// <summary>Pitch classes above the root that are worth a voice; the fifth goes first where there are too many.</summary>
    static int[] Tones(Chord chord, int voices)
    {
        var classes = new SortedSet<int>();
        foreach (int interval in chord.Intervals()) classes.Add(interval % 12);
        if (classes.Count > voices) classes.Remove(7);
        while (classes.Count > voices) classes.Remove(classes.Max);
        return [.. classes];
    }

    static int[] Stack(Chord chord, int[] tones, int start, int index, int voices, bool open)
    {
        var layout = new int[voices];
        int pitch = start;
        for (int voice = 0; voice < voices; voice++)
        {
            layout[voice] = pitch;
            int from = tones[index % tones.Length];
            index++;
            int to = tones[index % tones.Length];
            pitch += to > from ? to - from : to - from + 12;
        }
        if (open && voices > 2)
        {
            layout[1] += 12;   // The second voice an octave up opens a close layout.
            Array.Sort(layout);
        }
        return layout;
    }

    static double Cost(ReadOnlySpan<int> previous, int[] layout, double centre)
    {
        double cost = 0, sum = 0;
        for (int voice = 0; voice < layout.Length; voice++)
        {
            sum += layout[voice];
            cost += previous.Length == layout.Length ? Math.Abs(layout[voice] - previous[voice]) : 0;
            if (voice > 0) cost += Crowding(layout[voice - 1], layout[voice]);
        }
        double drift = Math.Abs((sum / layout.Length) - centre);
        return cost + (previous.Length == layout.Length ? 0.3 * drift : 2 * drift);
    }

    /// <summary>Low notes need room: thirds growl below C3, seconds below C4, and semitones rub everywhere.</summary>
    static double Crowding(int lower, int upper)
    {
        int gap = upper - lower;
        if (gap <= 1) return 8;
        if (lower < 48 && gap < 5) return 6;
        return lower < 60 && gap < 3 ? 4 : gap > 12 ? 3 : 0;
    }
}
