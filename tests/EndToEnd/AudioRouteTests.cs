using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class AudioRouteTests : IAsyncLifetime
{
    const string Root = "/api/v1/audio";
    readonly ScratchFolder scratch = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(scratch["data"]);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    [Trait("Requirement", "A-01")]
    public async Task Export_UpToAMinute_AnswersWithTheMasteredFile()
    {
        string name = $"take-{Guid.NewGuid():N}";
        JsonElement file = await PostAsync("export", HttpStatusCode.Created, Form(Wav.Sine(2, 44_100, 2), ("target_lufs", "-20"), ("bit_depth", "PCM_24"), ("sample_rate", "48000"), ("resampling", "vhq"), ("job_id", name), ("date", "2026-02-03")));
        Assert.Equal(($"outputs/2026/02/03/{name}.wav", 48_000, 2, 2.0, "PCM_24"), (
            file.GetProperty("path").GetString(), file.GetProperty("sample_rate").GetInt32(), file.GetProperty("channels").GetInt32(), file.GetProperty("duration_seconds").GetDouble(), file.GetProperty("bit_depth").GetString()));
        JsonElement loudness = file.GetProperty("loudness");
        Assert.Equal("lufs", loudness.GetProperty("method").GetString());
        Assert.Equal(-20, loudness.GetProperty("output_lufs").GetDouble(), 0.1);
        byte[] bytes = await server.Http.GetByteArrayAsync(file.GetProperty("download_url").GetString());
        Assert.Equal(file.GetProperty("file_size_bytes").GetInt64(), bytes.Length);
        Assert.Equal("RIFF"u8.ToArray(), bytes[..4]);

        JsonElement job = await server.JobAsync(file.GetProperty("job_id").GetString()!);
        Assert.Equal(("export", "completed", file.GetProperty("path").GetString()), (job.GetProperty("kind").GetString(), job.GetProperty("status").GetString(), job.GetProperty("file_path").GetString()));
    }

    [Fact]
    [Trait("Requirement", "A-01")]
    public async Task Export_NameThatExists_IsRefusedUnlessItMayBeReplaced()
    {
        string name = $"take-{Guid.NewGuid():N}";
        JsonElement first = await PostAsync("export", HttpStatusCode.Created, Form(Wav.Sine(1), ("job_id", name)));
        await RefusedAsync("export", HttpStatusCode.Conflict, "FILE_EXISTS", Form(Wav.Sine(2), ("job_id", name)));
        JsonElement second = await PostAsync("export", HttpStatusCode.Created, Form(Wav.Sine(2), ("job_id", name), ("overwrite", "true")));
        Assert.Equal(first.GetProperty("path").GetString(), second.GetProperty("path").GetString());
        Assert.True(second.GetProperty("file_size_bytes").GetInt64() > first.GetProperty("file_size_bytes").GetInt64());
    }

    [Fact]
    [Trait("Requirement", "A-01")]
    [Trait("Requirement", "A-29")]
    public async Task Export_LongerThanAMinute_BecomesAJob()
    {
        JsonElement accepted = await PostAsync("export", HttpStatusCode.Accepted, Form(Wav.Sine(61), ("preset", "broadcast")));
        string id = accepted.GetProperty("job_id").GetString()!;
        Assert.Matches("^exp_[0-9a-f]{8}$", id);
        JsonElement job = await server.EndAsync(id);
        Assert.Equal("completed", job.GetProperty("status").GetString());
        Assert.Equal(-23, job.GetProperty("result").GetProperty("loudness").GetProperty("output_lufs").GetDouble(), 0.1);
        Assert.Equal(61, job.GetProperty("metadata").GetProperty("duration").GetDouble(), 1e-6);
        byte[] bytes = await server.Http.GetByteArrayAsync(job.GetProperty("file_url").GetString());
        Assert.Equal(job.GetProperty("metadata").GetProperty("file_size_bytes").GetInt64(), bytes.Length);
        var events = await server.EventsAsync(id, lastEventId: 0);
        Assert.Equal("job_completed", events[^1].Type);
    }

    [Fact]
    [Trait("Requirement", "A-12")]
    public async Task Batch_KeepsTheOrder_AndStopsOrGoesOnAtAFailure()
    {
        string run = Guid.NewGuid().ToString("N");
        (byte[] Content, string Name)[] files = [(Wav.Sine(1), $"a-{run}"), ("not audio"u8.ToArray(), $"b-{run}"), (Wav.Sine(3), $"c-{run}")];
        JsonElement going = await PostAsync("export/batch", HttpStatusCode.Created, Batch(files, ("on_error", "continue"), ("normalize", "false")));
        JsonElement[] results = [.. going.GetProperty("results").EnumerateArray()];
        Assert.Equal(files.Select(file => file.Name), results.Select(result => result.GetProperty("name").GetString()));
        Assert.Equal([1.0, 3.0], new[] { results[0], results[2] }.Select(result => result.GetProperty("file").GetProperty("duration_seconds").GetDouble()));
        Assert.Equal("disabled", results[0].GetProperty("file").GetProperty("loudness").GetProperty("method").GetString());
        Assert.Equal("UNREADABLE_AUDIO", results[1].GetProperty("code").GetString());

        (byte[] Content, string Name)[] again = [.. files.Select(file => (file.Content, "2" + file.Name))];
        JsonElement stopped = await RefusedAsync("export/batch", HttpStatusCode.UnsupportedMediaType, "UNREADABLE_AUDIO", Batch(again));
        Assert.Equal("1", stopped.GetProperty("details").GetProperty("index").GetString());
        Assert.Equal([$"2a-{run}"], await NamesAsync(run, "2"));
        Assert.EndsWith($"2a-{run}.wav", stopped.GetProperty("details").GetProperty("written").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "A-12")]
    public async Task Batch_NamesThatDoNotFit_AreRefusedBeforeAnyWork()
    {
        string run = Guid.NewGuid().ToString("N");
        MultipartFormDataContent tooFew = Batch([(Wav.Sine(1), $"a-{run}"), (Wav.Sine(1), $"b-{run}")]);
        tooFew.Add(Part(Wav.Sine(1)), "file", "c.wav");
        await RefusedAsync("export/batch", HttpStatusCode.UnprocessableEntity, "LENGTH_MISMATCH", tooFew);
        await RefusedAsync("export/batch", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", Batch([(Wav.Sine(1), $"a-{run}"), (Wav.Sine(1), $"A-{run}")]));
        await RefusedAsync("export/batch", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", Batch([(Wav.Sine(1), $"a-{run}")], ("on_error", "ignore")));
        Assert.Empty(await NamesAsync(run));
        if (server.IsOurs) Assert.Empty(scratch.Files("data/uploads"));
    }

    [Theory]
    [Trait("Requirement", "A-01")]
    [Trait("Requirement", "A-02")]
    [InlineData("bit_depth", "pcm_16", "UNSUPPORTED_BIT_DEPTH")]
    [InlineData("target_lufs", "-4", "INVALID_REQUEST")]
    [InlineData("target_lufs", "NaN", "INVALID_REQUEST")]
    [InlineData("sample_rate", "999", "INVALID_REQUEST")]
    [InlineData("preset", "loudest", "INVALID_REQUEST")]
    [InlineData("resampling", "best", "INVALID_REQUEST")]
    [InlineData("normalize", "perhaps", "INVALID_REQUEST")]
    [InlineData("colour", "blue", "INVALID_REQUEST")]
    public async Task Export_WrongField_IsRefusedAndNothingStays(string field, string value, string code)
    {
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, code, Form(Wav.Sine(1), (field, value)));
        if (server.IsOurs) Assert.Empty(scratch.Files("data/uploads"));
    }

    [Fact]
    [Trait("Requirement", "A-01")]
    public async Task Export_MoreThanAFormMayHave_IsRefusedBeforeItIsRead()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Root}/export") { Content = new ByteArrayContent(new byte[(100 << 20) + 1]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage answer = await server.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE"), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Theory]
    [Trait("Requirement", "A-01")]
    [Trait("Requirement", "A-34")]
    [InlineData("job_id", "../escape", "INVALID_NAME")]
    [InlineData("date", "20-11-2026", "MALFORMED_REQUEST")]
    public async Task Export_NameThatIsNone_IsRefusedAndNothingStays(string field, string value, string code)
    {
        await RefusedAsync("export", HttpStatusCode.BadRequest, code, Form(Wav.Sine(1), (field, value)));
        if (server.IsOurs) Assert.Empty(scratch.Files("data/uploads"));
    }

    [Fact]
    [Trait("Requirement", "A-01")]
    public async Task Export_FormThatIsNone_IsRefused()
    {
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", new MultipartFormDataContent { { new StringContent("-16"), "target_lufs" } });
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", JsonContent.Create(new { target_lufs = -16 }));
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "EMPTY_AUDIO", Form([]));
        await RefusedAsync("export", HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND", JsonContent.Create(new { upload_id = "upl_00000000" }));
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", JsonContent.Create(new { upload_id = "upl_00000000", blob = "a.wav" }));
        using var broken = new StringContent("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF", Encoding.ASCII);
        broken.Headers.Remove("Content-Type");
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        await RefusedAsync("export", HttpStatusCode.BadRequest, "MALFORMED_REQUEST", broken);
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "EMPTY_AUDIO", Form(Wav.Sine(0)));
        if (server.IsOurs) Assert.Empty(scratch.Files("data/uploads"));
    }

    [Fact]
    [Trait("Requirement", "A-20")]
    [Trait("Requirement", "A-23")]
    [Trait("Requirement", "A-27")]
    public async Task Metadata_OfAFile_HasWhatWasAskedFor()
    {
        JsonElement measured = await PostAsync("metadata?key=true", HttpStatusCode.OK, Form(Wav.Sine(4, 44_100, 2)));
        Assert.Equal((4.0, 44_100, 2, "PCM_16"), (measured.GetProperty("duration_seconds").GetDouble(), measured.GetProperty("sample_rate").GetInt32(), measured.GetProperty("channels").GetInt32(), measured.GetProperty("bit_depth").GetString()));
        Assert.Equal(0.5, measured.GetProperty("peak_amplitude").GetDouble(), 1e-4);
        Assert.Equal(3.01, measured.GetProperty("dynamic_range_db").GetDouble(), 0.01);
        Assert.Equal(JsonValueKind.String, measured.GetProperty("key").ValueKind);
        Assert.Equal(JsonValueKind.Null, measured.GetProperty("bpm").ValueKind);
        JsonElement bare = await PostAsync("metadata?stats=false&bpm=false", HttpStatusCode.OK, Form(Wav.Sine(1)));
        Assert.False(bare.TryGetProperty("peak_amplitude", out _));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (bare.GetProperty("bpm").ValueKind, bare.GetProperty("key").ValueKind));

        await RefusedAsync("metadata", HttpStatusCode.UnsupportedMediaType, "METADATA_EXTRACTION_FAILED", Form("PK\x3\x4 a ZIP named .wav"u8.ToArray()));
        await RefusedAsync("metadata", HttpStatusCode.NotFound, "FILE_NOT_FOUND", JsonContent.Create(new { path = "outputs/2026/01/01/none.wav" }));
        await RefusedAsync("metadata", HttpStatusCode.BadRequest, "PATH_OUTSIDE_STORE", JsonContent.Create(new { path = "../catalog.db" }));
        await RefusedAsync("metadata", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", JsonContent.Create(new { file = "x" }));
        if (server.IsOurs) Assert.Empty(scratch.Files("data/uploads"));
    }

    [Fact]
    [Trait("Requirement", "A-20")]
    [Trait("Requirement", "A-29")]
    public async Task Metadata_OfTheStore_LongAudioBecomesAJobAndLeavesTheFile()
    {
        // Elsewhere these tests have a key, and a path of the store is its owner's to name.
        if (!server.IsOurs) return;
        string name = $"long-{Guid.NewGuid():N}";
        JsonElement export = await PostAsync("export", HttpStatusCode.Accepted, Form(Wav.Sine(61), ("job_id", name)));
        string path = (await server.EndAsync(export.GetProperty("job_id").GetString()!)).GetProperty("file_path").GetString()!;
        JsonElement quick = await PostAsync("metadata?bpm=false", HttpStatusCode.OK, JsonContent.Create(new { path }));
        JsonElement accepted = await PostAsync("metadata", HttpStatusCode.Accepted, JsonContent.Create(new { path }));
        JsonElement job = await server.EndAsync(accepted.GetProperty("job_id").GetString()!);
        Assert.Equal(("analysis", "completed"), (job.GetProperty("kind").GetString(), job.GetProperty("status").GetString()));
        Assert.Equal(quick.GetProperty("lufs_integrated").GetDouble(), job.GetProperty("result").GetProperty("lufs_integrated").GetDouble());
        Assert.Equal(quick.GetProperty("file_size_bytes").GetInt64(), (await server.Http.GetByteArrayAsync($"{export.GetProperty("status_url").GetString()}/files/file")).Length);
    }

    [FactWithTool("ffmpeg")]
    [Trait("Requirement", "A-01")]
    public async Task Export_ToAnotherFormat_KeepsTheTags()
    {
        // A WAV whose INFO says what it is called.
        byte[] wav = [.. Wav.Sine(2, 44_100), .. "LIST"u8, 20, 0, 0, 0, .. "INFOINAM"u8, 8, 0, 0, 0, .. "Morning\0"u8];
        BitConverter.GetBytes(wav.Length - 8).CopyTo(wav, 4);
        JsonElement flac = await PostAsync("export", HttpStatusCode.Created, Form(wav, ("format", "flac"), ("bit_depth", "PCM_24")));
        Assert.EndsWith(".flac", flac.GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal(("flac", "PCM_24"), (flac.GetProperty("format").GetString(), flac.GetProperty("bit_depth").GetString()));
        using HttpResponseMessage download = await server.Http.GetAsync(flac.GetProperty("download_url").GetString());
        Assert.Equal("audio/flac", download.Content.Headers.ContentType!.MediaType);
        byte[] bytes = await download.Content.ReadAsByteArrayAsync();
        Assert.Equal("fLaC"u8.ToArray(), bytes[..4]);
        Assert.Contains("Morning", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);

        JsonElement mp3 = await PostAsync("export", HttpStatusCode.Created, Form(bytes, ("format", "mp3"), ("tags", "none")));
        Assert.Equal(JsonValueKind.Null, mp3.GetProperty("bit_depth").ValueKind);
        Assert.DoesNotContain("Morning", Encoding.Latin1.GetString(await server.Http.GetByteArrayAsync(mp3.GetProperty("download_url").GetString())), StringComparison.Ordinal);
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", Form(wav, ("format", "flac"), ("bit_depth", "FLOAT")));
        await RefusedAsync("export", HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST", Form(wav, ("format", "wma")));
    }

    [Fact]
    [Trait("Requirement", "A-13")]
    public async Task Info_SaysWhatThereIs()
    {
        JsonElement info = await server.Http.GetFromJsonAsync<JsonElement>($"{Root}/info");
        JsonElement exporter = info.GetProperty("exporter"), extractor = info.GetProperty("extractor");
        Assert.Equal(-16, exporter.GetProperty("target_lufs").GetDouble());
        Assert.True(exporter.GetProperty("normalization_available").GetBoolean());
        Assert.Equal(["PCM_16", "PCM_24", "PCM_32", "FLOAT"], exporter.GetProperty("supported_bit_depths").EnumerateArray().Select(depth => depth.GetString()));
        Assert.Equal((true, false), (extractor.GetProperty("extract_bpm").GetBoolean(), extractor.GetProperty("extract_key").GetBoolean()));
        Assert.Equal(("outputs", true), (info.GetProperty("file_manager").GetProperty("base_dir").GetString(), info.GetProperty("file_manager").GetProperty("base_dir_exists").GetBoolean()));
    }

    async Task<string[]> NamesAsync(string run, string prefix = "") =>
        [.. (await server.Admin.GetFromJsonAsync<JsonElement>("/api/v1/storage/files?limit=1000")).GetProperty("files").EnumerateArray()
            .Select(file => Path.GetFileNameWithoutExtension(file.GetProperty("path").GetString()!)).Where(name => name.EndsWith(run, StringComparison.Ordinal) && name.StartsWith(prefix, StringComparison.Ordinal))];

    async Task<JsonElement> PostAsync(string address, HttpStatusCode status, HttpContent body)
    {
        using HttpResponseMessage answer = await server.Http.PostAsync($"{Root}/{address}", body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    async Task<JsonElement> RefusedAsync(string address, HttpStatusCode status, string code, HttpContent body)
    {
        JsonElement answer = await PostAsync(address, status, body);
        Assert.Equal(code, answer.GetProperty("code").GetString());
        return answer;
    }

    static ByteArrayContent Part(byte[] content) => new(content);

    static MultipartFormDataContent Form(byte[] file, params (string Name, string Value)[] fields) => Fields(new() { { Part(file), "file", "take.wav" } }, fields);

    static MultipartFormDataContent Batch((byte[] Content, string Name)[] files, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach ((byte[] content, string name) in files)
        {
            form.Add(Part(content), "file", "take.wav");
            form.Add(new StringContent(name), "name");
        }

        return Fields(form, fields);
    }

    static MultipartFormDataContent Fields(MultipartFormDataContent form, (string Name, string Value)[] fields)
    {
        foreach ((string name, string value) in fields) form.Add(new StringContent(value), name);
        return form;
    }
}
