using System.Text;
using DgxMusic.Audio.Wav;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Wav;

public sealed class BroadcastChunkTests : IDisposable
{
    static readonly BroadcastInfo info = new()
    {
        Description = "A song", Originator = "DgxMusic", TimeReference = 0x1_0000_0002, CodingHistory = "A=PCM,F=48000,W=24,M=stereo,T=DgxMusic\r\n",
        Loudness = new(-22.985, 4.2, -1.006, -17.13, null),
    };

    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>EBU Tech 3285 v2, clause 2.3: every field at its place, laid out by hand; no date, no time, no id.</summary>
    [Fact]
    public void Write_EveryField_StandsWhereTheSpecificationPutsIt()
    {
        byte[] expected =
        [
            .. Fixed("A song", 256), .. Fixed("DgxMusic", 32), .. Fixed("", 32), .. Fixed("", 10), .. Fixed("", 8), .. U32(2), .. U32(1), .. U16(2), .. new byte[64],
            .. U16(-2299), .. U16(420), .. U16(-101), .. U16(-1713), .. U16(0x7FFF), .. new byte[180], .. Encoding.ASCII.GetBytes(info.CodingHistory),
        ];
        var chunk = BroadcastChunk.Write(info);
        Assert.Equal(("bext", 602 + info.CodingHistory.Length), (chunk.Id, chunk.Content.Length));
        Assert.Equal(expected, chunk.Content.ToArray());
    }

    [Fact]
    public void Parse_WhatWasWritten_IsEqualToTheHundredth() =>
        Assert.Equal(info with { Loudness = new(-22.99, 4.2, -1.01, -17.13, null) }, BroadcastChunk.Parse(BroadcastChunk.Write(info).Content.Span));

    [Theory, InlineData(double.NegativeInfinity), InlineData(double.NaN), InlineData(-100.0), InlineData(100.0), InlineData(null)]
    public void Write_LoudnessThatIsNone_IsNotKnown(double? value)
    {
        var chunk = BroadcastChunk.Write(new() { Loudness = new(value, value, value, value, value) });
        Assert.Equal([.. Enumerable.Repeat(U16(0x7FFF), 5).SelectMany(word => word)], chunk.Content.Span[412..422].ToArray());
        Assert.Equal(BroadcastLoudness.Unknown, BroadcastChunk.Parse(chunk.Content.Span).Loudness);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void Parse_VersionBefore2_HasNoLoudness(int version)
    {
        byte[] chunk = BroadcastChunk.Write(info).Content.ToArray();
        chunk[346] = (byte)version;
        Assert.Equal(info with { Loudness = BroadcastLoudness.Unknown }, BroadcastChunk.Parse(chunk));
    }

    [Fact]
    public void Write_LongOrForeignTexts_AreCutAndAscii()
    {
        var read = BroadcastChunk.Parse(BroadcastChunk.Write(new() { Description = new('x', 300), Originator = "Größe" }).Content.Span);
        Assert.Equal((new string('x', 256), "Gr??e"), (read.Description, read.Originator));
    }

    [Fact]
    public void Parse_CutOffAnywhere_ReadsWhatIsThere()
    {
        byte[] whole = BroadcastChunk.Write(info).Content.ToArray();
        for (int bytes = 0; bytes <= whole.Length; bytes++)
        {
            var read = BroadcastChunk.Parse(whole.AsSpan(0, bytes));
            Assert.Equal(bytes >= 256 ? "A song" : "A song"[..Math.Min(bytes, 6)], read.Description);
            Assert.Equal(bytes >= 422, read.Loudness.IntegratedLufs is not null);
        }
    }

    [Theory, InlineData(null), InlineData(uint.MaxValue), InlineData(0x7FFF_FFFFu)]
    public void ReadBroadcast_ChunkBehindTheSamples_IsReadWhateverItClaims(uint? claim)
    {
        byte[] chunk = BroadcastChunk.Write(info).Content.ToArray();
        byte[] file = Riff(Format(Pcm, 1, 48_000, 16), Chunk("data", new byte[5]), Chunk("bext", chunk, claim));
        Assert.Equal("A song", AudioFile.ReadBroadcast(folder.Write("a.wav", file))!.Description);
        using var reader = AudioFile.Open(folder["a.wav"]);
        Assert.Equal(2, reader.ReadAll().Frames);
    }

    [Fact]
    public void ReadBroadcast_NoSuchChunk_IsNull()
    {
        Assert.Null(AudioFile.ReadBroadcast(folder.Write("a.wav", Riff(Format(Pcm, 1, 48_000, 16), Chunk("data", new byte[5])))));
        Assert.Null(AudioFile.ReadBroadcast(folder.Write("a.flac", [.. "fLaC"u8, .. new byte[60]])));
    }

    static byte[] Fixed(string text, int bytes)
    {
        byte[] place = new byte[bytes];
        Encoding.ASCII.GetBytes(text, place);
        return place;
    }
}
