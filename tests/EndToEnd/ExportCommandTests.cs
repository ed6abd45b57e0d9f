using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class ExportCommandTests : IDisposable
{
    readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    [Trait("Requirement", "A-12")]
    public async Task Export_SeveralFiles_GoIntoTheFolderInOrder()
    {
        string[] files = [Write("b.wav", Wav.Sine(1)), Write("a.wav", Wav.Sine(2, 44_100, 2))];
        JsonElement[] results = [.. (await Dgxmusic.RunAsync(["export", .. files, "--out", scratch["done"], "--lufs", "-20", "--json"])).Json.GetProperty("results").EnumerateArray()];
        Assert.Equal(files, results.Select(result => result.GetProperty("source").GetString()));
        Assert.Equal([scratch["done/b.wav"], scratch["done/a.wav"]], results.Select(result => result.GetProperty("file").GetProperty("path").GetString()));
        Assert.All(results, result => Assert.Equal(-20, result.GetProperty("file").GetProperty("loudness").GetProperty("output_lufs").GetDouble(), 0.1));
        Assert.Equal(["a.wav", "b.wav"], scratch.Files("done"));
    }

    [Theory]
    [Trait("Requirement", "A-12")]
    [InlineData(false, new[] { "a.wav" })]
    [InlineData(true, new[] { "a.wav", "c.wav" })]
    public async Task Export_OneOfSeveralFails_StopsThereUnlessToldToGoOn(bool goesOn, string[] written)
    {
        string[] files = [Write("a.wav", Wav.Sine(1)), Write("b.wav", "no audio"u8.ToArray()), Write("c.wav", Wav.Sine(1))];
        Run run = await Dgxmusic.RunAsync(["export", .. files, "--out", scratch["done"], "--json", .. goesOn ? ["--continue-on-error"] : Array.Empty<string>()]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("UNREADABLE_AUDIO", run.Json.GetProperty("results")[1].GetProperty("code").GetString());
        Assert.Contains("b.wav", run.Errors, StringComparison.Ordinal);
        Assert.Equal(written, scratch.Files("done"));
    }

    [Fact]
    [Trait("Requirement", "A-12")]
    public async Task Export_FilesThatDoNotFit_AreRefusedBeforeAnyWork()
    {
        string file = Write("a.wav", Wav.Sine(1)), other = Write("other/a.wav", Wav.Sine(1));
        foreach (string[] wrong in (string[][])[[file], [file, other, scratch["c.wav"]], [file, other, "--out", scratch["done"]], [file, file]])
        {
            Run run = await Dgxmusic.RunAsync(["export", .. wrong]);
            Assert.Equal(1, run.ExitCode);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }

        Assert.Empty(scratch.Files("done"));
        Assert.False(File.Exists(scratch["c.wav"]));
    }

    string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(scratch[name])!);
        File.WriteAllBytes(scratch[name], content);
        return scratch[name];
    }
}
