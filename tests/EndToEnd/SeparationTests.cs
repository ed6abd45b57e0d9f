using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Resampling;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>Songs taken apart by the served product, as a client sees it.</summary>
public sealed class SeparationTests : IAsyncLifetime
{
    const string Small = "small-golden";
    readonly ScratchFolder scratch = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(scratch["data"]);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        scratch.Dispose();
    }

    [Theory]
    [InlineData("spectral", 44_100)]
    [InlineData(Small, 44_100)]
    [InlineData(Small, 22_050)]
    [Trait("Requirement", "D-04")]
    [Trait("Requirement", "D-06")]
    [Trait("Requirement", "D-16")]
    [Trait("Requirement", "D-17")]
    public async Task Client_ThatKnowsOnlyTheDocument_GetsTracksThatAddUpToTheSong(string model, int rateHz)
    {
        if (model == Small) await RegisterSmallAsync();
        AudioBuffer song = SongFiles.Song(5, rateHz, rateHz == 44_100 ? 2 : 1);
        string address = await FindAddressAsync("file", "stems", "residual", "bit_depth", "model");

        (JsonElement floats, AudioBuffer[] exact) = await SeparateAsync(address, SongFiles.Write(song, BitDepth.Float), ("model", model), ("stems", "all"), ("residual", "true"), ("bit_depth", "FLOAT"));
        AudioBuffer mix = rateHz == 44_100 ? song : Resampler.Convert(song, 44_100);
        Assert.Equal(5, exact.Length);
        Assert.Equal(1, floats.GetProperty("gain").GetDouble());
        AssertSum(mix, exact, gain: 1, within: 1e-6);

        (JsonElement codes, AudioBuffer[] rounded) = await SeparateAsync(address, SongFiles.Write(song, BitDepth.Float), ("model", model), ("stems", "all"), ("residual", "true"), ("bit_depth", "PCM_16"));
        double gain = codes.GetProperty("gain").GetDouble();
        AssertSum(mix, rounded, gain, within: (5 * 0.5 / 32_768) + 1e-6);   // each track rounded to nearest
        Assert.All(rounded, track => Assert.True(Enumerable.Range(0, 2).All(channel => track[channel].ToArray().All(sample => Math.Abs(sample) <= 0.99 + (1.0 / 32_768)))));
    }

    [Fact]
    [Trait("Requirement", "D-01")]
    [Trait("Requirement", "D-13")]
    public async Task Separate_OddFiles_AreTakenOrRefusedWithTheRightProblem()
    {
        (string What, string? Problem)[] files =
        [
            ("one sample", null), ("a third of a second", null), ("silence", null), ("8 bits", null), ("22 kHz mono named .mp3", null), ("truncated", null),
            ("6 channels", "TOO_MANY_CHANNELS"), ("no number in it", "INVALID_SAMPLES"), ("no number after a minute", "INVALID_SAMPLES"), ("no samples", "EMPTY_AUDIO"), ("a text", "UNREADABLE_AUDIO"),
        ];
        foreach ((string what, string? problem) in files)
        {
            (byte[] file, string name, long frames) = SongFiles.Odd(what);
            (string? code, JsonElement result) = await SubmitAsync(file, name);
            Assert.True(problem == code, $"{what}: {code ?? "taken"}");
            if (problem is not null) continue;
            JsonElement vocals = result.GetProperty("tracks").GetProperty("vocals");
            Assert.Equal(frames, (long)Math.Round(vocals.GetProperty("duration_seconds").GetDouble() * vocals.GetProperty("sample_rate").GetInt32()));
        }
    }

    [FactWithTool("ffmpeg")]
    [Trait("Requirement", "D-01")]
    public async Task Separate_CompressedFiles_AreTakenApartAtTheirLength()
    {
        byte[] wav = SongFiles.Write(SongFiles.Song(3, 44_100, 2), BitDepth.Pcm24);
        await File.WriteAllBytesAsync(scratch["song.wav"], wav);
        foreach ((string name, string[] options) in new[] { ("song.ogg", (string[])[]), ("song.mp3", []), ("song.flac", ["-sample_fmt", "s32"]), ("song.m4a", []) })
        {
            using var encoder = System.Diagnostics.Process.Start("ffmpeg", ["-v", "error", "-i", scratch["song.wav"], .. options, "-metadata", "title=Morning", scratch[name]])!;
            await encoder.WaitForExitAsync();
            Assert.Equal(0, encoder.ExitCode);
            using HttpResponseMessage answer = await server.Http.PostAsync("/api/v1/separations", Form(await File.ReadAllBytesAsync(scratch[name]), name, ("model", "spectral")));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            JsonElement job = await server.EndAsync((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!);
            Assert.True(job.GetProperty("status").GetString() == "completed", $"{name}: {job.GetProperty("error_message")}");
            // Lossy codecs pad by less than two of their frames.
            Assert.InRange(job.GetProperty("result").GetProperty("duration_seconds").GetDouble(), 3, 3.06);
        }
    }

    [Fact]
    [Trait("Requirement", "D-12")]
    [Trait("Requirement", "D-15")]
    public async Task Cancel_AtAnyInstant_LeavesNothingButTheUpload()
    {
        if (!server.IsOurs) return;
        byte[] song = SongFiles.Write(SongFiles.Song(40, 44_100, 2), BitDepth.Pcm16);
        string[] before = scratch.Files("data/stems");
        var chance = new Random(1);
        int cancelled = 0;
        for (int n = 0; n < 4; n++)
        {
            using HttpResponseMessage answer = await server.Http.PostAsync("/api/v1/separations", Form(song, "song.wav", ("model", "spectral")));
            string id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
            await Task.Delay(chance.Next(20, 1500));
            using HttpResponseMessage cancel = await server.Http.PostAsync($"/api/v1/jobs/{id}/cancel", null);
            JsonElement job = await server.EndAsync(id);
            bool tooLate = cancel.StatusCode == HttpStatusCode.Conflict;
            Assert.Equal(tooLate ? "completed" : "cancelled", job.GetProperty("status").GetString());
            if (tooLate) continue;
            cancelled++;
            Assert.Equal("Cancelled by user.", job.GetProperty("status_message").GetString());
            await AssertGoneAsync(() => [.. scratch.Files("data/work"), .. scratch.Files("data/stems").Except(before)]);
        }

        Assert.True(cancelled > 0, "Everything was over before it could be cancelled.");
        Assert.Equal(4, scratch.Files("data/uploads").Count(path => path.EndsWith("original.wav", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Requirement", "D-50")]
    public async Task Separate_AnHour_TakesHardlyMoreMemoryThanAMinute()
    {
        // The mock, because the models are measured by themselves and this is about all that is around them.
        await using Server mocked = await Server.StartAsync(scratch["mocked"], new Dictionary<string, string> { ["DGX_MUSIC_DEMUCS_MOCK"] = "1" });
        List<long> peaks = [];
        foreach (int minutes in new[] { 1, 60 })
        {
            using HttpResponseMessage answer = await mocked.Http.PostAsync("/api/v1/separations", Form(SongFiles.EightBits(Wav.Sine(60 * minutes, 8000)), "long.wav", ("model", "htdemucs"), ("stems", "vocals")));
            JsonElement job = await mocked.EndAsync((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!, patienceSeconds: 300);
            Assert.True(job.GetProperty("status").GetString() == "completed", $"{job.GetProperty("error_message")}");
            Assert.Equal(60.0 * minutes, job.GetProperty("result").GetProperty("duration_seconds").GetDouble());
            peaks.Add(mocked.PeakBytes());
        }

        // An hour of it is 230 MB as stereo float32, and as much again for each of four stems.
        Assert.InRange(peaks[1] - peaks[0], 0, 100_000_000);
        Assert.InRange(peaks[1], 0, 1_500_000_000);
    }

    /// <summary>Retention runs from time to time; a cancelled job's files go with its end or the next sweep.</summary>
    static async Task AssertGoneAsync(Func<string[]> left)
    {
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (left().Length > 0 && limit.Elapsed < TimeSpan.FromSeconds(45)) await Task.Delay(50);
        Assert.Empty(left());
    }

    /// <summary>The address that takes a form with these fields, the first of them once.</summary>
    async Task<string> FindAddressAsync(params string[] fields)
    {
        JsonElement document = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/openapi.json");
        return Assert.Single(document.GetProperty("paths").EnumerateObject(), path =>
            path.Value.TryGetProperty("post", out JsonElement operation) && operation.TryGetProperty("requestBody", out JsonElement body)
            && body.GetProperty("content").TryGetProperty("multipart/form-data", out JsonElement form)
            && form.GetProperty("schema").GetProperty("properties") is var properties && fields.All(field => properties.TryGetProperty(field, out _))
            && properties.GetProperty(fields[0]).GetProperty("type").GetString() == "string").Name;
    }

    /// <returns>The problem it was refused with, at once or by its job; null and the result of what went well.</returns>
    async Task<(string? Problem, JsonElement Result)> SubmitAsync(byte[] file, string name)
    {
        using HttpResponseMessage answer = await server.Http.PostAsync("/api/v1/separations", Form(file, name, ("model", "spectral")));
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (answer.StatusCode != HttpStatusCode.Accepted) return (body.GetProperty("code").GetString(), default);
        JsonElement job = await server.EndAsync(body.GetProperty("job_id").GetString()!);
        return (job.GetProperty("error_code").GetString(), job.GetProperty("result"));
    }

    /// <summary>Posts, follows the events to the end, and downloads every track in two ranges.</summary>
    async Task<(JsonElement Result, AudioBuffer[] Tracks)> SeparateAsync(string address, byte[] file, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage answer = await server.Http.PostAsync(address, Form(file, "song.wav", fields));
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        JsonElement accepted = await answer.Content.ReadFromJsonAsync<JsonElement>();
        List<(long Id, string Type, JsonElement Data)> events = await server.EventsAsync(accepted.GetProperty("job_id").GetString()!);
        Assert.Equal(("job_completed", 100), (events[^1].Type, events[^1].Data.GetProperty("progress").GetInt32()));
        int[] progress = [.. events.Select(one => one.Data.GetProperty("progress").GetInt32())];
        Assert.Equal(progress.Order(), progress);
        Assert.Contains(events, one => one.Data.GetProperty("progress").GetInt32() is >= 30 and <= 90);

        JsonElement result = (await server.Http.GetFromJsonAsync<JsonElement>(accepted.GetProperty("status_url").GetString())).GetProperty("result");
        List<AudioBuffer> tracks = [];
        foreach (JsonProperty track in result.GetProperty("tracks").EnumerateObject())
        {
            byte[] bytes = [.. await RangeAsync(track.Value, 0, 999), .. await RangeAsync(track.Value, 1000, null)];
            Assert.Equal(track.Value.GetProperty("file_size_bytes").GetInt64(), bytes.Length);
            tracks.Add(SongFiles.Read(bytes));
        }

        return (result, [.. tracks]);
    }

    async Task<byte[]> RangeAsync(JsonElement track, long from, long? to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, track.GetProperty("url").GetString());
        request.Headers.Range = new RangeHeaderValue(from, to);
        using HttpResponseMessage answer = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    async Task RegisterSmallAsync()
    {
        byte[] weights = await File.ReadAllBytesAsync(Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "htdemucs_small", "model_half-896df531.th"));
        using HttpResponseMessage answer = await server.Admin.PutAsync($"/api/v1/models/{Small}", new ByteArrayContent(weights));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    static void AssertSum(AudioBuffer mix, AudioBuffer[] tracks, double gain, double within)
    {
        Assert.All(tracks, track => Assert.Equal((mix.Frames, 44_100, 2), (track.Frames, track.SampleRateHz, track.Channels)));
        double worst = 0;
        for (int channel = 0; channel < 2; channel++)
        {
            float[] wanted = mix[Math.Min(channel, mix.Channels - 1)].ToArray();
            float[][] parts = [.. tracks.Select(track => track[channel].ToArray())];
            for (int n = 0; n < wanted.Length; n++) worst = Math.Max(worst, Math.Abs((gain * wanted[n]) - parts.Sum(part => (double)part[n])));
        }

        Assert.InRange(worst, 0, within);
    }

    static MultipartFormDataContent Form(byte[] file, string name, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach ((string field, string value) in fields) form.Add(new StringContent(value), field);
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(part, "file", name);
        return form;
    }
}
