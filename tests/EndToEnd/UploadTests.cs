using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class UploadTests : IAsyncLifetime
{
    const string Root = "/api/v1/uploads";
    readonly ScratchFolder scratch = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(scratch["data"]);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Upload_ToItsOwnAddress_IsCheckedAndWorkedOn()
    {
        // More than a form takes: 110 MiB, ten minutes of CD sound.
        byte[] wav = Long(655);
        Assert.True(wav.Length > 110 << 20);
        JsonElement address = await PostAsync(HttpStatusCode.Created, new { file_name = "ten minutes.wav", bytes = wav.Length, content_type = "audio/wav" });
        Assert.Equal(("PUT", 200 << 20), (address.GetProperty("method").GetString(), address.GetProperty("max_bytes").GetInt32()));
        string url = address.GetProperty("upload_url").GetString()!, id = address.GetProperty("upload_id").GetString()!;
        Assert.Equal("awaiting", (await ReadAsync(id)).GetProperty("status").GetString());

        if (IsOfTheServer(url)) await RefusedAsync(await server.Http.PutAsync(url.Replace("signature=", "signature=A"), new ByteArrayContent(wav, 0, 1000)), HttpStatusCode.Forbidden, "SIGNATURE_INVALID");
        JsonElement upload = await SendAsync(address, wav);
        Assert.Equal(("ready", "signed", "wav", 655.0), (Text(upload, "status"), Text(upload, "source"), Text(upload, "format"), upload.GetProperty("duration_seconds").GetDouble()));
        Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(wav)), address.GetProperty("blob").GetString()), (Text(upload, "sha256"), Text(upload, "blob")));
        if (IsOfTheServer(url)) await RefusedAsync(await server.Http.PutAsync(url, new ByteArrayContent(wav, 0, 1000)), HttpStatusCode.Conflict, "UPLOAD_STATE");
        Assert.Equal(id, Text((await server.Http.GetFromJsonAsync<JsonElement>(Root)).GetProperty("uploads")[0], "upload_id"));

        using HttpResponseMessage measured = await server.Http.PostAsJsonAsync("/api/v1/audio/metadata?stats=false&bpm=false", new { upload_id = id });
        Assert.Equal(655.0, (await ReadAsync(measured, HttpStatusCode.OK)).GetProperty("duration_seconds").GetDouble());
        Assert.Equal(HttpStatusCode.NoContent, (await server.Http.DeleteAsync($"{Root}/{id}")).StatusCode);
        await RefusedAsync(await server.Http.GetAsync($"{Root}/{id}"), HttpStatusCode.NotFound, "UPLOAD_NOT_FOUND");
        if (server.IsOurs) Assert.Empty(scratch.Files("data/uploads"));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Upload_CallerVanishes_NothingStaysAndTheAddressIsStillGood()
    {
        byte[] wav = Wav.Sine(2);
        JsonElement address = await PostAsync(HttpStatusCode.Created, new { });
        string url = address.GetProperty("upload_url").GetString()!, id = Text(address, "upload_id");
        if (!IsOfTheServer(url)) return;
        using (var line = new TcpClient())
        {
            await line.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port);
            await line.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT {url} HTTP/1.1\r\nHost: here\r\nContent-Length: {wav.Length}\r\n\r\n"));
            await line.GetStream().WriteAsync(wav.AsMemory(0, 1000));
        }

        Assert.Equal("awaiting", (await ReadAsync(id)).GetProperty("status").GetString());
        JsonElement upload = await ReadAsync(await server.Http.PutAsync(url, new ByteArrayContent(wav)), HttpStatusCode.Created);
        Assert.Equal("ready", Text(upload, "status"));
        if (server.IsOurs) Assert.Equal([$"{Text(address, "blob")["uploads/".Length..]}"], scratch.Files("data/uploads"));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Upload_AsAForm_EndsInTheSameChecks()
    {
        JsonElement upload = await ReadAsync(await server.Http.PostAsync(Root, Form(Wav.Sine(1, 44_100, 2), "take one.wav")), HttpStatusCode.Created);
        Assert.Equal(("ready", "multipart", "take one.wav", 44_100, 2), (Text(upload, "status"), Text(upload, "source"), Text(upload, "file_name"), upload.GetProperty("sample_rate").GetInt32(), upload.GetProperty("channels").GetInt32()));
        JsonElement export = await ReadAsync(await server.Http.PostAsJsonAsync("/api/v1/audio/export", new { upload_id = Text(upload, "upload_id"), preset = "broadcast" }), HttpStatusCode.Created);
        Assert.Equal(1.0, export.GetProperty("duration_seconds").GetDouble());

        string[] before = scratch.Files("data/uploads");
        await RefusedAsync(await server.Http.PostAsync(Root, Form([], "none.wav")), HttpStatusCode.UnprocessableEntity, "EMPTY_AUDIO");
        await RefusedAsync(await server.Http.PostAsync(Root, Form(Wav.Sine(0), "none.wav")), HttpStatusCode.UnprocessableEntity, "EMPTY_AUDIO");
        await RefusedAsync(await server.Http.PostAsync(Root, Form("PK\x3\x4 a ZIP that is named .wav"u8.ToArray(), "a.wav")), HttpStatusCode.UnsupportedMediaType, "UNREADABLE_AUDIO");
        MultipartFormDataContent two = Form(Wav.Sine(1), "a.wav");
        two.Add(new ByteArrayContent(Wav.Sine(1)), "file", "b.wav");
        await RefusedAsync(await server.Http.PostAsync(Root, two), HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST");
        MultipartFormDataContent odd = Form(Wav.Sine(1), "a.wav");
        odd.Add(new StringContent("blue"), "colour");
        await RefusedAsync(await server.Http.PostAsync(Root, odd), HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST");
        await RefusedAsync(await server.Http.PostAsJsonAsync(Root, new { colour = "blue" }), HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST");
        await RefusedAsync(await server.Http.PostAsJsonAsync(Root, new { bytes = 1.5 }), HttpStatusCode.UnprocessableEntity, "INVALID_REQUEST");
        await RefusedAsync(await server.Http.PostAsJsonAsync(Root, new { bytes = 0 }), HttpStatusCode.UnprocessableEntity, "EMPTY_AUDIO");
        await RefusedAsync(await server.Http.PostAsJsonAsync(Root, new { bytes = (200L << 20) + 1 }), HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        Assert.Equal(before, scratch.Files("data/uploads"));
        Assert.Single((await server.Http.GetFromJsonAsync<JsonElement>(Root)).GetProperty("uploads").EnumerateArray(), row => Text(row, "status") == "ready");
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    [Trait("Requirement", "D-01")]
    [Trait("Requirement", "D-23")]
    public async Task Upload_DroppedIntoAnInbox_IsTakenInAndTakenApart()
    {
        if (!server.IsOurs) return;
        Directory.CreateDirectory(scratch["data/uploads/separate"]);
        await File.WriteAllBytesAsync(scratch["data/uploads/separate/a song.wav"], Wav.Sine(1));
        var limit = System.Diagnostics.Stopwatch.StartNew();
        JsonElement[] rows = [];
        while (rows.Length == 0 || File.Exists(scratch["data/uploads/separate/a song.wav"]))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), "The inbox was not looked into.");
            await Task.Delay(100);
            rows = [.. (await server.Http.GetFromJsonAsync<JsonElement>(Root)).GetProperty("uploads").EnumerateArray()];
        }

        Assert.Equal(("a song.wav", "inbox", "ready"), (Text(rows[0], "file_name"), Text(rows[0], "source"), Text(rows[0], "status")));
        Assert.Equal([Text(rows[0], "blob")["uploads/".Length..]], scratch.Files("data/uploads"));
        JsonElement song = Assert.Single((await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/songs")).GetProperty("songs").EnumerateArray());
        Assert.Equal("a song.wav", Text(song, "filename"));
        await TakenApartAsync(Text(song, "song_id"), limit);
    }

    async Task TakenApartAsync(string song, System.Diagnostics.Stopwatch limit)
    {
        string address = $"/api/v1/songs/{song}";
        JsonElement read = await server.Http.GetFromJsonAsync<JsonElement>(address);
        while (read.GetProperty("latest_job_id").ValueKind == JsonValueKind.Null)
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(120), "The song was not taken apart.");
            await Task.Delay(100);
            read = await server.Http.GetFromJsonAsync<JsonElement>(address);
        }

        byte[] vocals = await server.Http.GetByteArrayAsync($"{address}/download/vocals");
        Assert.Equal(read.GetProperty("tracks").GetProperty("vocals").GetProperty("size_bytes").GetInt64(), vocals.Length);
        Assert.Equal("RIFF"u8, vocals.AsSpan(0, 4));
        Assert.Equal(read.GetProperty("original").GetProperty("size_bytes").GetInt64(), (await server.Http.GetByteArrayAsync($"{address}/download/original")).Length);
    }

    /// <summary>One second of stereo, again and again: 44.1 kHz, 16 bits.</summary>
    static byte[] Long(int seconds)
    {
        byte[] second = Wav.Sine(1, 44_100, 2), file = new byte[44 + (seconds * (second.Length - 44))];
        second.AsSpan(0, 44).CopyTo(file);
        BitConverter.GetBytes(file.Length - 8).CopyTo(file, 4);
        BitConverter.GetBytes(file.Length - 44).CopyTo(file, 40);
        for (int at = 44; at < file.Length; at += second.Length - 44) second.AsSpan(44).CopyTo(file.AsSpan(at));
        return file;
    }

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    static MultipartFormDataContent Form(byte[] file, string name)
    {
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        return new() { { part, "file", name } };
    }

    Task<JsonElement> ReadAsync(string id) => server.Http.GetFromJsonAsync<JsonElement>($"{Root}/{id}");

    async Task<JsonElement> PostAsync(HttpStatusCode status, object body) => await ReadAsync(await server.Http.PostAsJsonAsync(Root, body), status);

    static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
            return JsonDocument.Parse(text).RootElement;
        }
    }

    /// <summary>A store of the cloud takes files itself.</summary>
    static bool IsOfTheServer(string url) => url.StartsWith('/');

    /// <summary>Sends a file as the answer says, and waits until the upload is no longer awaited.</summary>
    async Task<JsonElement> SendAsync(JsonElement address, byte[] wav)
    {
        string url = Text(address, "upload_url"), id = Text(address, "upload_id");
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(wav) };
        if (address.TryGetProperty("headers", out JsonElement headers) && headers.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty header in headers.EnumerateObject()) request.Headers.Add(header.Name, header.Value.GetString());
        HttpResponseMessage answer = await server.Http.SendAsync(request);
        if (IsOfTheServer(url)) return await ReadAsync(answer, HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        answer.Dispose();
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            JsonElement upload = await ReadAsync(id);
            if (Text(upload, "status") is not ("awaiting" or "checking")) return upload;
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), "The upload was not taken in.");
            await Task.Delay(200);
        }
    }

    static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string code) => Assert.Equal(code, Text(await ReadAsync(answer, status), "code"));
}
