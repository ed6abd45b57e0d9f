using DgxMusic.Dsp.Tests.Sounds;

namespace DgxMusic.Dsp.Tests.Tonality;

/// <summary>A band that plays in one key.</summary>
sealed class KeyPlayer(int tonic, bool isMinor, double detune, int rateHz, Dice dice)
{
    // Chords a bar, by their root in semitones above the tonic and their kind: upper case major, lower case minor, 7 a seventh, d diminished.
    static readonly string[] majorProgressions =
    [
        "0M 7M 9m 5M", "0M 9m 5M 7M", "0M 5M 7M 0M", "0M 0M 5M 7M", "2m7 7M7 0M7 0M7", "0M 9m 2m 7M", "0M 4m 5M 7M", "0M 5M 0M 7M", "0M7 0M7 0M7 0M7 5M7 5M7 0M7 0M7 7M7 5M7 0M7 7M7",
        "9m 5M 0M 7M", "0M 10M 5M 0M", "0M 5M 9m 7M", "0M 7M 5M 5M", "0M 11d 0M 7M", "0M 2M 7M 0M", "0M 0M7 5M 5m", "0M 2m 4m 5M", "0M 7M 0M 7M",
    ];

    static readonly string[] minorProgressions =
    [
        "0m 8M 3M 10M", "0m 5m 7M 0m", "0m 10M 8M 7M", "0m 5m 10M 3M", "2d 7M7 0m 0m", "0m 7m 8M 5m", "0m 8M 5m 7M", "0m 0m 5m 7M", "0m 10M 8M 10M", "0m 3M 8M 7M",
        "0m7 0m7 0m7 0m7 5m7 5m7 0m7 0m7 8M7 7M7 0m7 0m7", "0m 5M 0m 5M", "0m 7M 0m 7M", "0m 8M 10M 0m", "0m 5m 0m 7m", "8M 10M 0m 0m",
    ];

    static readonly int[] major = [0, 2, 4, 5, 7, 9, 11], natural = [0, 2, 3, 5, 7, 8, 10], harmonic = [0, 2, 3, 5, 7, 8, 11];

    readonly (int Root, string Kind)[] chords =
        [.. dice.Of(isMinor ? minorProgressions : majorProgressions).Split(' ').Select(text => (int.Parse(string.Concat(text.TakeWhile(char.IsDigit)), System.Globalization.CultureInfo.InvariantCulture), string.Concat(text.SkipWhile(char.IsDigit))))];

    readonly double beatSeconds = 60 / dice.Between(64, 150);
    readonly double centre = 60 + tonic + detune - (tonic > 6 ? 12 : 0);

    internal string Play(float[] track)
    {
        int bars = (int)(track.Length / (double)rateHz / BarSeconds) + 1;
        string pedal = dice.Chance(0.12) ? dice.Chance(0.6) ? "dominant pedal" : "tonic pedal" : "";
        bool hasMelody = dice.Chance(0.65), hasDrums = dice.Chance(0.55);
        Instrument instrument = dice.Of((Instrument[])[Instrument.Piano, Instrument.Piano, Instrument.Organ, Instrument.Pad]);
        double chordGain = dice.Between(0.07, 0.16), bassGain = dice.Chance(0.12) ? 0 : dice.Between(0.12, 0.4);
        int split = dice.Of((int[])[1, 2, 4]), bassNotes = dice.Of((int[])[1, 2, 4, 8]), inversion = dice.Of((int[])[0, 1, 2]);
        bool endsAtHome = dice.Chance(0.5);
        for (int bar = 0; bar < bars; bar++)
        {
            (int root, string kind) = endsAtHome && bar >= bars - 2 ? (0, isMinor ? "m" : "M") : chords[bar % chords.Length];
            PlayChord(track, bar, root, kind, instrument, chordGain, split, inversion);
            PlayBass(track, bar, pedal switch { "dominant pedal" => 7, "tonic pedal" => 0, _ => root }, pedal.Length == 0, bassNotes, bassGain);
            if (hasMelody) PlayMelody(track, bar, root, kind);
        }

        if (hasDrums) PlayDrums(track, bars);
        return $"{string.Join(' ', chords.Take(4).Select(chord => chord.Root + chord.Kind))}{(pedal.Length > 0 ? ", " + pedal : "")}{(hasMelody ? ", melody" : "")}{(hasDrums ? ", drums" : "")}";
    }

