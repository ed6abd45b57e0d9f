using System.Text;
using DgxMusic.Audio.Tagging;

namespace DgxMusic.Audio.Tests.Tagging;

public class Id3Tests
{
    public static Tags Full { get; } = new()
    {
        Title = "Lied", Artist = "Ä & B", Album = "日本", Year = 2021, Track = "3/12", Genre = "Jazz", Comment = "Zeile 1\nZeile 2 🎵", Cover = Pictures.PngCover,
    };

    [Fact]
    public void Write_AnyTags_ReadBackEqual()
    {
        Tags[] all = [Full, Full with { Cover = Pictures.JpegCover }, new() { Title = "a" }, new() { Comment = "b" }, Tags.None];
        foreach (var tags in all) AssertEqual(tags, Id3Reader.Parse(Id3Writer.Write(tags)));
    }

    [Fact]
    public void Write_OneTitle_IsTheseBytes() =>
        Assert.Equal([.. "ID3"u8, 3, 0, 0, 0, 0, 0, 13, .. "TIT2"u8, 0, 0, 0, 3, 0, 0, 0, (byte)'a', 0xE4], Id3Writer.Write(new() { Title = "aä" }));

    public static TheoryData<string, byte[]> Versions => new()
    {
        { "2.2", Tag(2, 0, Frame2("TT2", [0, .. "T"u8, 0]), Frame2("TYE", [0, .. "1999"u8]), Frame2("COM", [0, .. "eng"u8, 0, .. "c"u8]), Frame2("PIC", [0, .. "JPG"u8, 3, 0, .. Pictures.Jpeg])) },
        { "2.3 UTF-16", Tag(3, 0, Frame3("TIT2", [1, 0xFE, 0xFF, 0, (byte)'T']), Frame3("TYER", [0, .. "1999"u8]), Frame3("COMM", [1, .. "eng"u8, 0xFF, 0xFE, 0, 0, 0xFF, 0xFE, (byte)'c', 0]), Picture(Pictures.Jpeg)) },
        { "2.3 extended header", Tag(3, 0x40, [0, 0, 0, 6, 0, 0, 0, 0, 0, 0], Frame3("TIT2", [0, .. "T"u8]), Frame3("TYER", [0, .. "1999"u8]), Frame3("COMM", [0, .. "eng"u8, 0, .. "c"u8]), Picture(Pictures.Jpeg)) },
        { "2.3 unsynchronised", Unsynchronised(Tag(3, 0, Frame3("TIT2", [0, .. "T"u8]), Frame3("TYER", [0, .. "1999"u8]), Frame3("COMM", [0, .. "eng"u8, 0, .. "c"u8]), Picture(Pictures.Jpeg))) },
        { "2.4 UTF-8", Tag(4, 0, Frame4("TIT2", [3, .. "T"u8, 0]), Frame4("TDRC", [3, .. "1999-01"u8]), Frame4("COMM", [3, .. "eng"u8, 0, .. "c"u8]), Frame4("APIC", [3, .. "image/jpeg"u8, 0, 3, .. "é"u8, 0, .. Pictures.Jpeg])) },
        { "2.4 extended header", Tag(4, 0x40, [0, 0, 0, 6, 1, 0], Frame4("TIT2", [3, .. "T"u8]), Frame4("TDRC", [3, .. "1999"u8]), Frame4("COMM", [3, .. "eng"u8, 0, .. "c"u8]), Frame4("APIC", [0, .. "image/jpeg"u8, 0, 3, 0, .. Pictures.Jpeg])) },
    };

    [Theory, MemberData(nameof(Versions))]
    public void Parse_EveryVersion_ReadsTheSame(string version, byte[] tag)
    {
        var tags = Id3Reader.Parse(tag);
        Assert.True(new Tags { Title = "T", Year = 1999, Comment = "c" } == tags with { Cover = null }, version);
        Assert.Equal(Pictures.Jpeg, tags.Cover!.Content.ToArray());
    }

    /// <summary>Some programs wrote the sizes of version 4 in eight bits a byte, as in version 3.</summary>
    [Fact]
    public void Parse_PlainSizesInVersion4_AreReadAsMeant()
    {
        string title = new('t', 300), comment = new('c', 200);
        byte[] plain = [.. "TIT2"u8, .. BigEndian(301), 0, 0, 3, .. Encoding.ASCII.GetBytes(title)];
        byte[] last = [.. "COMM"u8, .. BigEndian(205), 0, 0, 3, .. "eng"u8, 0, .. Encoding.ASCII.GetBytes(comment)];
        foreach (byte[] padding in (byte[][])[[], new byte[40]])
        {
            var tags = Id3Reader.Parse(Tag(4, 0, plain, Frame4("TALB", [3, .. "A"u8]), last, padding));
            Assert.Equal(new Tags { Title = title, Album = "A", Comment = comment }, tags);
        }
    }

