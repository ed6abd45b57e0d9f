using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>Live sessions with the real server, over HTTP.</summary>
[Trait("Requirement", "D-42")]
public sealed class LiveSessionTests
{
    const int RateHz = 44_100, FrameBytes = 8, Frames = 20 * RateHz;

    static readonly string[] stems = ["drums", "bass", "other", "vocals"];

    static readonly Dictionary<string, string> settings = new() { ["DGX_MUSIC_DEMUCS_MOCK"] = "1", ["DGXMUSIC_Live__IdleSeconds"] = "300" };

    /// <summary>Of a real HTDemucs, small and with weights that nobody trained: its stems add up to nothing, but the windows overlap and are normalised by what came.</summary>
    const string Small = "small";

    [Theory]
    [InlineData("spectral")]
    [InlineData("htdemucs")]
    [InlineData(Small)]
    public async Task Session_OfTwentySeconds_AddsUpAndIsTheSameInAnyChunksAndAfterAKill(string model)
    {
        using var folder = new ScratchFolder();
        byte[] track = Track();
        byte[][] even;
        if (model == Small) await AddSmallAsync(folder["data"], folder["killed"]);
        await using (Server server = await Server.StartAsync(folder["data"], settings))
        {
            even = await PlayAsync(server.Http, model, track, [2 * RateHz]);
        }

        Assert.Equal(even, await KilledAsync(folder["killed"], model, track, [33_333, 100_001, 7]));
        if (model == Small) return;
        float[][] samples = [.. even.Select(stem => MemoryMarshal.Cast<byte, float>(stem).ToArray())];
        float[] mix = MemoryMarshal.Cast<byte, float>(track).ToArray();

        // Half a step of the last stem in float32, at a peak below 1.
        Assert.InRange(mix.Select((sample, n) => Math.Abs(sample - samples.Sum(stem => (double)stem[n]))).Max(), 0, 1e-6);
    }

    [Fact]
    public async Task Session_LeftAlone_EndsByItself()
    {
        using var folder = new ScratchFolder();
        byte[] track = Track();
        await using Server server = await Server.StartAsync(folder["data"], new Dictionary<string, string> { ["DGXMUSIC_Live__IdleSeconds"] = "5" });
        JsonElement session = await OpenAsync(server.Http, "spectral");
        await PushAsync(server.Http, session, 0, track.AsMemory(0, RateHz * FrameBytes));
        JsonElement job = await server.EndAsync(session.GetProperty("session_id").GetString()!);
        Assert.Equal(("completed", "idle", RateHz), (job.GetProperty("status").GetString(), job.GetProperty("result").GetProperty("ended_by").GetString(), job.GetProperty("result").GetProperty("frames").GetInt32()));
        (byte[] vocals, bool isEnd) = await PullAsync(server.Http, session, "vocals", 0, wait: 0);
        Assert.Equal((RateHz * FrameBytes, true), (vocals.Length, isEnd));
        using HttpResponseMessage late = await SendAsync(server.Http, session, RateHz, new byte[FrameBytes]);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
    }

