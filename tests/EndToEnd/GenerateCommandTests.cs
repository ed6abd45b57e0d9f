using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DgxMusic.Audio;
using DgxMusic.Dsp;

namespace DgxMusic.EndToEnd.Tests;

public sealed class GenerateCommandTests
{
    const string Prompt = "upbeat electronic dance music at 140 BPM";

    [Fact]
    [Trait("Requirement", "A-84")]
    [Trait("Requirement", "X-02")]
    public async Task Generate_WithStems_PrintsOneObjectAndStemsAddUp()
    {
        using var scratch = new ScratchFolder();
        Run run = await GenerateAsync(scratch, "first", seed: 7);

        JsonElement json = run.Json;
        Assert.Equal(16.0, json.GetProperty("duration_seconds").GetDouble());
        Assert.Equal(48_000, json.GetProperty("sample_rate").GetInt32());
        Assert.Equal(2, json.GetProperty("channels").GetInt32());
        Assert.Equal("PCM_16", json.GetProperty("bit_depth").GetString());
        Assert.Equal("composer", json.GetProperty("engine").GetString());
        Assert.Equal(7u, json.GetProperty("seed").GetUInt64());
        foreach (string name in (string[])["job_id", "file", "mix", "bpm", "key", "loudness", "stems", "midi", "manifest", "seconds_elapsed"]) Assert.True(json.TryGetProperty(name, out _), name);

        AudioBuffer mix = Read(json.GetProperty("mix").GetString()!), sum = new(mix.SampleRateHz, mix.Channels, mix.Frames);
        JsonProperty[] stems = [.. json.GetProperty("stems").EnumerateObject()];
        Assert.InRange(stems.Length, 4, 8);
        double[,] total = new double[mix.Channels, mix.Frames];
        foreach (JsonProperty stem in stems)
        {
            AudioBuffer samples = Read(stem.Value.GetString()!);
            for (int channel = 0; channel < mix.Channels; channel++)
            {
                for (int n = 0; n < mix.Frames; n++) total[channel, n] += samples[channel][n];
            }
        }

        double worst = 0;
        for (int channel = 0; channel < mix.Channels; channel++)
        {
            for (int n = 0; n < mix.Frames; n++) worst = Math.Max(worst, Math.Abs(total[channel, n] - mix[channel][n]));
        }

        Assert.True(worst <= 1e-6, $"Stems are {worst} away from the mix.");
    }

    [Fact]
    public async Task Generate_SameSeed_SameBytes_OtherSeedOthers()
    {
        using var scratch = new ScratchFolder();
        JsonElement first = (await GenerateAsync(scratch, "first", 7)).Json, second = (await GenerateAsync(scratch, "second", 7)).Json, other = (await GenerateAsync(scratch, "other", 8)).Json;

        foreach (string name in (string[])["file", "mix", "midi", "manifest"])
            Assert.True(Bytes(first, name).AsSpan().SequenceEqual(Bytes(second, name)), $"{name} differs between two runs of one seed.");
        foreach (JsonProperty stem in first.GetProperty("stems").EnumerateObject())
            Assert.Equal(File.ReadAllBytes(stem.Value.GetString()!), File.ReadAllBytes(second.GetProperty("stems").GetProperty(stem.Name).GetString()!));
        Assert.False(Bytes(first, "mix").AsSpan().SequenceEqual(Bytes(other, "mix")));
    }