    [Fact]
    public void Parse_SeveralPictures_PrefersTheFrontCover()
    {
        byte[] back = Frame3("APIC", [0, .. "image/png"u8, 0, 4, 0, .. Pictures.Png(4, 4)]);
        Assert.Equal("image/jpeg", Id3Reader.Parse(Tag(3, 0, back, Picture(Pictures.Jpeg))).Cover!.MimeType);
        Assert.Equal("image/png", Id3Reader.Parse(Tag(3, 0, back)).Cover!.MimeType);
        Assert.Null(Id3Reader.Parse(Tag(3, 0, Picture("GIF89a"u8.ToArray()))).Cover);
    }

    [Theory]
    [InlineData("(17)Rock", "Rock"), InlineData("(17)", "(17)"), InlineData("Rock", "Rock"), InlineData("(Post-)Rock", "Rock")]
    public void Parse_Genre_DropsItsNumber(string written, string genre) =>
        Assert.Equal(genre, Id3Reader.Parse(Tag(3, 0, Frame3("TCON", [0, .. Encoding.Latin1.GetBytes(written)]))).Genre);

    [Fact]
    public void Parse_SeveralValues_JoinsThem() =>
        Assert.Equal("A; B", Id3Reader.Parse(Tag(4, 0, Frame4("TPE1", [3, .. "A\0B\0"u8]))).Artist);

    [Fact]
    public void Parse_CommentsOfPrograms_AreNotTheComment()
    {
        byte[] program = Frame3("COMM", [0, .. "eng"u8, .. "iTunNORM"u8, 0, .. "0001"u8]);
        Assert.Equal("c", Id3Reader.Parse(Tag(3, 0, program, Frame3("COMM", [0, .. "eng"u8, 0, .. "c"u8]))).Comment);
    }

    [Fact]
    public void Parse_CutOff_KeepsWhatIsWhole()
    {
        byte[] tag = Id3Writer.Write(Full);
        Assert.Equal(Full with { Cover = null }, Id3Reader.Parse(tag.AsSpan(0, tag.Length - 100)));
        for (int bytes = 0; bytes < 400; bytes++) Id3Reader.Parse(tag.AsSpan(0, bytes));
    }

    [Fact]
    public void Parse_MutatedBytes_NeverThrows()
    {
        byte[][] tags = [Id3Writer.Write(Full with { Cover = Pictures.JpegCover }), .. Versions.Select(version => (byte[])version[1])];
        for (uint seed = 0; seed < 20_000; seed++) Id3Reader.Parse(Fuzz.Mutate(tags[seed % tags.Length], seed, 120));
    }

    internal static void AssertEqual(Tags expected, Tags actual)
    {
        Assert.Equal(expected with { Cover = null }, actual with { Cover = null });
        Assert.Equal(expected.Cover?.MimeType, actual.Cover?.MimeType);
        Assert.Equal(expected.Cover?.Content.ToArray(), actual.Cover?.Content.ToArray());
    }

    static byte[] Tag(byte version, byte flags, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(part => part)];
        return [.. "ID3"u8, version, 0, flags, .. SyncSafe(body.Length), .. body];
    }

    static byte[] Frame2(string id, byte[] content) => [.. Encoding.ASCII.GetBytes(id), .. BigEndian(content.Length)[1..], .. content];

    static byte[] Frame3(string id, byte[] content) => [.. Encoding.ASCII.GetBytes(id), .. BigEndian(content.Length), 0, 0, .. content];

    static byte[] Frame4(string id, byte[] content) => [.. Encoding.ASCII.GetBytes(id), .. SyncSafe(content.Length), 0, 0, .. content];

    static byte[] Picture(byte[] content) => Frame3("APIC", [0, .. "image/jpeg"u8, 0, 3, 0, .. content]);

    /// <summary>A zero behind every 0xFF of the body, the flag, and the size that results.</summary>
    static byte[] Unsynchronised(byte[] tag)
    {
        byte[] body = [.. tag[10..].SelectMany(value => value == 0xFF ? [value, (byte)0] : new[] { value })];
        return [.. tag[..5], 0x80, .. SyncSafe(body.Length), .. body];
    }

    static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    static byte[] SyncSafe(int value) => [(byte)((value >> 21) & 0x7F), (byte)((value >> 14) & 0x7F), (byte)((value >> 7) & 0x7F), (byte)(value & 0x7F)];
}
