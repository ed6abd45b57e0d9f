using System.Buffers.Binary;
using System.Text;
using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Midi;

/// <summary>Writes Standard MIDI Files, format 1 (MIDI Manufacturers Association, RP-001): a track of tempo and signatures, then one a part.</summary>
public static class MidiFile
{
    /// <summary>Ticks in a quarter note.</summary>
    public const int TicksPerQuarter = 960;

    const int DrumChannel = 9, Channels = 16;

    readonly record struct Message(long Tick, int Order, byte[] Bytes);

    public static byte[] Write(Score score)
    {
        using var file = new MemoryStream();
        Part[] parts = [.. score.Parts.Where(part => Programs.Of(part.Patch) is not null || IsDrums(part.Patch))];
        WriteChunk(file, "MThd", [0, 1, 0, (byte)(parts.Length + 1), TicksPerQuarter >> 8, TicksPerQuarter & 0xFF]);
        WriteChunk(file, "MTrk", Track(Conductor(score), TickOf(score.DurationSeconds / score.SecondsPerBeat)));
        int next = 0;
        foreach (Part part in parts)
        {
            int channel = IsDrums(part.Patch) ? DrumChannel : NextChannel(ref next);
            WriteChunk(file, "MTrk", Track(Play(part, channel, score), TickOf(score.DurationSeconds / score.SecondsPerBeat)));
        }

        return file.ToArray();
    }

    static bool IsDrums(Patch patch) => patch <= Patch.KitSoft;

    // Sixteen channels, one of them drums; a piece with more parts shares them again from the first.
    static int NextChannel(ref int next)
    {
        int channel = next % (Channels - 1);
        next++;
        return channel >= DrumChannel ? channel + 1 : channel;
    }

    static List<Message> Conductor(Score score)
    {
        int microseconds = (int)Math.Round(60e6 / score.Bpm);
        return
        [
            new(0, 0, Meta(0x51, [(byte)(microseconds >> 16), (byte)(microseconds >> 8), (byte)microseconds])),
            new(0, 1, Meta(0x58, [(byte)score.Metre.Beats, (byte)Math.Log2(score.Metre.Unit), 24, 8])),
            new(0, 2, Meta(0x59, KeySignature(score.Key))),
            .. score.Sections.Select(section => new Message(TickOf(section.StartBar * score.Metre.QuartersPerBar), 3, Meta(0x06, Encoding.UTF8.GetBytes(section.Name)))),
        ];
    }

    /// <summary>Sharps, or flats as negative numbers, of the key's own scale; then 1 for minor.</summary>
    static byte[] KeySignature(Key key)
    {
        (int shift, bool minor) = key.Mode switch
        {
            Mode.Major => (0, false),
            Mode.Lydian => (7, false),
            Mode.Mixolydian => (5, false),
            Mode.Dorian => (10, true),
            Mode.Phrygian => (8, true),
            _ => (3, true),
        };
        int sharps = (key.Tonic + shift) * 7 % 12;
        return [(byte)(sbyte)(sharps > 6 ? sharps - 12 : sharps), (byte)(minor ? 1 : 0)];
    }

    static List<Message> Play(Part part, int channel, Score score)
    {
        double end = score.DurationSeconds / score.SecondsPerBeat;
        List<Message> messages = [new(0, 0, Meta(0x03, Encoding.UTF8.GetBytes(part.Name)))];
        if (Programs.Of(part.Patch) is { } program) messages.Add(new(0, 1, [(byte)(0xC0 | channel), program]));
        messages.Add(new(0, 2, [(byte)(0xB0 | channel), 10, (byte)Math.Clamp(64 + (63 * part.Placement.Pan), 0, 127)]));
        foreach (Note note in part.Notes)
        {
            long start = TickOf(note.StartBeats), stop = Math.Max(start + 1, TickOf(Math.Min(end, note.StartBeats + note.LengthBeats)));
            messages.Add(new(start, 4, [(byte)(0x90 | channel), (byte)note.Pitch, (byte)Math.Clamp(Math.Round(127 * note.Velocity), 1, 127)]));
            // Ends come before beginnings of the same tick, so that a repeated note sounds.
            messages.Add(new(stop, 3, [(byte)(0x80 | channel), (byte)note.Pitch, 64]));
        }

        return messages;
    }

    static byte[] Track(List<Message> messages, long end)
    {
        using var track = new MemoryStream();
        long tick = 0;
        foreach (Message message in messages.OrderBy(message => message.Tick).ThenBy(message => message.Order))
        {
            WriteVariable(track, message.Tick - tick);
            track.Write(message.Bytes);
            tick = message.Tick;
        }

        WriteVariable(track, Math.Max(0, end - tick));
        track.Write(Meta(0x2F, []));
        return track.ToArray();
    }

    static byte[] Meta(byte type, byte[] data)
    {
        using var meta = new MemoryStream();
        meta.Write([0xFF, type]);
        WriteVariable(meta, data.Length);
        meta.Write(data);
        return meta.ToArray();
    }

    static void WriteChunk(Stream file, string id, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[8];
        Encoding.ASCII.GetBytes(id, head);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], data.Length);
        file.Write(head);
        file.Write(data);
    }

    static void WriteVariable(Stream track, long value)
    {
        Span<byte> bytes = stackalloc byte[5];
        int at = bytes.Length;
        bytes[--at] = (byte)(value & 0x7F);
        while ((value >>= 7) > 0) bytes[--at] = (byte)(0x80 | (value & 0x7F));
        track.Write(bytes[at..]);
    }

    static long TickOf(double beats) => (long)Math.Round(beats * TicksPerQuarter);
}

/// <summary>General MIDI programs, counted from 0.</summary>
static class Programs
{
    /// <summary>Null for drums and for effects that are no notes.</summary>
    public static byte? Of(Patch patch) => patch switch
    {
        <= Patch.KitSoft => null,
        Patch.SubBass or Patch.Bass808 or Patch.ReeseBass => 39,
        Patch.AcidBass or Patch.SawBass or Patch.FmBass => 38,
        Patch.FingerBass => 33,
        Patch.PickBass => 34,
        Patch.UprightBass => 32,
        Patch.AcousticGuitar => 25,
        Patch.CleanGuitar => 27,
        Patch.MutedGuitar => 28,
        Patch.DistortedGuitar => 30,
        Patch.Piano => 0,
        Patch.ElectricPiano => 4,
        Patch.Organ => 16,
        Patch.Vibraphone => 11,
        Patch.MusicBox => 10,
        Patch.SuperSaw or Patch.SawLead => 81,
        Patch.Stab or Patch.PolySynth => 90,
        Patch.Pluck or Patch.Arp => 84,
        Patch.Brass => 61,
        Patch.WarmPad => 89,
        Patch.GlassPad => 92,
        Patch.StringSection => 48,
        Patch.Choir => 52,
        Patch.Drone => 95,
        Patch.SquareLead => 80,
        Patch.SoftLead => 82,
        Patch.Flute => 73,
        Patch.Trumpet => 56,
        Patch.Saxophone => 66,
        Patch.Bell => 14,
        Patch.SoloStrings => 40,
        _ => null,
    };
}
