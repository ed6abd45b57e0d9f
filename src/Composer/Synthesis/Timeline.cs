using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis.Drums;
using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis;

/// <summary>A note in frames.</summary>
/// <param name="Choke">Frame at which another note cuts it short; <see cref="long.MaxValue"/> for none.</param>
readonly record struct TimedNote(long Start, long Choke, VoiceNote Voice);

/// <summary>Turns the beats of a part into frames.</summary>
static class Timeline
{
    public static TimedNote[] Of(Score score, int part, Instrument instrument, DrumKit? kit, double rate)
    {
        IReadOnlyList<Note> notes = score.Parts[part].Notes;
        double framesPerBeat = score.SecondsPerBeat * rate;
        var timed = new TimedNote[notes.Count];
        for (int i = 0; i < timed.Length; i++)
        {
            Note note = notes[i];
            long start = Frame(note.StartBeats), hold = Math.Max(1, Frame(note.StartBeats + note.LengthBeats) - start);
            bool touches = i > 0 && instrument.Glides && Frame(notes[i - 1].StartBeats + notes[i - 1].LengthBeats) >= start - (0.01 * rate);
            double from = touches ? notes[i - 1].Pitch : note.Pitch;
            uint key = Noise.Key(score.Seed, (ulong)part, (ulong)i);
            timed[i] = new(start, Choke(i), new(hold, note.Pitch, from, Math.Clamp(note.Velocity, 0, 1), key));
        }

        return timed;

        long Frame(double beats) => (long)Math.Round(beats * framesPerBeat, MidpointRounding.AwayFromZero);

        long Choke(int i)
        {
            for (int later = i + 1; later < notes.Count; later++)
            {
                bool cuts = instrument.Solo || (kit is not null && kit.Sound(notes[later].Pitch).Group is > 0 and var group && group == kit.Sound(notes[i].Pitch).Group);
                if (cuts && Frame(notes[later].StartBeats) > Frame(notes[i].StartBeats)) return Frame(notes[later].StartBeats);
                if (kit is not null && notes[later].StartBeats > notes[i].StartBeats + 8) break;
                if (kit is null && !instrument.Solo) break;
            }

            return long.MaxValue;
        }
    }
}