    static async Task AddSmallAsync(params string[] dataFolders)
    {
        string weights = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "htdemucs_small", "model_half-896df531.th");
        foreach (string data in dataFolders)
        {
            Run added = await Dgxmusic.RunAsync("models", "add", Small, weights, "--data", data);
            Assert.True(added.ExitCode == 0, added.Errors);
        }
    }

    /// <summary>Pushes and pulls side by side to the end.</summary>
    static async Task<byte[][]> PlayAsync(HttpClient http, string model, byte[] track, int[] chunks)
    {
        JsonElement session = await OpenAsync(http, model);
        Task<byte[]>[] pulls = [.. stems.Select(stem => PullAllAsync(http, session, stem))];
        await PushAllAsync(http, session, track, 0, Frames, chunks);
        (await http.PostAsync(session.GetProperty("audio").GetProperty("close").GetString(), null)).Dispose();
        return await Task.WhenAll(pulls);
    }

    /// <summary>The server is killed while it works on the first half; another goes on, and the last push is repeated to it.</summary>
    static async Task<byte[][]> KilledAsync(string data, string model, byte[] track, int[] chunks)
    {
        JsonElement session;
        await using (Server first = await Server.StartAsync(data, settings))
        {
            session = await OpenAsync(first.Http, model);
            await PushAllAsync(first.Http, session, track, 0, Frames / 2, chunks);
            await PullAsync(first.Http, session, "vocals", 0, wait: 20);
            await first.KillAsync();
        }

        await using Server second = await Server.StartAsync(data, settings);
        JsonElement state = await second.Http.GetFromJsonAsync<JsonElement>(session.GetProperty("status_url").GetString());
        int received = state.GetProperty("frames_received").GetInt32();
        Assert.Equal(Frames / 2, received);
        await PushAllAsync(second.Http, session, track, received, Frames, chunks);
        (await second.Http.PostAsync(session.GetProperty("audio").GetProperty("close").GetString(), null)).Dispose();
        return await Task.WhenAll(stems.Select(stem => PullAllAsync(second.Http, session, stem)));
    }

    static async Task<JsonElement> OpenAsync(HttpClient http, string model)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync("/api/v1/separations/sessions", new { model, sample_rate = RateHz });
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    static async Task PushAllAsync(HttpClient http, JsonElement session, byte[] track, int from, int to, int[] chunks)
    {
        for (int n = 0; from < to; n++)
        {
            int count = Math.Min(chunks[n % chunks.Length], to - from);
            await PushAsync(http, session, from, track.AsMemory(from * FrameBytes, count * FrameBytes));
            from += count;
        }
    }

    static async Task PushAsync(HttpClient http, JsonElement session, int offset, ReadOnlyMemory<byte> audio)
    {
        using HttpResponseMessage answer = await SendAsync(http, session, offset, audio);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    static Task<HttpResponseMessage> SendAsync(HttpClient http, JsonElement session, int offset, ReadOnlyMemory<byte> audio) =>
        http.PostAsync($"{session.GetProperty("audio").GetProperty("push").GetString()}?offset={offset}", new ReadOnlyMemoryContent(audio));

    static async Task<byte[]> PullAllAsync(HttpClient http, JsonElement session, string stem)
    {
        var limit = Stopwatch.StartNew();
        using var all = new MemoryStream();
        for (bool isEnd = false; !isEnd;)
        {
            (byte[] audio, isEnd) = await PullAsync(http, session, stem, (int)all.Length / FrameBytes, wait: 5);
            all.Write(audio);
            if (limit.Elapsed > TimeSpan.FromSeconds(240)) throw new TimeoutException($"{stem} has {all.Length / FrameBytes} frames.");
        }

        return all.ToArray();
    }

    static async Task<(byte[] Audio, bool IsEnd)> PullAsync(HttpClient http, JsonElement session, string stem, int from, int wait)
    {
        string address = session.GetProperty("audio").GetProperty("pull").GetProperty(stem).GetString()!;
        using HttpResponseMessage answer = await http.GetAsync($"{address}&from={from}&wait={wait}");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadAsByteArrayAsync(), answer.Headers.GetValues("X-End-Of-Audio").Single() == "true");
    }

    /// <summary>Chords, a beat and a gliding tone, in stereo, float32.</summary>
    static byte[] Track()
    {
        float[] samples = new float[2 * Frames];
        for (int n = 0; n < Frames; n++)
        {
            double time = (double)n / RateHz, beat = Math.Exp(-30 * (time % 0.5)) * Math.Sin(n * (n % 97) * 0.37);
            samples[2 * n] = (float)((0.2 * Math.Sin(2 * Math.PI * 220 * time)) + (0.2 * beat) + (0.2 * Math.Sin(2 * Math.PI * (440 + (20 * Math.Sin(6 * time))) * time)));
            samples[(2 * n) + 1] = (float)((0.2 * Math.Sin(2 * Math.PI * 277 * time)) + (0.2 * beat) + (0.2 * Math.Sin(2 * Math.PI * (440 + (20 * Math.Sin(6 * time))) * time)));
        }

        return MemoryMarshal.AsBytes<float>(samples).ToArray();
    }
}