    [FactWithTool("ffmpeg")]
    [Trait("Requirement", "A-05")]
    public async Task Generate_Loudness_IsWhatOthersMeasure()
    {
        using var scratch = new ScratchFolder();
        JsonElement json = (await GenerateAsync(scratch, "first", 7)).Json;
        string report = await ToolAsync("ffmpeg", "-nostats", "-hide_banner", "-i", json.GetProperty("file").GetString()!, "-af", "ebur128", "-f", "null", "-");
        double measured = double.Parse(Regex.Matches(report, @"I:\s+(-?[\d.]+) LUFS")[^1].Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        Assert.Equal(json.GetProperty("loudness").GetProperty("output_lufs").GetDouble(), measured, 0.2);
        Assert.Equal("lufs", json.GetProperty("loudness").GetProperty("method").GetString());
        Assert.Equal(-16.0, measured, 0.2);
    }

    [FactWithTool("soundstretch")]
    public async Task Generate_Tempo_IsWhatOthersMeasure()
    {
        using var scratch = new ScratchFolder();
        JsonElement json = (await GenerateAsync(scratch, "first", 7)).Json;
        string report = await ToolAsync("soundstretch", json.GetProperty("file").GetString()!, "-bpm");
        double measured = double.Parse(Regex.Match(report, @"Detected BPM rate ([\d.]+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        Assert.Equal(140, measured, 1.4);
    }

    [Theory]
    [Trait("Requirement", "A-02")]
    [InlineData("INVALID_REQUEST", "")]
    [InlineData("INVALID_REQUEST", "abc", "--duration", "0")]
    [InlineData("INVALID_REQUEST", "abc", "--duration", "601")]
    [InlineData("INVALID_REQUEST", "abc", "--bpm", "NaN")]
    [InlineData("INVALID_REQUEST", "abc", "--key", "H# wrong")]
    [InlineData("INVALID_REQUEST", "abc", "--mode", "loud")]
    [InlineData("UNSUPPORTED_BIT_DEPTH", "abc", "--bit-depth", "PCM_12")]
    [InlineData("MODEL_NOT_INSTALLED", "abc", "--model", "musicgen-small")]
    [InlineData("INVALID_REQUEST", "abc", "--model", "../composer")]
    public async Task Generate_BadInput_IsOneSentenceAndChangesNothing(string code, params string[] arguments)
    {
        using var scratch = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync(["generate", .. arguments, "--json", "--data", scratch["data"], "--out", scratch["out"]]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(code, run.Json.GetProperty("code").GetString());
        Assert.Equal(run.Json.GetProperty("error").GetString(), run.Errors.Trim());
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(scratch.Files("data"), file => file.EndsWith(".wav", StringComparison.Ordinal));
        Assert.Empty(scratch.Files("out"));
    }

    [Fact]
    public async Task Generate_UnknownOption_IsAUsageError()
    {
        Run run = await Dgxmusic.RunAsync("generate", "abc", "--loudest");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--loudest", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_AndAnalyze_DoWhatTheySay()
    {
        using var scratch = new ScratchFolder();
        JsonElement json = (await GenerateAsync(scratch, "first", 7)).Json;
        Run export = await Dgxmusic.RunAsync(
            "export", json.GetProperty("mix").GetString()!, scratch["loud.wav"], "--lufs", "-14", "--mode", "limiter", "--bit-depth", "PCM_24", "--sample-rate", "44100", "--json");
        Assert.True(export.ExitCode == 0, export.Errors);
        Run analyze = await Dgxmusic.RunAsync("analyze", scratch["loud.wav"], "--json");

        JsonElement measured = analyze.Json;
        Assert.Equal(44_100, measured.GetProperty("sample_rate").GetInt32());
        Assert.Equal("PCM_24", measured.GetProperty("bit_depth").GetString());
        Assert.Equal(16.0, measured.GetProperty("duration_seconds").GetDouble());
        Assert.Equal(-14.0, measured.GetProperty("lufs_integrated").GetDouble(), 0.15);
        // −1 dBTP with the meter's own bound.
        Assert.True(measured.GetProperty("true_peak_dbtp").GetDouble() <= -0.98, analyze.Output);
    }

    [Fact]
    [Trait("Requirement", "A-27")]
    public async Task Analyze_WhatIsNotAudio_SaysSo()
    {
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["notes.wav"], "These are notes, but not that kind.");
        Run text = await Dgxmusic.RunAsync("analyze", scratch["notes.wav"], "--json"), missing = await Dgxmusic.RunAsync("analyze", scratch["none.wav"], "--json");
        Assert.Equal("UNREADABLE_AUDIO", text.Json.GetProperty("code").GetString());
        Assert.Equal("FILE_NOT_FOUND", missing.Json.GetProperty("code").GetString());
    }

    static async Task<Run> GenerateAsync(ScratchFolder scratch, string name, ulong seed)
    {
        Run run = await Dgxmusic.RunAsync(
            "generate", Prompt, "--duration", "16", "--stems", "--seed", $"{seed}", "--json", "--data", scratch["data"], "--out", scratch[name]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run;
    }

    static AudioBuffer Read(string path)
    {
        using ISampleReader reader = AudioFile.Open(path);
        return reader.ReadAll();
    }

    static byte[] Bytes(JsonElement json, string name) => File.ReadAllBytes(json.GetProperty(name).GetString()!);

    static async Task<string> ToolAsync(string name, params string[] arguments)
    {
        using Process tool = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = tool.StandardOutput.ReadToEndAsync(), errors = tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        return await output + await errors;
    }
}
