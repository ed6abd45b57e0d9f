using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Theory;

/// <summary>The seven notes of a key. Degrees count from 0 at the tonic between MIDI 60 and 71 and run on into the octaves above and below.</summary>
readonly record struct Scale(Key Key)
{
    static readonly int[][] Steps =
    [
        [0, 2, 4, 5, 7, 9, 11],
        [0, 2, 3, 5, 7, 8, 10],
        [0, 2, 3, 5, 7, 9, 10],
        [0, 1, 3, 5, 7, 8, 10],
        [0, 2, 4, 6, 7, 9, 11],
        [0, 2, 4, 5, 7, 9, 10],
        [0, 2, 3, 5, 7, 8, 11],
    ];

    public static Scale Of(int tonic, Mode mode) => new(new Key(tonic, mode));

    /// <summary>MIDI number of a degree.</summary>
    public int Pitch(int degree)
    {
        int octave = Floor(degree, 7);
        return 60 + Key.Tonic + (12 * octave) + Steps[(int)Key.Mode][degree - (7 * octave)];
    }

    public bool HasMajorThird => Pitch(2) - Pitch(0) == 4;

    public bool Contains(int pitch) => Array.IndexOf(Steps[(int)Key.Mode], Modulo(pitch - Key.Tonic, 12)) >= 0;

    /// <summary>The highest degree that is not above a MIDI number.</summary>
    public int DegreeAt(int pitch)
    {
        int degree = 7 * Floor(pitch - 60 - Key.Tonic, 12);
        while (Pitch(degree + 1) <= pitch) degree++;
        return degree;
    }

    /// <summary>MIDI number of a degree as a chord colours it: with the chord's sharpened or flattened note where it has one, as the leading note of a minor key.</summary>
    public int PitchOver(Chord chord, int degree)
    {
        int pitch = Pitch(degree);
        if (chord.Contains(pitch)) return pitch;
        if (chord.Contains(pitch + 1) && !Contains(pitch + 1)) return pitch + 1;
        return chord.Contains(pitch - 1) && !Contains(pitch - 1) ? pitch - 1 : pitch;
    }

    internal static int Modulo(int value, int size) => ((value % size) + size) % size;

    internal static int Floor(int value, int size) => (value - Modulo(value, size)) / size;
}
