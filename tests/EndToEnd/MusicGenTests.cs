using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>MusicGen as its users meet it: weights in a folder, a command or a server, and music of the length they asked for.</summary>
public sealed class MusicGenTests : IDisposable
{
    const string Model = "musicgen-small";

    readonly ScratchFolder scratch = new();

    public MusicGenTests()
    {
        string golden = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden");
        Directory.CreateDirectory(scratch["weights"]);
        foreach (string name in (string[])["model.safetensors", "config.json"]) File.Copy(Path.Combine(golden, "musicgen_small", name), scratch[$"weights/{name}"]);
        File.Copy(Path.Combine(golden, "tokenizer", "tiny.model"), scratch["weights/spiece.model"]);
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    [Trait("Requirement", "A-43")]
    public async Task Generate_WithWeightsInAFolder_GivesTheSameMusicForTheSameSeed()
    {
        JsonElement first = await GenerateAsync("--seed", "5"), second = await GenerateAsync("--seed", "5", "--threads", "1"), other = await GenerateAsync("--seed", "6");
        Assert.Equal((Model, 32_000, 2, 2.0), (first.GetProperty("engine").GetString(), first.GetProperty("sample_rate").GetInt32(), first.GetProperty("channels").GetInt32(), first.GetProperty("duration_seconds").GetDouble()));
        Assert.Equal(await MixAsync(first), await MixAsync(second));
        Assert.NotEqual(await MixAsync(first), await MixAsync(other));
        JsonElement manifest = JsonDocument.Parse(await File.ReadAllTextAsync(first.GetProperty("manifest").GetString()!)).RootElement;
        Assert.Equal(64, manifest.GetProperty("engine").GetProperty("weights_sha256").GetString()!.Length);
        Assert.Equal(1334, manifest.GetProperty("understood").GetProperty("code_frames").GetInt32());

        Run again = await Dgxmusic.RunAsync("reproduce", first.GetProperty("job_id").GetString()!, "--data", scratch["data"], "--weights", $"{Model}={scratch["weights"]}", "--json");
        Assert.True(again.ExitCode == 0, again.Errors + again.Output);
        Assert.True(again.Json.GetProperty("identical").GetBoolean());
    }

    [Fact]
    public async Task Generate_ContinuingAFile_GivesNewMusicOnlyAndTheSeam()
    {
        await File.WriteAllBytesAsync(scratch["before.wav"], Wav.Sine(3, 44_100, 2));
        JsonElement report = await GenerateAsync("--seed", "5", "--continue", scratch["before.wav"], "--context-seconds", "1");
        Assert.Equal(2.0, report.GetProperty("duration_seconds").GetDouble());
        Assert.Equal(JsonValueKind.Object, report.GetProperty("seam").ValueKind);
        Assert.NotEqual(await MixAsync(report), await MixAsync(await GenerateAsync("--seed", "5")));
    }

    [Fact]
    public async Task Generate_Int8Weights_SaysSoInTheManifest()
    {
        JsonElement report = await GenerateAsync("--precision", "int8");
        string manifest = await File.ReadAllTextAsync(report.GetProperty("manifest").GetString()!);
        Assert.Contains("\"dtype\": \"float32, int8 weights\"", manifest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors", null, "FILE_NOT_FOUND", "has no weights")]
    [InlineData("spiece.model", null, "FILE_NOT_FOUND", "has no tokenizer")]
    [InlineData("spiece.model", "", "WEIGHTS_UNREADABLE", "spiece.model")]
    [InlineData("model.safetensors", "half", "WEIGHTS_UNREADABLE", "model.safetensors")]
    [InlineData("config.json", "{\"model_type\":\"bark\"}", "WEIGHTS_MISMATCH", "'bark'")]
    public async Task Generate_FilesThatDoNotGoTogether_IsRefusedBeforeAnythingBegins(string file, string? content, string code, string part)
    {
        byte[] before = await File.ReadAllBytesAsync(scratch[$"weights/{file}"]);
        File.Delete(scratch[$"weights/{file}"]);
        if (content is not null) await File.WriteAllBytesAsync(scratch[$"weights/{file}"], content == "half" ? before[..(before.Length / 2)] : Encoding.UTF8.GetBytes(content));
        Run run = await Dgxmusic.RunAsync("generate", "two calm tones", "--model", Model, "--weights", scratch["weights"], "--data", scratch["data"], "--json");
        Assert.Equal((1, code), (run.ExitCode, run.Json.GetProperty("code").GetString()));
        Assert.Contains(part, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--model", "composer", "'composer' is none of")]
    [InlineData("--temperature", "9", "'temperature' is 9")]
    [InlineData("--precision", "int4", "int4")]
    [InlineData("--context-seconds", "30", "'context_seconds' is 30")]
    [InlineData("--continue", "nowhere.wav", "nowhere.wav")]
    public async Task Generate_OptionThatCannotBe_SaysWhatIsAccepted(string option, string value, string part)
    {
        string[] model = option == "--model" ? [] : ["--model", Model];
        Run run = await Dgxmusic.RunAsync(["generate", "two calm tones", .. model, "--weights", scratch["weights"], "--data", scratch["data"], option, value]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(part, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "A-44")]
    public async Task Serve_WithWeights_TellsEveryStepAndHowLongItTakes()
    {
        await using Server server = await Server.StartAsync(scratch["data"], new Dictionary<string, string>(), "--weights", $"{Model}={scratch["weights"]}");
        JsonElement models = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/models");
        JsonElement card = models.GetProperty("models").EnumerateArray().First(model => model.GetProperty("name").GetString() == Model);
        Assert.True(card.GetProperty("installed").GetBoolean() && card.GetProperty("default").GetBoolean());

        JsonElement accepted = await server.SubmitAsync(new { prompt = "two calm tones", duration = 6.0, seed = 5 });
        Assert.Equal(Model, accepted.GetProperty("model").GetString());
        string id = accepted.GetProperty("job_id").GetString()!;
        List<(long Id, string Type, JsonElement Data)> events = await server.EventsAsync(id);   // until it has ended
        Assert.Equal("completed", (await server.JobAsync(id)).GetProperty("status").GetString());
        JsonElement[] told = [.. events.Select(item => item.Data)];
        foreach (string step in (string[])["loading_model", "encoding_prompt", "generating", "saving"]) Assert.Contains(told, data => data.GetProperty("current_step").GetString() == step);
        Assert.Contains(told, data => data.GetProperty("status_message").GetString()!.Contains("steps written", StringComparison.Ordinal));
        int[] progress = [.. told.Select(data => data.GetProperty("progress").GetInt32())];
        Assert.Equal(progress.Order(), progress);

        JsonElement cancelled = await server.SubmitAsync(new { prompt = "two calm tones", duration = 600.0 });
        using HttpResponseMessage answer = await server.Http.PostAsync($"/api/v1/jobs/{cancelled.GetProperty("job_id").GetString()}/cancel", null);
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal("cancelled", (await server.EndAsync(cancelled.GetProperty("job_id").GetString()!)).GetProperty("status").GetString());
    }

    [Fact]
    [Trait("Requirement", "X-09")]
    public async Task Serve_KilledWhileItWrites_GoesOnAndGivesTheSameBytes()
    {
        string weights = $"{Model}={scratch["weights"]}";
        Run undisturbed = await Dgxmusic.RunAsync("generate", "two calm tones", "--duration", "8", "--seed", "5", "--weights", scratch["weights"], "--data", scratch["other"], "--json");
        Assert.True(undisturbed.ExitCode == 0, undisturbed.Errors);

        string? id = null;
        for (int kill = 0; kill < 2; kill++)
        {
            await using Server server = await Server.StartAsync(scratch["data"], new Dictionary<string, string>(), "--weights", weights);
            id ??= (await server.SubmitAsync(new { prompt = "two calm tones", duration = 8.0, seed = 5 })).GetProperty("job_id").GetString()!;
            JsonElement job;
            do job = await server.JobAsync(id);
            while (job.GetProperty("progress").GetInt32() < 20 && job.GetProperty("completed_at").ValueKind == JsonValueKind.Null);
            await server.KillAsync();
        }

        await using Server last = await Server.StartAsync(scratch["data"], new Dictionary<string, string>(), "--weights", weights);
        JsonElement done = await last.EndAsync(id!);
        Assert.True(done.GetProperty("status").GetString() == "completed", done.ToString());
        Assert.Equal(0, done.GetProperty("retry_count").GetInt32());
        byte[] mix = await last.Http.GetByteArrayAsync($"/api/v1/jobs/{id}/files/mix");
        Assert.Equal(await MixAsync(undisturbed.Json), mix);
    }

    [Fact]
    public async Task Serve_WithWeightsOfNoModel_DoesNotStart()
    {
        Run run = await Dgxmusic.RunAsync("serve", "--port", "0", "--data", scratch["data"], "--weights", $"composer={scratch["weights"]}");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("none of musicgen-small", run.Errors, StringComparison.Ordinal);
    }

    async Task<JsonElement> GenerateAsync(params string[] options)
    {
        Run run = await Dgxmusic.RunAsync(["generate", "two calm tones", "--duration", "2", "--model", Model, "--weights", scratch["weights"], "--data", scratch["data"], "--json", .. options]);
        Assert.True(run.ExitCode == 0, run.Errors + run.Output);
        return run.Json;
    }

    static Task<byte[]> MixAsync(JsonElement report) => File.ReadAllBytesAsync(report.GetProperty("mix").GetString()!);
}
