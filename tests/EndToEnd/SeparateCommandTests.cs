using System.Diagnostics;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class SeparateCommandTests : IDisposable
{
    readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Separate_WithoutWeights_GivesABaselineThatAddsUpAndSaysSo()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(3, 44_100, 2));
        JsonElement report = (await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["data"], "--out", scratch["stems"], "--residual", "--json")).Json;
        Assert.Equal(("spectral", "cpu", 3.0), (report.GetProperty("model").GetString(), report.GetProperty("device").GetString(), report.GetProperty("duration_seconds").GetDouble()));
        Assert.Equal(["bass.wav", "drums.wav", "other.wav", "residual.wav", "vocals.wav"], scratch.Files("stems"));
        Assert.All(report.GetProperty("stems").EnumerateObject(), stem => Assert.Equal(scratch[$"stems/{stem.Name}.wav"], stem.Value.GetString()));
        Assert.True(report.GetProperty("residual_db").ValueKind == JsonValueKind.Null || report.GetProperty("residual_db").GetDouble() < -120);
        Assert.Contains("baseline", report.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Separate_WithAPackage_ReadsSourcesAndSegmentFromIt()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(2, 22_050));
        string package = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "htdemucs_small", "model_fp32.th");
        Run run = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--weights", package, "--stems", "vocals,instrumental", "--bit-depth", "PCM_24", "--out", scratch["stems"], "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(("model_fp32", 44_100), (run.Json.GetProperty("model").GetString(), run.Json.GetProperty("sample_rate").GetInt32()));
        Assert.Equal(["instrumental.wav", "vocals.wav"], scratch.Files("stems"));
        Assert.True(run.Json.GetProperty("seconds_elapsed").GetDouble() > 0);
    }

    [Fact]
    public async Task Separate_KilledAtAnyInstant_LeavesNothing()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(60, 44_100, 2));
        string package = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "htdemucs_small", "model_fp32.th");
        foreach ((int milliseconds, string depth) in ((int, string)[])[(100, "FLOAT"), (200, "PCM_16"), (500, "FLOAT"), (900, "FLOAT")])
        {
            using Process process = Dgxmusic.Start("separate", scratch["song.wav"], "--weights", package, "--shifts", "20", "--bit-depth", depth, "--out", scratch["stems"]);
            while (!Directory.Exists(scratch["stems"]) && !process.HasExited) await Task.Delay(5);
            await Task.Delay(milliseconds);
            Assert.False(process.HasExited);
            process.Kill();
            await process.WaitForExitAsync();
            Assert.Empty(scratch.Files("stems"));
        }
    }

    [Theory]
    [InlineData("MODEL_NOT_INSTALLED", "--model", "htdemucs")]
    [InlineData("INVALID_REQUEST", "--model", "demucs9")]
    [InlineData("INVALID_REQUEST", "--stems", "kazoo")]
    [InlineData("INVALID_REQUEST", "--shifts", "-1")]
    [InlineData("UNSUPPORTED_BIT_DEPTH", "--bit-depth", "PCM_8")]
    [InlineData("WEIGHTS_UNREADABLE", "--weights", "song.wav")]
    [InlineData("FILE_NOT_FOUND", "--weights", "nothing.th")]
    public async Task Separate_OrderThatCannotBe_IsAProblemAndLeavesNothing(string code, string option, string value)
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(1));
        string given = option == "--weights" ? scratch[value] : value;
        Run run = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["data"], "--out", scratch["stems"], option, given, "--json");
        Assert.Equal((1, code), (run.ExitCode, run.Json.GetProperty("code").GetString()));
        Assert.Empty(scratch.Files("stems"));
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }
}
