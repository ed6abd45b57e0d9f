using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Audio;
using DgxMusic.Dsp;

namespace DgxMusic.EndToEnd.Tests;

public sealed class SeparateCommandTests : IDisposable
{
    static readonly string package = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "htdemucs_small", "model_fp32.th");

    readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Separate_WithoutWeights_GivesABaselineThatAddsUpAndCanBeMadeAgain()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(3, 44_100, 2));
        Run run = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["data"], "--out", scratch["stems"], "--residual", "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        JsonElement report = run.Json;
        Assert.Equal(("spectral", "cpu", 3.0, 1.0), (report.GetProperty("model").GetString(), report.GetProperty("device").GetString(), report.GetProperty("duration_seconds").GetDouble(), report.GetProperty("gain").GetDouble()));
        Assert.Equal(["bass.wav", "drums.wav", "other.wav", "residual.wav", "vocals.wav"], scratch.Files("stems"));
        Assert.All(report.GetProperty("stems").EnumerateObject(), stem => Assert.Equal(scratch[$"stems/{stem.Name}.wav"], stem.Value.GetString()));
        Assert.True(report.GetProperty("residual_db").ValueKind == JsonValueKind.Null || report.GetProperty("residual_db").GetDouble() < -120);
        Assert.Contains("baseline", report.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);

        AudioBuffer mix = Read(scratch["song.wav"]);
        AudioBuffer[] tracks = [.. scratch.Files("stems").Select(file => Read(scratch[$"stems/{file}"]))];
        for (int n = 0; n < mix.Frames; n += 7) Assert.Equal(mix[1][n], tracks.Sum(track => (double)track[1][n]), 1e-6);   // the residual is rounded to float32 once

        string id = report.GetProperty("job_id").GetString()!;
        JsonElement download = (await Dgxmusic.RunAsync("jobs", "download", id, "--data", scratch["data"], "--out", scratch["again"], "--json")).Json;
        Assert.Equal(["bass", "drums", "manifest", "other", "residual", "vocals"], download.GetProperty("files").EnumerateObject().Select(file => file.Name));
        Assert.Equal(File.ReadAllBytes(scratch["stems/vocals.wav"]), File.ReadAllBytes(scratch[$"again/{id}.vocals.wav"]));

        Run reproduced = await Dgxmusic.RunAsync("reproduce", id, "--data", scratch["data"], "--json");
        Assert.True(reproduced.ExitCode == 0, reproduced.Errors + reproduced.Output);
        Assert.Equal(5, reproduced.Json.GetProperty("files").GetArrayLength());
        Assert.Equal([.. Enumerable.Repeat(id, 6)], scratch.Files("data/stems").Select(path => path.Split(Path.DirectorySeparatorChar)[3]));
    }

    [Fact]
    public async Task Separate_WithAPackage_ReadsSourcesAndSegmentFromIt()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(2, 22_050));
        Run run = await Dgxmusic.RunAsync(
            "separate", scratch["song.wav"], "--weights", package, "--threads", "1", "--stems", "vocals,instrumental", "--bit-depth", "PCM_24", "--title", "Sine", "--data", scratch["data"], "--out", scratch["stems"], "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(("model_fp32", 44_100), (run.Json.GetProperty("model").GetString(), run.Json.GetProperty("sample_rate").GetInt32()));
        Assert.Equal(["instrumental.wav", "vocals.wav"], scratch.Files("stems"));
        Assert.Equal("Sine (Vocals)", AudioFile.ReadTags(scratch["stems/vocals.wav"]).Title);
        Assert.True(run.Json.GetProperty("seconds_elapsed").GetDouble() > 0);
    }

    [Fact]
    [Trait("Requirement", "D-06")]
    public async Task Separate_StemsThatWouldClip_AreScaledAlikeUnlessFloat()
    {
        WriteFloat(scratch["loud.wav"], Wav.Sine(2, 44_100, 2), gain: 3);
        Task<Run> SeparateAsync(string depth) => Dgxmusic.RunAsync("separate", scratch["loud.wav"], "--bit-depth", depth, "--data", scratch["data"], "--out", scratch[depth], "--json");
        JsonElement whole = (await SeparateAsync("FLOAT")).Json, coded = (await SeparateAsync("PCM_24")).Json;
        double gain = coded.GetProperty("gain").GetDouble();
        Assert.Equal(1.0, whole.GetProperty("gain").GetDouble());
        Assert.InRange(gain, 0.3, 0.98);
        double peak = 0;
        foreach (string stem in scratch.Files("FLOAT"))
        {
            (AudioBuffer before, AudioBuffer after) = (Read(scratch[$"FLOAT/{stem}"]), Read(scratch[$"PCM_24/{stem}"]));
            for (int n = 0; n < before.Frames; n++)
            {
                Assert.Equal(gain * before[0][n], after[0][n], 3e-7);   // a step of 24 bits and its dither
                peak = Math.Max(peak, Math.Max(Math.Abs(after[0][n]), Math.Abs(after[1][n])));
            }
        }

        Assert.Equal(0.99, peak, 1e-6);
    }

    [Fact]
    public async Task Separate_Killed_LeavesNoFileAndIsFinishedByTheNextCommand()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(15, 44_100, 2));
        using (Process process = Dgxmusic.Start("separate", scratch["song.wav"], "--data", scratch["data"], "--out", scratch["stems"]))
        {
            // The decoded track is there, so its stems are on their way.
            while (!scratch.Files("data/work").Any(path => path.EndsWith(".f32", StringComparison.Ordinal)) && !process.HasExited) await Task.Delay(5);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Empty(scratch.Files("stems"));
        string id = (await Dgxmusic.RunAsync("jobs", "list", "--data", scratch["data"], "--json")).Json.GetProperty("jobs")[0].GetProperty("job_id").GetString()!;
        JsonElement job = (await Dgxmusic.RunAsync("jobs", "watch", id, "--data", scratch["data"], "--json")).Json;
        Assert.Equal("completed", job.GetProperty("status").GetString());
        await Dgxmusic.RunAsync("jobs", "download", id, "--data", scratch["data"], "--out", scratch["stems"]);
        await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["other"], "--out", scratch["undisturbed"]);
        foreach (string stem in (string[])["bass", "drums", "other", "vocals"])
            Assert.Equal(SHA256.HashData(File.ReadAllBytes(scratch[$"undisturbed/{stem}.wav"])), SHA256.HashData(File.ReadAllBytes(scratch[$"stems/{id}.{stem}.wav"])));
        Assert.Empty(scratch.Files("data/work"));
    }

    [Fact]
    public async Task Separate_OnAServer_BringsTheStemsHereAndLeavesModelsToIt()
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(2, 22_050));
        await using Server server = await Server.StartAsync(scratch["far"], new Dictionary<string, string>());
        string address = server.Http.BaseAddress!.ToString();
        Run run = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--server", address, "--stems", "vocals", "--format", "wav", "--keep-sample-rate", "--out", scratch["near"], "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(["vocals.wav"], scratch.Files("near"));
        JsonElement job = await server.JobAsync(run.Json.GetProperty("job_id").GetString()!);
        Assert.Equal(await server.Http.GetByteArrayAsync(job.GetProperty("result").GetProperty("vocals").GetProperty("url").GetString()), File.ReadAllBytes(scratch["near/vocals.wav"]));

        // The folder's own server does it as well, and its files lie here.
        JsonElement local = (await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["far"], "--stems", "vocals", "--json")).Json;
        Assert.StartsWith(scratch["far"], local.GetProperty("stems").GetProperty("vocals").GetString(), StringComparison.Ordinal);
        Run refused = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["far"], "--weights", package, "--json");
        Assert.Equal((1, "INVALID_REQUEST"), (refused.ExitCode, refused.Json.GetProperty("code").GetString()));
        Assert.Contains("the model has to be there", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MODEL_NOT_INSTALLED", "--model", "htdemucs")]
    [InlineData("INVALID_REQUEST", "--model", "demucs9")]
    [InlineData("INVALID_REQUEST", "--stems", "kazoo")]
    [InlineData("INVALID_REQUEST", "--shifts", "-1")]
    [InlineData("INVALID_REQUEST", "--threads", "-1")]
    [InlineData("INVALID_REQUEST", "--bit-depth", "PCM_8")]
    [InlineData("INVALID_REQUEST", "--bitrate", "320")]
    [InlineData("WEIGHTS_UNREADABLE", "--weights", "song.wav")]
    [InlineData("FILE_NOT_FOUND", "--weights", "nothing.th")]
    public async Task Separate_OrderThatCannotBe_IsAProblemAndLeavesNothing(string code, string option, string value)
    {
        File.WriteAllBytes(scratch["song.wav"], Wav.Sine(1));
        string given = option == "--weights" ? scratch[value] : value;
        Run run = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--data", scratch["data"], "--out", scratch["stems"], option, given, "--json");
        Assert.Equal((1, code), (run.ExitCode, run.Json.GetProperty("code").GetString()));
        Assert.Empty(scratch.Files("stems"));
        Assert.Empty(scratch.Files("data/uploads"));
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>The 16-bit samples of a file as float32, louder.</summary>
    static void WriteFloat(string path, byte[] wav, float gain)
    {
        const int header = 44;
        byte[] samples = [.. Enumerable.Range(0, (wav.Length - header) / 2).SelectMany(n => BitConverter.GetBytes(gain * BitConverter.ToInt16(wav, header + (2 * n)) / 32_768f))];
        byte[] file = [.. wav[..header], .. samples];
        BitConverter.TryWriteBytes(file.AsSpan(4), file.Length - 8);
        BitConverter.TryWriteBytes(file.AsSpan(20), (short)3);
        BitConverter.TryWriteBytes(file.AsSpan(28), 2 * BitConverter.ToInt32(wav, 28));
        BitConverter.TryWriteBytes(file.AsSpan(32), (short)(2 * BitConverter.ToInt16(wav, 32)));
        BitConverter.TryWriteBytes(file.AsSpan(34), (short)32);
        BitConverter.TryWriteBytes(file.AsSpan(40), samples.Length);
        File.WriteAllBytes(path, file);
    }

    static AudioBuffer Read(string path)
    {
        using ISampleReader reader = AudioFile.Open(path, null, default);
        var audio = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, (int)reader.Frames!.Value);
        Assert.Equal(audio.Frames, reader.Read(audio));
        return audio;
    }
}
