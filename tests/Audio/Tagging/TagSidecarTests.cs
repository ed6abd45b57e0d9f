using System.Text;
using System.Text.Json;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Tests.Encoders;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tests.Tagging;

[Collection(ChildProcesses.Name)]
public sealed class TagSidecarTests : IDisposable
{
    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact, Trait("Requirement", "D-47")]
    public void Write_AnyTags_ReadBackEqual()
    {
        var nasty = Id3Tests.Full with { Title = "\"a\" <b> & \\ é\t日本 🎵", Cover = Pictures.JpegCover };
        foreach (Tags tags in (Tags[])[nasty, Id3Tests.Full, new() { Year = 1 }, Tags.None]) Id3Tests.AssertEqual(tags, TagSidecar.Read(TagSidecar.Write(tags)));
    }

    [Fact]
    public void Write_TextsAndCover_IsThisJson()
    {
        var tags = new Tags { Title = "Lied (Vocals)", Artist = "Ä & B", Year = 2021, Track = "A1", Cover = new("image/png", 2, 1, new byte[] { 1, 2, 3 }) };
        const string expected = """
            {
              "title": "Lied (Vocals)",
              "artist": "Ä & B",
              "year": 2021,
              "track": "A1",
              "cover": {
                "mime_type": "image/png",
                "width": 2,
                "height": 1,
                "base64": "AQID"
              }
            }
            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(TagSidecar.Write(tags)));
    }

    [Theory, InlineData("null"), InlineData("[]"), InlineData("{"), InlineData("""{"year": "soon"}"""), InlineData("""{"cover": {"base64": "?"}}""")]
    public void Read_NoSidecar_IsAJsonException(string json) => Assert.ThrowsAny<JsonException>(() => TagSidecar.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Read_CoverThatIsNoPicture_IsNone() =>
        Assert.Equal(new Tags { Title = "t" }, TagSidecar.Read("""{"title": "t", "cover": {"mime_type": "image/png", "width": 1, "height": 1, "base64": "AQID"}}"""u8));

    /// <summary>What is said to be held is read back; what is said to be lost is not in the file, instead of another number.</summary>
    [FfmpegTheory, Trait("Requirement", "D-47")]
    [InlineData("A1", false), InlineData("70000", false), InlineData("3/12", true), InlineData("32767/32767", true)]
    public void Lost_OddTracks_AreLostInM4aOnly(string track, bool isHeld)
    {
        var tags = new Tags { Title = "t", Track = track };
        foreach (FileFormat format in (FileFormat[])[FileFormat.M4a, FileFormat.Mp3, FileFormat.Wav])
        {
            bool fits = isHeld || format != FileFormat.M4a;
            Assert.Equal(fits ? [] : ["track"], ContainerTags.Lost(format, tags));
            Assert.Equal(fits ? tags : tags with { Track = null }, ContainerTags.Held(format, tags));
            var (exported, file) = EncodedFiles.Encode(Signals.Noise(44_100, 1, 4_000, 0.3, seed: 5), format, new() { Tags = tags });
            Assert.Equal(fits ? [] : [$"M4A has no place for the track '{track}'."], exported.Warnings);
            Assert.Equal(ContainerTags.Held(format, tags), AudioFile.ReadTags(folder.Write("a", file)));
        }
    }

    [Theory, InlineData("40000"), InlineData("0/5"), InlineData("3/40000"), InlineData("-1"), InlineData("1/2/3"), InlineData("/5"), InlineData("3x")]
    public void Lost_NoNumberOf15Bits_IsLostInM4aOnly(string track) => Assert.All(
        Enum.GetValues<FileFormat>(), format => Assert.Equal(format == FileFormat.M4a ? ["track"] : [], ContainerTags.Lost(format, new() { Track = track })));
}
