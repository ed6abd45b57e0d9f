using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class SettingsTests
{
    [Theory]
    [Trait("Requirement", "X-17")]
    [InlineData("DGXMUSIC_Pipeline__MaxConcurrentJobs", "0", "MaxConcurrentJobs")]
    [InlineData("DGXMUSIC_Pipeline__MaxConcurrentJobs", "many", "'many'")]
    [InlineData("DGXMUSIC_Pipeline__MaxConcurentJobs", "2", "MaxConcurrentJobs")]
    [InlineData("DGXMUSIC_Runner__Cpu", "-1", "Cpu")]
    public async Task Start_WrongSetting_FailsWithASentenceThatNamesIt(string name, string value, string named)
    {
        using var folder = new ScratchFolder();
        foreach (string[] command in (string[][])[["generate", "calm piano", "--duration", "1"], ["serve", "--port", "0"]])
        {
            Run run = await Dgxmusic.RunAsync(new Dictionary<string, string> { [name] = value }, [.. command, "--data", folder["data"]]);
            Assert.Equal(1, run.ExitCode);
            Assert.Empty(run.Output);
            Assert.StartsWith("A setting is wrong.", run.Errors, StringComparison.Ordinal);
            Assert.Contains(named, run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Requirement", "A-14")]
    public async Task Mastering_Settings_HoldUnlessTheCallerSaysOtherwise()
    {
        using var folder = new ScratchFolder();
        var settings = new Dictionary<string, string> { ["AUDIO_TARGET_LUFS"] = "-21", ["AUDIO_OUTPUT_DIR"] = folder["elsewhere"] };
        JsonElement usual = (await Dgxmusic.RunAsync(settings, "generate", "calm piano", "--duration", "1", "--seed", "7", "--data", folder["data"], "--json")).Json;   // soft enough to be raised to −18 LUFS
        Assert.Equal(-21, usual.GetProperty("loudness").GetProperty("target_lufs").GetDouble());
        Assert.StartsWith(folder["elsewhere"], usual.GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.True(File.Exists(usual.GetProperty("file").GetString()));
        Assert.Empty(folder.Files("data/outputs"));
        JsonElement stats = (await Dgxmusic.RunAsync(settings, "stats", "--data", folder["data"], "--json")).Json;
        Assert.Equal(folder.Files("elsewhere").Length, stats.GetProperty("storage").GetProperty("outputs").GetProperty("total_files").GetInt32());

        string file = usual.GetProperty("file").GetString()!;
        settings["AUDIO_NORMALIZE"] = "false";
        foreach ((string[] asked, string method, double target) in (ValueTuple<string[], string, double>[])[([], "disabled", -21), (["--lufs", "-18"], "lufs", -18), (["--preset", "broadcast"], "lufs", -23)])
        {
            JsonElement loudness = (await Dgxmusic.RunAsync(settings, ["export", file, folder["out.wav"], "--json", .. asked])).Json.GetProperty("loudness");
            Assert.Equal(method, loudness.GetProperty("method").GetString());
            if (method == "lufs") Assert.Equal(target, loudness.GetProperty("target_lufs").GetDouble());
        }

        Run both = await Dgxmusic.RunAsync("export", file, folder["out.wav"], "--preset", "broadcast", "--lufs", "-20");
        Assert.Equal((1, true), (both.ExitCode, both.Errors.Contains("give one", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Requirement", "A-14")]
    public async Task Server_WithItsOwnSettings_UsesThemAndTellsWhereItsFilesLie()
    {
        using var folder = new ScratchFolder();
        await using Server server = await Server.StartAsync(folder["data"], new Dictionary<string, string> { ["AUDIO_TARGET_LUFS"] = "-25", ["AUDIO_OUTPUT_DIR"] = folder["elsewhere"] });
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Wav.Sine(1)), "file", "take.wav" } };
        using HttpResponseMessage answer = await server.Http.PostAsync("/api/v1/audio/export", form);
        JsonElement exported = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(-25, exported.GetProperty("loudness").GetProperty("output_lufs").GetDouble(), 0.1);
        Assert.Single(folder.Files("elsewhere"));
        JsonElement info = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/audio/info");
        Assert.Equal(-25, info.GetProperty("exporter").GetProperty("target_lufs").GetDouble());
        JsonElement made = (await Dgxmusic.RunAsync("generate", "calm piano", "--duration", "1", "--data", folder["data"], "--json")).Json;
        Assert.True(File.Exists(made.GetProperty("file").GetString()), made.GetProperty("file").GetString());
    }

    [Theory]
    [Trait("Requirement", "A-14")]
    [InlineData("AUDIO_TARGET_LUFS", "loud")]
    [InlineData("AUDIO_TARGET_LUFS", "-71")]
    [InlineData("AUDIO_NORMALIZE", "perhaps")]
    public async Task Mastering_SettingThatIsNoValue_IsRefusedByName(string name, string value)
    {
        using var folder = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync(new Dictionary<string, string> { [name] = value }, "generate", "calm piano", "--duration", "1", "--data", folder["data"]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"A setting is wrong. {name} is '{value}'", run.Errors, StringComparison.Ordinal);
    }
}
