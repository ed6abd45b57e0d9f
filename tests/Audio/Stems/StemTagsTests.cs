using DgxMusic.Audio.Stems;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Tests.Encoders;
using DgxMusic.Audio.Tests.Tagging;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tests.Stems;

[Collection(ChildProcesses.Name)]
public sealed class StemTagsTests : IDisposable
{
    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, Trait("Requirement", "D-47")]
    [InlineData("Lied", "vocals", "a.wav", "Lied (Vocals)"), InlineData("Lied", "instrumental", null, "Lied (Instrumental)"), InlineData("Lied", "lead_vocals", null, "Lied (Lead Vocals)")]
    [InlineData(null, "drums", "My Song.MP3", "My Song (Drums)"), InlineData(null, "drums", "C:\\music\\a.b.flac", "a.b (Drums)"), InlineData(null, "bass", "/x/Symphony No. 5", "Symphony No. 5 (Bass)")]
    [InlineData(null, "vocals", null, "Vocals"), InlineData(null, "vocals", ".wav", "Vocals"), InlineData(null, "vocals", "  .mp3", "Vocals")]
    [InlineData("Lied (Vocals)", "vocals", null, "Lied (Vocals)"), InlineData("Lied (VOCALS)", "vocals", null, "Lied (VOCALS)"), InlineData(null, "vocals", "Lied (vocals).wav", "Lied (vocals)")]
    [InlineData("Lied (Instrumental)", "vocals", null, "Lied (Instrumental) (Vocals)"), InlineData("Vocals", "vocals", null, "Vocals (Vocals)")]
    public void Of_AnySource_SaysOnceWhichPartItIs(string? title, string track, string? fileName, string expected) =>
        Assert.Equal(expected, StemTags.Of(new() { Title = title }, track, fileName).Title);

    [Fact, Trait("Requirement", "D-47")]
    public void Of_AllTags_KeepsTheOthers() =>
        Assert.Equal(Id3Tests.Full with { Title = "Lied (Vocals)" }, StemTags.Of(Id3Tests.Full, "vocals", "b.mp3"));

    /// <summary>One letter of two units on the border.</summary>
    [Fact]
    public void Of_TitleOfTheMostLetters_StillSaysWhichPart()
    {
        foreach (string start in (string[])["", "x"])
        {
            string title = StemTags.Of(new() { Title = start + string.Concat(Enumerable.Repeat("🎵", Tags.MostLetters)) }, "vocals", null).Title!;
            Assert.EndsWith("🎵 (Vocals)", title);
            Assert.InRange(title.Length, Tags.MostLetters - 1, Tags.MostLetters);
        }
    }

    [FfmpegTheory, Trait("Requirement", "D-47")]
    [InlineData(FileFormat.Wav), InlineData(FileFormat.Flac), InlineData(FileFormat.Mp3)]
    public void Of_SourceInAnyFormat_ReachesTheTracksInAnyOther(FileFormat from)
    {
        var audio = Signals.Noise(44_100, 2, 9_000, 0.3, seed: 5);
        Tags read = AudioFile.ReadTags(folder.Write("source", EncodedFiles.Encode(audio, from, new() { Tags = Id3Tests.Full }).File));
        foreach (FileFormat to in (FileFormat[])[FileFormat.Wav, FileFormat.Flac, FileFormat.Mp3])
        {
            Tags tags = StemTags.Of(read, "instrumental", "source");
            string path = folder.Write("track", EncodedFiles.Encode(audio, to, new() { Tags = tags }).File);
            Id3Tests.AssertEqual(Id3Tests.Full with { Title = "Lied (Instrumental)" }, AudioFile.ReadTags(path));
        }
    }
}
