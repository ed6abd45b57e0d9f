using System.Numerics;

namespace DgxMusic.Composer.Theory;

/// <summary>A root and the intervals above it.</summary>
/// <param name="Root">Pitch class, C = 0.</param>
/// <param name="Shape">Bit n is set where the chord has the note n semitones above its root, n below 24.</param>
readonly record struct Chord(int Root, int Shape)
{
    public int Count => BitOperations.PopCount((uint)Shape);

    public bool Contains(int pitch)
    {
        int above = Scale.Modulo(pitch - Root, 12);
        return (Shape & ((1 << above) | (1 << (above + 12)))) != 0;
    }

    /// <summary>Semitones above the root, rising.</summary>
    public int[] Intervals()
    {
        var intervals = new int[Count];
        for (int n = 0, i = 0; n < 24; n++)
        {
            if ((Shape & (1 << n)) != 0) intervals[i++] = n;
        }
        return intervals;
    }

    /// <summary>The chord's note nearest to a MIDI number; of two equally near, the higher.</summary>
    public int Nearest(int pitch)
    {
        for (int distance = 0; distance < 12; distance++)
        {
            if (Contains(pitch + distance)) return pitch + distance;
            if (Contains(pitch - distance)) return pitch - distance;
        }
        return pitch;
    }

    /// <summary>The lowest MIDI number of the root that is not below a bound.</summary>
    public int RootFrom(int low) => low + Scale.Modulo(Root - low, 12);

    /// <summary>Semitones from the root to the chord's third, or its fourth or second where that is suspended; the octave where there is none.</summary>
    public int Third => FirstOf(4, 3, 5, 2, 14);

    public int Fifth => FirstOf(7, 6, 8);

    public int Seventh => FirstOf(10, 11, 9);

    int FirstOf(params ReadOnlySpan<int> intervals)
    {
        foreach (int interval in intervals)
        {
            if ((Shape & (1 << interval)) != 0) return interval;
        }
        return 12;
    }
}
