using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Collects a part's notes and keeps them playable: inside the piece, inside the instrument, one note a key at a time.</summary>
sealed class NoteSheet(Plan plan, Patch patch)
{
    const double Shortest = 0.02;

    readonly List<Note> notes = [];

    /// <summary>A note of the body: it ends where the last hit comes, and none begins there.</summary>
    public void Add(double beat, double length, int pitch, double velocity)
    {
        double end = plan.Ending.HitBeat;
        if (beat < end - 0.03) Put(beat, Math.Min(length, end - beat), pitch, velocity);
    }

    /// <summary>A note of the ending.</summary>
    public void AddLast(double length, int pitch, double velocity) => Put(plan.Ending.HitBeat, length, pitch, velocity);

    public IReadOnlyList<Note> Finish()
    {
        notes.Sort((a, b) => a.StartBeats != b.StartBeats ? a.StartBeats.CompareTo(b.StartBeats)
            : a.Pitch != b.Pitch ? a.Pitch.CompareTo(b.Pitch) : b.Velocity.CompareTo(a.Velocity));
        var last = new int[128];
        Array.Fill(last, -1);
        var kept = new List<Note>(notes.Count);
        foreach (var note in notes)
        {
            int before = last[note.Pitch];
            if (before >= 0 && note.StartBeats - kept[before].StartBeats < Shortest) continue;
            if (before >= 0) kept[before] = Until(kept[before], note.StartBeats);
            last[note.Pitch] = kept.Count;
            kept.Add(note);
        }
        return kept;
    }

    static Note Until(Note note, double beat) => note.StartBeats + note.LengthBeats <= beat ? note : note with { LengthBeats = beat - note.StartBeats };

    void Put(double beat, double length, int pitch, double velocity)
    {
        double total = plan.Grid.TotalBeats;
        beat = Math.Max(0, beat);
        if (beat > total - Shortest) return;
        var (low, high) = Instruments.Range(patch);
        while (pitch < low) pitch += 12;
        while (pitch > high) pitch -= 12;
        notes.Add(new Note(beat, Math.Clamp(length, Shortest, total - beat), pitch, Math.Clamp(velocity, 0.02, 1)));
    }
}
