using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Tests.Separation;

public sealed class TrackFilesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CreateNameless_WrittenAndRead_IsInNoFolder()
    {
        using FileStream file = TrackFiles.CreateNameless(folder.Path);
        file.Write([1, 2, 3]);
        file.Position = 0;
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(_ => file.ReadByte()));
        if (!OperatingSystem.IsWindows()) Assert.Empty(Entries());
        file.Dispose();
        Assert.Empty(Entries());
    }

    [Fact]
    public void Publish_UntilItIsWhole_LeavesTheOldFile()
    {
        string target = folder.File("vocals.wav");
        File.WriteAllText(target, "old");
        TrackFiles.Publish(target, file =>
        {
            file.Write("new"u8);
            Assert.Equal("old", File.ReadAllText(target));
        });
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal(["vocals.wav"], Entries());
    }

    [Fact]
    public void Publish_Fault_LeavesOnlyTheOldFile()
    {
        string target = folder.File("vocals.wav");
        File.WriteAllText(target, "old");
        Assert.Throws<IOException>(() => TrackFiles.Publish(target, file =>
        {
            file.Write("new"u8);
            throw new IOException("The disk is full.");
        }));
        Assert.Equal("old", File.ReadAllText(target));
        Assert.Equal(["vocals.wav"], Entries());
    }

    [Fact]
    public void Sweep_PartsOfADeadAndOfALivingProcess_DeletesThoseOfTheDead()
    {
        foreach (string other in (string[])["vocals.wav", ".hidden", "vocals.dgxmusic-part"]) folder.Write(other, [0]);
        TrackFiles.Publish(folder.File("drums.wav"), file =>
        {
            file.WriteByte(1);
            folder.Write(".bass.wav.abcdefgh.ijk.dgxmusic-part", new byte[100]);
            TrackFiles.Sweep(folder.Path);
            Assert.DoesNotContain(".bass.wav.abcdefgh.ijk.dgxmusic-part", Entries());
        });
        Assert.Equal([".hidden", "drums.wav", "vocals.dgxmusic-part", "vocals.wav"], Entries());
    }

    string[] Entries() => [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
