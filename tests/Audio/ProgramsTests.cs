namespace DgxMusic.Audio.Tests;

public sealed class ProgramsTests
{
    [Fact]
    public void Find_ProgramCarriedAlong_IsThatOne()
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder["tools"]);
        string carried = folder.Write(Path.Combine("tools", "ffmpeg"), []);
        Assert.Equal(carried, Programs.Find("ffmpeg", folder.Path));
    }

    [Fact]
    public void Find_NoneCarriedAlong_IsTheNameForTheSearchPath()
    {
        using var folder = new ScratchFolder();
        Assert.Equal("ffmpeg", Programs.Find("ffmpeg", folder.Path));
    }
}
