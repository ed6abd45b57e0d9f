using System.Text;
using DgxMusic.Audio.IO;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Tagging;

public sealed class ChunkTagsTests : IDisposable
{
    static readonly byte[] format = Format(Pcm, 1, 48_000, 16), data = Chunk("data", [.. U16(1), .. U16(2), .. U16(3)]);

    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact, Trait("Requirement", "D-47")]
    public void ReadTags_InfoOfWav_ReadsEveryField()
    {
        byte[] list = Info(
            ("INAM", "Title"), ("IART", "Artist"), ("IPRD", "Album"), ("ICRD", "1987-03-01"), ("ITRK", "7"), ("IGNR", "Jazz"), ("ICMT", "Said"), ("ISFT", "x"));
        var expected = new Tags { Title = "Title", Artist = "Artist", Album = "Album", Year = 1987, Track = "7", Genre = "Jazz", Comment = "Said" };
        Assert.Equal(expected, Read(Riff(format, list, data)));
        Assert.Equal(expected, Read(Riff(format, data, list)));
        Assert.Equal(expected, Read(Riff(Chunk("LIST", [.. "adtl"u8, .. new byte[9]]), format, Chunk("abcd", new byte[3]), data, list)));
        Assert.Equal(expected, Read(RiffBytes.File("RF64", uint.MaxValue, WideSizes(500, 6, 3), format, Chunk("data", new byte[6], uint.MaxValue), list)));
    }

    [Fact]
    public void ReadTags_TextsOfEitherEncoding_AreRead()
    {
        byte[] latin = Chunk("LIST", [.. "INFO"u8, .. Chunk("INAM", [(byte)'a', 0xE4, 0])]);
        Assert.Equal("aä", Read(Riff(format, latin, data)).Title);
        Assert.Equal("aä日", Read(Riff(format, Info(("INAM", "aä日")), data)).Title);
    }

    [Fact, Trait("Requirement", "D-47")]
    public void ReadTags_Id3InWavAndAiff_HasTheCover()
    {
        byte[] tag = Id3Writer.Write(Id3Tests.Full);
        Id3Tests.AssertEqual(Id3Tests.Full, Read(Riff(format, data, Chunk("id3 ", tag))));
        Id3Tests.AssertEqual(Id3Tests.Full with { Title = "of INFO" }, Read(Riff(format, Info(("INAM", "of INFO")), data, Chunk("ID3 ", tag))));
        byte[] common = AiffBytes.Common(1, 2, 16, AiffBytes.Rate48000), sound = AiffBytes.Sound([0, 1, 0, 2]);
        Id3Tests.AssertEqual(Id3Tests.Full, Read(AiffBytes.AiffFile(common, sound, Big("ID3 ", tag)), "a.aif"));
        var texts = Read(AiffBytes.AiffFile(Big("NAME", "N"u8), common, Big("ANNO", "C1"u8), sound, Big("AUTH", "A"u8), Big("ANNO", "C2"u8)), "a.aif");
        Assert.Equal(new Tags { Title = "N", Artist = "A", Comment = "C1" }, texts);
    }

    [Fact]
    public void ReadTags_NoTags_IsNone()
    {
        Assert.True(Read(Riff(format, data)).IsEmpty);
        Assert.True(Read(Riff(format)).IsEmpty);
    }

    /// <summary>Each chunk is cut off or claims more than there is, before or behind the samples; what is whole is read, and so is the audio.</summary>
    [Fact]
    public void ReadTags_HugeOrCutOffChunks_ReadWhatIsThere()
    {
        byte[] list = Info(("INAM", "Title"), ("IART", "Artist"));
        byte[] claims = [.. list[..4], .. U32(0xFFFF_FFF0), .. list[8..]];
        Assert.Equal(new Tags { Title = "Title", Artist = "Artist" }, Read(Riff(format, data, claims)));
        Assert.Equal("Title", Read(Riff(format, data, list[..^6])).Title);
        byte[] inner = [.. list];
        inner[16] = 0xFF;   // INAM's size: beyond the list
        Assert.StartsWith("Title", Read(Riff(format, inner, data)).Title);
        string path = folder.Write("b.wav", Riff(format, inner, data, claims));
        using var reader = AudioFile.Open(path);
        Assert.Equal(3, reader.ReadAll().Frames);
    }

    [Fact]
    public void ReadTags_Id3BeyondTheLimit_SaysSo()
    {
        var warnings = new List<string>();
        AudioFile.ReadTags(folder.Write("a.wav", Riff(format, data, Chunk("id3 ", Id3Writer.Write(Id3Tests.Full), uint.MaxValue))), warnings: warnings);
        Assert.Contains("4,294,967,295 bytes", Assert.Single(warnings));
    }

    [Fact]
    public void ReadTags_WhatIsNoAudio_IsItsProblem()
    {
        Assert.Equal(Problem.FileNotFound, Assert.Throws<PipelineException>(() => AudioFile.ReadTags(folder["none.wav"])).Problem);
        Assert.Equal(Problem.UnreadableAudio, Assert.Throws<PipelineException>(() => Read("PK\u0003\u0004 and more of it"u8.ToArray())).Problem);
    }

    /// <summary>Heads of chunks and tags with wrong ids, sizes and ends: what comes back is a reading or nothing, never a crash.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void ReadTags_MutatedBytes_NeverThrows(int seed)
    {
        byte[] tag = Id3Writer.Write(Id3Tests.Full with { Cover = Pictures.JpegCover }), bext = BroadcastChunk.Write(new() { Description = "d" }).Content.ToArray();
        byte[] wav = Riff(format, Info(("INAM", "Title"), ("ICRD", "1999")), Chunk("id3 ", tag), data, Chunk("bext", bext));
        byte[] wide = RiffBytes.File("RF64", uint.MaxValue, WideSizes(500, 6, 3), format, Chunk("data", new byte[6], uint.MaxValue), Chunk("id3 ", tag));
        byte[] aiff = AiffBytes.AiffFile(Big("NAME", "N"u8), Big("ID3 ", tag), Big("ANNO", "C"u8));
        int titles = 0;
        for (uint i = 0; i < 1_500; i++)
        {
            byte[] file = Fuzz.Mutate(i % 2 == 0 ? wav : wide, ((uint)seed * 1_000_000) + i, header: 400);
            var tags = ChunkTags.OfWav(new MemoryStream(file), []);
            if (tags.Title is not null) titles++;
            ChunkTags.OfAiff(new MemoryStream(Fuzz.Mutate(aiff, i, header: 300)), []);
            foreach (var place in ChunkIndex.Of(new MemoryStream(file), bigEndian: false)) BroadcastChunk.Parse(ChunkIndex.Read(new MemoryStream(file), place, 700));
        }
        Assert.InRange(titles, 300, 1_499);   // it reaches the texts often, and damages them often
    }

    /// <summary>Sizes of 4 GiB in a file of a few hundred bytes take no more memory than the file has.</summary>
    [Fact]
    public void ReadTags_HugeClaims_TakeNoMemory()
    {
        byte[] tag = Id3Writer.Write(Id3Tests.Full with { Cover = null });
        tag.AsSpan(6, 4).Fill(0x7F);
        byte[] file = Riff(format, data, Chunk("LIST", [.. "INFO"u8, .. "INAM"u8, .. U32(uint.MaxValue), .. "Title"u8]), Chunk("id3 ", tag, uint.MaxValue));
        ChunkTags.OfWav(new MemoryStream(file), []);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var tags = ChunkTags.OfWav(new MemoryStream(file), []);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 10);
        Assert.Equal(("Title", "Ä & B"), (tags.Title, tags.Artist));
    }

    [Fact]
    public void WavWriter_InfoAndId3_AreReadBack()
    {
        var layout = new WavLayout(48_000, 1, BitDepth.Pcm24, 3)
        {
            Before = [new("LIST", RiffInfo.Write(Id3Tests.Full, "DgxMusic"))], After = [new("id3 ", Id3Writer.Write(Id3Tests.Full))],
        };
        using var file = new MemoryStream();
        using var writer = new WavWriter(file, layout);
        writer.Write(new(48_000, [[0.25f, -0.5f, 1f]]));
        writer.Complete();
        Assert.Equal((layout.FileBytes, file.Length - 8), (file.Length, BitConverter.ToUInt32(file.ToArray(), 4)));
        Id3Tests.AssertEqual(Id3Tests.Full, Read(file.ToArray()));
        using var reader = AudioFile.Open(folder["a.wav"]);
        Assert.Equal([0.25f, -0.5f, 8_388_607f / 8_388_608f], reader.ReadAll()[0].ToArray());
        Assert.Empty(reader.Warnings);
    }

    [Theory, InlineData("fmt "), InlineData("data"), InlineData("abc"), InlineData("abcde"), InlineData("ab\u00e9d")]
    public void WavWriter_ChunkOfImpossibleName_IsAnArgumentFault(string id) => Assert.Throws<ArgumentException>(
        () => new WavWriter(new MemoryStream(), new WavLayout(48_000, 1, BitDepth.Pcm16, 1) { Before = [new(id, new byte[1])] }));

    [Fact, Trait("Requirement", "A-15")]
    public void WavWriter_ChunkThatNoLongerFits_IsRf64()
    {
        const long most = (uint.MaxValue - 1 - 36) / 2;
        var full = new WavLayout(48_000, 1, BitDepth.Pcm16, most);
        Assert.False(full.IsWide);
        Assert.True((full with { After = [new("id3 ", new byte[1])] }).IsWide);
        Assert.True((full with { Before = [new("LIST", new byte[1])] }).IsWide);
    }

    Tags Read(byte[] file, string name = "a.wav") => AudioFile.ReadTags(folder.Write(name, file));

    static byte[] Info(params (string Id, string Text)[] texts) =>
        Chunk("LIST", [.. "INFO"u8, .. texts.SelectMany(text => Chunk(text.Id, [.. Encoding.UTF8.GetBytes(text.Text), 0]))]);

    static byte[] Big(string id, ReadOnlySpan<byte> content)
    {
        byte[] chunk = Chunk(id, content.ToArray());
        chunk.AsSpan(4, 4).Reverse();
        return chunk;
    }
}