    double BarSeconds => 4 * beatSeconds;

    static int[] Tones(string kind) => kind switch
    {
        "M" => [0, 4, 7],
        "m" => [0, 3, 7],
        "d" => [0, 3, 6],
        "m7" => [0, 3, 7, 10],
        _ => [0, 4, 7, 10],
    };

    void PlayChord(float[] track, int bar, int root, string kind, Instrument instrument, double gain, int split, int inversion)
    {
        int[] tones = kind == "M7" && !isMinor && root == 0 && dice.Chance(0.5) ? [0, 4, 7, 11] : Tones(kind);
        double seconds = BarSeconds / split;
        for (int part = 0; part < split; part++)
        {
            for (int note = 0; note < tones.Length; note++)
                instrument.Play(track, rateHz, (bar * BarSeconds) + (part * seconds), seconds * 0.95, centre + root + tones[note] - (root > 6 ? 12 : 0) + (note < inversion ? 12 : 0), gain);
        }
    }

    void PlayBass(float[] track, int bar, int root, bool moves, int notes, double gain)
    {
        for (int note = 0; note < notes && gain > 0; note++)
        {
            int tone = moves && note % 4 == 2 && dice.Chance(0.4) ? 7 : moves && note == 7 && dice.Chance(0.3) ? dice.Of((int[])[-1, 1, 2, 5]) : 0;
            Instrument.Bass.Play(track, rateHz, (bar * BarSeconds) + (note * BarSeconds / notes), BarSeconds / notes * 0.9, centre - 24 + (root > 6 ? root - 12 : root) + tone, gain);
        }
    }

    /// <summary>Eighths that walk on the scale and rest on notes of the chord; one in twenty is between the scale's notes.</summary>
    void PlayMelody(float[] track, int bar, int root, string kind)
    {
        int[] scale = !isMinor ? major : kind == "M" && root == 7 ? harmonic : natural, tones = Tones(kind);
        int degree = (int)dice.Between(0, 7);
        for (int eighth = 0; eighth < 8; eighth++)
        {
            degree = Math.Clamp(degree + dice.Of((int[])[-2, -1, -1, 0, 1, 1, 2]), -2, 9);
            if (dice.Chance(0.35)) continue;
            int pitch = eighth % 4 == 0 ? root + dice.Of(tones) : scale[(degree + 7) % 7] + (degree < 0 ? -12 : degree >= 7 ? 12 : 0);
            if (dice.Chance(0.05)) pitch++;
            Instrument voice = isMinor == dice.Chance(0.5) ? Instrument.Voice : Instrument.Piano;
            voice.Play(track, rateHz, (bar * BarSeconds) + (eighth * beatSeconds / 2), beatSeconds * (dice.Chance(0.3) ? 1 : 0.5), centre + 12 + pitch, 0.12);
        }
    }

    void PlayDrums(float[] track, int bars)
    {
        float gain = (float)dice.Between(0.2, 0.7);
        float[] kick = Drums.Stroke(Drum.Kick, rateHz, 0, dice), snare = Drums.Stroke(Drum.Snare, rateHz, 0, dice), hat = Drums.Stroke(Drum.Hat, rateHz, 0, dice);
        for (int eighth = 0; eighth < 8 * bars; eighth++)
        {
            Strike(track, hat, eighth, 0.4f * gain);
            if (eighth % 4 == 0) Strike(track, kick, eighth, gain);
            if (eighth % 4 == 2) Strike(track, snare, eighth, 0.7f * gain);
        }
    }

    void Strike(float[] track, float[] stroke, int eighth, float gain)
    {
        int start = (int)(eighth * beatSeconds / 2 * rateHz);
        for (int n = 0; n < stroke.Length && start + n < track.Length; n++) track[start + n] += gain * stroke[n];
    }
}
