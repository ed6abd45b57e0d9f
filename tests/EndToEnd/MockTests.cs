using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class MockTests
{
    static readonly Dictionary<string, string> mocks = new() { ["DGX_MUSIC_MUSICGEN_MOCK"] = "1", ["DGX_MUSIC_DEMUCS_MOCK"] = "1" };

    [Fact]
    [Trait("Requirement", "X-10")]
    [Trait("Requirement", "A-80")]
    [Trait("Requirement", "C-33")]
    [Trait("Requirement", "C-34")]
    public async Task Server_WithMocks_PlaysAndSaysSo()
    {
        using var folder = new ScratchFolder();
        await using Server server = await Server.StartAsync(folder["data"], mocks);
        JsonElement gpu = (await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/health")).GetProperty("checks").GetProperty("gpu");
        Assert.Equal(("degraded", true, true), (gpu.GetProperty("status").GetString(), gpu.GetProperty("details").GetProperty("musicgen_mock").GetBoolean(), gpu.GetProperty("details").GetProperty("demucs_mock").GetBoolean()));
        JsonElement[] models = [.. (await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/models")).GetProperty("models").EnumerateArray()];
        Assert.Equal(["musicgen-small", "htdemucs_ft"], models.Where(model => model.GetProperty("default").GetBoolean()).Select(model => model.GetProperty("name").GetString()));

        JsonElement sleeper = await server.SubmitAsync(new { prompt = "[[sleep:9999]] calm", duration = 1 });
        Assert.Equal("musicgen-small", sleeper.GetProperty("model").GetString());
        JsonElement failing = await server.SubmitAsync(new { prompt = "[[fail:1]] calm", duration = 1 });
        JsonElement capacity = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/gpu/capacity");
        Assert.Equal((false, "cpu", 0, true), (capacity.GetProperty("available").GetBoolean(), capacity.GetProperty("backend").GetString(), capacity.GetProperty("gpus").GetArrayLength(), capacity.GetProperty("mock").GetBoolean()));
        Assert.Equal((1, 1), (capacity.GetProperty("active_jobs").GetInt32(), capacity.GetProperty("queued_jobs").GetInt32()));
        Assert.NotEqual("", capacity.GetProperty("reason").GetString());
        using HttpResponseMessage session = await server.Http.PostAsJsonAsync("/api/v1/gpu/sessions", new { });
        Assert.Equal((HttpStatusCode.NotImplemented, "NOT_BUILT"), (session.StatusCode, (await session.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));

        string asleep = sleeper.GetProperty("job_id").GetString()!;
        (await server.Http.DeleteAsync($"/api/v1/jobs/{asleep}?force=true")).Dispose();
        Assert.Equal("cancelled", (await server.EndAsync(asleep)).GetProperty("status").GetString());
        JsonElement ended = await server.EndAsync(failing.GetProperty("job_id").GetString()!);
        Assert.Equal(("completed", 1), (ended.GetProperty("status").GetString(), ended.GetProperty("retry_count").GetInt32()));
        Assert.Equal(1.0, ended.GetProperty("metadata").GetProperty("duration").GetDouble());
    }

    [Fact]
    [Trait("Requirement", "A-83")]
    public async Task Benchmark_PlaysTheFixedPrompt_AndTellsHowFast()
    {
        using var folder = new ScratchFolder();
        await using Server server = await Server.StartAsync(folder["data"], new Dictionary<string, string>());
        using HttpResponseMessage accepted = await server.Http.PostAsync("/api/v1/benchmark", null);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        JsonElement job = await server.EndAsync((await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!);
        Assert.Equal(("benchmark", "completed", "composer"), (job.GetProperty("kind").GetString(), job.GetProperty("status").GetString(), job.GetProperty("model").GetString()));
        Check(job.GetProperty("result"));
        Assert.Empty(folder.Files("data/outputs"));
        using HttpResponseMessage missing = await server.Http.PostAsync("/api/v1/benchmark?model=musicgen-large", null);
        Assert.Equal(HttpStatusCode.Conflict, missing.StatusCode);

        JsonElement doctor = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/doctor");
        JsonElement command = (await Dgxmusic.RunAsync("doctor", "--benchmark", "--json", "--data", folder["data"])).Json;
        string[] Names(JsonElement report) => [.. report.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!)];
        string[] machine = ["runtime", "processor", "ffmpeg", "data", "disk_space", "engines"];
        Assert.Equal([.. machine, "gpu_workers", "inboxes", "models"], Names(doctor));
        Assert.Equal(machine, Names(command));
        Assert.Equal(Names(doctor), Names((await Dgxmusic.RunAsync("doctor", "--server", $"{server.Http.BaseAddress}", "--json")).Json));
        Assert.Equal("INVALID_REQUEST", (await Dgxmusic.RunAsync("doctor", "--server", $"{server.Http.BaseAddress}", "--benchmark", "--json")).Json.GetProperty("code").GetString());
        Check(command.GetProperty("benchmark"));

        static void Check(JsonElement figures)
        {
            double seconds = figures.GetProperty("elapsed_seconds").GetDouble();
            Assert.True(seconds > 0);
            Assert.Equal((16.0, seconds / 16), (figures.GetProperty("duration_seconds").GetDouble(), figures.GetProperty("real_time_factor").GetDouble()));
            Assert.True(figures.GetProperty("peak_memory_mb").GetDouble() > 10);
            Assert.True(figures.GetProperty("machine").GetProperty("processors").GetInt32() > 0);
        }
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    [Trait("Requirement", "X-17")]
    public async Task Server_SwitchThatIsNeitherOnNorOff_DoesNotStart()
    {
        using var folder = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync(new Dictionary<string, string> { ["DGX_MUSIC_DEMUCS_MOCK"] = "yes" }, "serve", "--port", "0", "--data", folder["data"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("DGX_MUSIC_DEMUCS_MOCK is 'yes'", run.Errors, StringComparison.Ordinal);
    }
}
