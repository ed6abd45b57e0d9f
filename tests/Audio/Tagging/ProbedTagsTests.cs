using System.Text;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Tests.Encoders;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tests.Tagging;

[Collection(ChildProcesses.Name)]
public sealed class ProbedTagsTests : IDisposable
{
    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Parse_FileAndStream_TheFileWinsAndTheFirstAudioFillsTheGaps()
    {
        var (tags, picture) = Parse("""
            {"streams": [
                {"index": 0, "codec_type": "video", "disposition": {"attached_pic": 0}, "tags": {"title": "film"}},
                {"index": 1, "codec_type": "audio", "tags": {"TITLE": "of the stream", "Artist": "A", "DATE": "1999-12-31", "TRACKNUMBER": "4"}},
                {"index": 2, "codec_type": "audio", "tags": {"album": "second"}},
                {"index": 3, "codec_type": "video", "disposition": {"attached_pic": 1}},
                {"index": 4, "codec_type": "video", "disposition": {"attached_pic": 1}}],
             "format": {"tags": {"title": "of the file", "description": "d"}}}
            """);
        Assert.Equal(new Tags { Title = "of the file", Artist = "A", Year = 1999, Track = "4", Comment = "d" }, tags);
        Assert.Equal(3, picture);
    }

    [Theory, InlineData("{}"), InlineData("""{"streams": [], "format": {}}"""), InlineData("""{"streams": [{"index": 0}]}""")]
    public void Parse_NothingTold_IsNone(string json) => Assert.Equal((Tags.None, null), Parse(json));

    /// <summary>What a decoder opens although its tags are damaged keeps what is left of them; what it refuses is a problem with a sentence.</summary>
    [FfmpegTheory, InlineData(FileFormat.Flac), InlineData(FileFormat.Mp3), InlineData(FileFormat.Ogg), InlineData(FileFormat.M4a)]
    public void ReadTags_DamagedHeads_ReadsOrIsAPipelineException(FileFormat format)
    {
        const int files = 4;
        var extras = new ExportExtras { Tags = Id3Tests.Full with { Cover = Pictures.JpegCover } };
        byte[] whole = EncodedFiles.Encode(Signals.Noise(44_100, 1, 4_000, 0.3, seed: 5), format, extras).File;
        for (uint seed = 0; seed < files; seed++)
        {
            string path = folder.Write("a", Fuzz.Mutate(whole, seed, 1_200));
            try
            {
                AudioFile.ReadTags(path);
            }
            catch (PipelineException fault)
            {
                Assert.Equal(Problem.UnreadableAudio, fault.Problem);
            }
        }
    }

    /// <summary>A Vorbis comment that is no UTF-8, and has control characters.</summary>
    [FfmpegFact]
    public void ReadTags_TextsOfNoEncoding_AreText()
    {
        var extras = new ExportExtras { Tags = new() { Title = "Title_here", Artist = "A" } };
        byte[] file = EncodedFiles.Encode(Signals.Noise(44_100, 1, 4_000, 0.3, seed: 5), FileFormat.Flac, extras).File;
        int at = file.AsSpan().IndexOf("Title_here"u8);
        file[at + 5] = 0xFF;
        file[at + 6] = 0x01;
        var tags = AudioFile.ReadTags(folder.Write("a.flac", file));
        Assert.Equal(("Title\uFFFDere", "A"), (tags.Title, tags.Artist));
    }

    static (Tags Tags, int? Picture) Parse(string json) => ProbedTags.Parse(Encoding.UTF8.GetBytes(json));
}
