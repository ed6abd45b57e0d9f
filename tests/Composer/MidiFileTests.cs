using System.Buffers.Binary;
using DgxMusic.Composer.Midi;

namespace DgxMusic.Composer.Tests;

public sealed class MidiFileTests
{
    [Theory]
    [InlineData("house")]
    [InlineData("jazz in 5/4")]
    [InlineData("cinematic orchestra")]
    public void Write_ReadBack_EveryNoteBeginsAndEnds(string prompt)
    {
        Composition piece = ScoreWriter.Write(new(prompt, 20, 1));
        byte[] file = MidiFile.Write(piece.Score);

        Assert.Equal("MThd"u8.ToArray(), file[..4]);
        int tracks = BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(10)), at = 14, notes = 0;
        Assert.Equal(MidiFile.TicksPerQuarter, BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(12)));
        double end = Math.Round(20 / piece.Score.SecondsPerBeat * MidiFile.TicksPerQuarter);
        for (int track = 0; track < tracks; track++)
        {
            Assert.Equal("MTrk"u8.ToArray(), file[at..(at + 4)]);
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 4));
            notes += Read(file.AsSpan(at + 8, length), end);
            at += 8 + length;
        }

        Assert.Equal(file.Length, at);
        Assert.Equal(piece.Score.Parts.Where(part => part.Stem != "fx").Sum(part => part.Notes.Count), notes);
    }

    /// <returns>Notes in the track.</returns>
    static int Read(ReadOnlySpan<byte> track, double end)
    {
        (long tick, int at, int begun) = (0, 0, 0);
        var sounding = new int[16, 128];
        while (at < track.Length)
        {
            tick += Variable(track, ref at);
            Assert.True(tick <= end + 1);
            byte status = track[at++];
            if (status == 0xFF)
            {
                byte type = track[at++];
                int length = (int)Variable(track, ref at);
                at += length;
                if (type == 0x2F) break;
            }
            else if ((status & 0xF0) == 0xC0) at++;
            else
            {
                if ((status & 0xF0) == 0x90) (sounding[status & 15, track[at]], begun) = (sounding[status & 15, track[at]] + 1, begun + 1);
                else if ((status & 0xF0) == 0x80) sounding[status & 15, track[at]]--;
                at += 2;
            }
        }

        Assert.Equal(track.Length, at);
        foreach (int left in sounding) Assert.Equal(0, left);
        return begun;
    }

    static long Variable(ReadOnlySpan<byte> track, ref int at)
    {
        long value = 0;
        byte next;
        do
        {
            next = track[at++];
            value = (value << 7) | (uint)(next & 0x7F);
        }
        while ((next & 0x80) != 0);
        return value;
    }
}
