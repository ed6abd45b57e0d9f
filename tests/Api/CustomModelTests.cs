using System.Text.Json;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;

namespace DgxMusic.Api.Tests;

/// <summary>The separators a caller may choose from, and those that admins add.</summary>
public sealed class CustomModelTests : IAsyncLifetime
{
    static readonly byte[] weights = File.ReadAllBytes(Golden("model_half-896df531.th"));

    readonly DirectoryInfo models = Directory.CreateTempSubdirectory("dgxmusic-api-models-");
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.StartAsync(("MODELS", models.FullName));

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        models.Delete(recursive: true);
    }

    [Fact]
    [Trait("Requirement", "D-40")]
    public async Task Models_OfSeparations_AreAllThatMayBeNamedWithWhatTheyMake()
    {
        JsonElement[] cards = [.. (await host.GetAsync("/api/v1/separations/models")).Expect(200).Json.GetProperty("models").EnumerateArray()];
        Assert.Equal(["htdemucs_ft", "htdemucs", "htdemucs_6s", "spectral"], cards.Select(card => card.GetProperty("name").GetString()));
        Assert.Equal(["drums", "bass", "other", "vocals", "guitar", "piano"], cards[2].GetProperty("stems").EnumerateArray().Select(stem => stem.GetString()));
        Assert.Equal((6144, 4096, 8192), (Memory(cards[0]), Memory(cards[1]), Memory(cards[2])));
        Assert.Equal(JsonValueKind.Null, cards[3].GetProperty("memory_mb").ValueKind);
        Assert.Equal(["spectral"], cards.Where(card => card.GetProperty("default").GetBoolean()).Select(card => card.GetProperty("name").GetString()));
        Assert.Equal(["spectral"], cards.Where(card => card.GetProperty("installed").GetBoolean()).Select(card => card.GetProperty("name").GetString()));
        Assert.All(cards, card => Assert.NotEqual("", card.GetProperty("quality").GetString()));
        Assert.All(cards, card => Assert.False(card.GetProperty("custom").GetBoolean() || card.GetProperty("mock").GetBoolean()));
        Assert.All(cards, card => Assert.NotEqual("", card.GetProperty("licence").GetProperty("name").GetString()));
        JsonElement[] all = [.. (await host.GetAsync("/api/v1/models")).Expect(200).Json.GetProperty("models").EnumerateArray()];
        Assert.Equal(cards.Select(card => card.ToString()), all.Where(card => card.GetProperty("kind").GetString() == "separator").Select(card => card.ToString()));
        await using ApiHost mocked = await ApiHost.StartAsync((EngineSwitches.DemucsSetting, "1"));
        JsonElement mock = (await mocked.GetAsync("/api/v1/separations/models")).Json.GetProperty("models")[0];
        Assert.Equal((true, true, true), (mock.GetProperty("mock").GetBoolean(), mock.GetProperty("default").GetBoolean(), mock.GetProperty("installed").GetBoolean()));
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Put_Weights_AreAModelThatMayBeNamed()
    {
        JsonElement made = (await PutAsync("my-tuned")).Expect(201).Json;
        Assert.Equal(("my-tuned", weights.Length, 44_100), (made.GetProperty("name").GetString(), made.GetProperty("bytes").GetInt32(), made.GetProperty("sample_rate").GetInt32()));
        Assert.Equal(1.95, made.GetProperty("segment_seconds").GetDouble());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(weights)), made.GetProperty("sha256").GetString());
        (await PutAsync("my-tuned")).Expect(200);
        JsonElement card = (await host.GetAsync("/api/v1/separations/models")).Json.GetProperty("models").EnumerateArray().Last();
        Assert.Equal(("my-tuned", true, true, false), (card.GetProperty("name").GetString(), card.GetProperty("custom").GetBoolean(), card.GetProperty("installed").GetBoolean(), card.GetProperty("default").GetBoolean()));
        Assert.Equal((4096, "not stated"), (Memory(card), card.GetProperty("licence").GetProperty("name").GetString()));
        // Any process that looks into the folder may name it; this one loads it.
        ISourceSeparator found = new SeparatorRegistry(new ModelStore(models.FullName), new EngineSwitches()).Find("my-tuned");
        Assert.Equal((made.GetProperty("sha256").GetString(), true), (found.Facts.WeightsSha256, found.IsCustom));
        using ModelLease<ISeparationModel> lease = host.Get<ModelPool>().Lease("my-tuned", "", new());
        Assert.Equal(["drums", "bass", "other", "vocals"], lease.Model.Sources);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Put_WhatIsNoModelOrNoName_IsRefused()
    {
        (await PutAsync("mine", "not weights"u8.ToArray())).Expect(422, "WEIGHTS_UNREADABLE");
        (await PutAsync("mine", [])).Expect(422, "INVALID_REQUEST");
        (await PutAsync("htdemucs")).Expect(409, "MODEL_EXISTS");
        (await PutAsync(".mine")).Expect(400, "INVALID_NAME");
        (await PutAsync("a%2Fb")).Expect(400, "INVALID_NAME");
        await PutAsync("mine");
        (await PutAsync("mine", File.ReadAllBytes(Golden("model_fp32.th")))).Expect(409, "MODEL_EXISTS");
        Assert.Equal(["mine"], models.EnumerateFileSystemInfos().Select(info => info.Name));
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Put_MoreThanIsTaken_IsRefusedBeforeItIsRead()
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        await using System.Net.Sockets.NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"PUT /api/v1/models/mine HTTP/1.1\r\nHost: localhost\r\nContent-Length: {CustomModels.MostBytes + 1}\r\n\r\n"));
        byte[] answer = new byte[64];
        int count = await stream.ReadAtLeastAsync(answer, 12);
        Assert.StartsWith("HTTP/1.1 413", System.Text.Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task PutAndDelete_ByAKeyThatIsNoAdmins_AreRefused()
    {
        string plain = await host.KeyAsync(Tier.Ultra), admin = await host.KeyAsync(admin: true);
        (await PutAsync("mine", key: plain)).Expect(403, "FORBIDDEN");
        (await PutAsync("mine", key: admin)).Expect(201);
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/mine", null, plain)).Expect(403, "FORBIDDEN");
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/mine", null, admin)).Expect(200);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Delete_Model_IsGoneFromListMemoryAndDisk()
    {
        await PutAsync("mine");
        await host.Get<ModelPool>().WarmAsync("mine", new());
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/mine")).Expect(200);
        Assert.Empty(models.EnumerateFileSystemInfos());
        Assert.Empty(host.Get<ModelPool>().Loaded);
        Assert.DoesNotContain("mine", (await host.GetAsync("/api/v1/models")).Text, StringComparison.Ordinal);
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/mine")).Expect(404, "MODEL_NOT_FOUND");
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/htdemucs")).Expect(409, "MODEL_NOT_CUSTOM");
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/spectral")).Expect(409, "MODEL_NOT_CUSTOM");
    }

    [Fact]
    [Trait("Requirement", "D-40")]
    [Trait("Requirement", "D-41")]
    public async Task Separation_NamesAModel_RunsWithItAndKeepsItMeanwhile()
    {
        await PutAsync("mine");
        JsonElement accepted = (await SeparateAsync("mine")).Expect(202).Json;
        string id = accepted.GetProperty("job_id").GetString()!;
        Assert.Equal("mine", accepted.GetProperty("model").GetString());
        Answer refusal = (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/mine")).Expect(409, "MODEL_IN_USE");
        Assert.Contains(id, refusal.Text, StringComparison.Ordinal);
        await host.Orchestrator.RunAllAsync();
        JsonElement job = (await host.GetAsync($"/api/v1/jobs/{id}")).Expect(200).Json;
        Assert.Equal(("completed", "mine", "cpu"), (job.GetProperty("status").GetString(), job.GetProperty("model").GetString(), job.GetProperty("device_used").GetString()));
        Assert.Equal(["mine"], host.Get<ModelPool>().Loaded);
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/models/mine")).Expect(200);
        (await SeparateAsync("mine")).Expect(422, "INVALID_REQUEST");
        (await SeparateAsync("htdemucs")).Expect(409, "MODEL_NOT_INSTALLED");
    }

    Task<Answer> SeparateAsync(string model)
    {
        byte[] wave = new byte[44 + (2 * 8000)];
        "RIFF"u8.CopyTo(wave);
        BitConverter.TryWriteBytes(wave.AsSpan(4), wave.Length - 8);
        "WAVEfmt \u0010\0\0\0\u0001\0\u0001\0"u8.CopyTo(wave.AsSpan(8));
        BitConverter.TryWriteBytes(wave.AsSpan(24), 8000);
        BitConverter.TryWriteBytes(wave.AsSpan(28), 16_000);
        "\u0002\0\u0010\0data"u8.CopyTo(wave.AsSpan(32));
        BitConverter.TryWriteBytes(wave.AsSpan(40), 16_000);
        for (int n = 0; n < 8000; n++) BitConverter.TryWriteBytes(wave.AsSpan(44 + (2 * n)), (short)(8000 * Math.Sin(n * 0.3)));
        return host.SendAsync(HttpMethod.Post, "/api/v1/separations", new MultipartFormDataContent { { new ByteArrayContent(wave), "file", "song.wav" }, { new StringContent(model), "model" } });
    }

    Task<Answer> PutAsync(string name, byte[]? content = null, string? key = null) => host.SendAsync(HttpMethod.Put, $"/api/v1/models/{name}", new ByteArrayContent(content ?? weights), key);

    static int Memory(JsonElement card) => card.GetProperty("memory_mb").GetInt32();

    static string Golden(string file)
    {
        string? here = AppContext.BaseDirectory;
        while (here is not null && !Directory.Exists(Path.Combine(here, "tests", "Models", "Golden"))) here = Path.GetDirectoryName(here);
        return Path.Combine(here!, "tests", "Models", "Golden", "htdemucs_small", file);
    }
}
