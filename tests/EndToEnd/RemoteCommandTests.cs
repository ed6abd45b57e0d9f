using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>The command line against a server whose disk it does not see.</summary>
public sealed class RemoteCommandTests
{
    [Fact]
    [Trait("Requirement", "A-84")]
    public async Task Commands_OfAServer_WorkWithoutItsDisk()
    {
        using var scratch = new ScratchFolder();
        await using Server server = await Server.StartAsync(scratch["far"]);
        IReadOnlyDictionary<string, string> remote = server.Remote;

        Run run = await Dgxmusic.RunAsync(remote, "generate", "short calm piano", "--duration", "3", "--stems", "--seed", "5", "--out", scratch["near"], "--json");
        Assert.Equal(0, run.ExitCode);
        string id = run.Json.GetProperty("job_id").GetString()!;
        Assert.All(scratch.Files("near"), file => Assert.StartsWith(id, file, StringComparison.Ordinal));
        Assert.Equal(run.Json.GetProperty("stems").EnumerateObject().Count() + 4, scratch.Files("near").Length);
        byte[] master = await File.ReadAllBytesAsync(run.Json.GetProperty("file").GetString()!);
        Assert.Equal(await server.Http.GetByteArrayAsync($"/api/v1/files/{id}.wav"), master);

        JsonElement shown = (await Dgxmusic.RunAsync(remote, "jobs", "status", id, "--json")).Json, listed = (await Dgxmusic.RunAsync(remote, "jobs", "history", "--json")).Json;
        Assert.Equal("completed", shown.GetProperty("status").GetString());
        Assert.Equal(id, Assert.Single(listed.GetProperty("jobs").EnumerateArray()).GetProperty("job_id").GetString());

        Run download = await Dgxmusic.RunAsync(remote, "jobs", "download", id, "--only", "file", "--out", scratch["again"], "--json");
        Assert.Equal(master, await File.ReadAllBytesAsync(download.Json.GetProperty("files").GetProperty("file").GetString()!));
        Assert.Equal([$"{id}.wav"], scratch.Files("again"));

        // Of everybody's jobs, so who may do everything asks.
        JsonElement stats = (await Dgxmusic.RunAsync(new Dictionary<string, string> { ["DGXMUSIC_SERVER"] = remote["DGXMUSIC_SERVER"] }, "stats", "--json")).Json;
        Assert.InRange(stats.GetProperty("jobs").GetProperty("completed_jobs").GetInt32(), 1, server.IsOurs ? 1 : int.MaxValue);
        Assert.False(Directory.Exists("data"), "A command for a server made a data folder here.");
    }

    [Fact]
    [Trait("Requirement", "A-33")]
    [Trait("Requirement", "A-38")]
    public async Task Files_OfTheStore_AreListedMovedCopiedAndRemoved()
    {
        using var scratch = new ScratchFolder();
        string id = (await Dgxmusic.RunAsync("generate", "short calm piano", "--duration", "1", "--data", scratch["data"], "--json")).Json.GetProperty("job_id").GetString()!;
        Task<Run> FilesAsync(params string[] arguments) => Dgxmusic.RunAsync(["files", .. arguments, "--data", scratch["data"], "--json"]);

        JsonElement listed = (await FilesAsync("list", "--extension", "wav", "--limit", "1")).Json;
        Assert.Single(listed.GetProperty("files").EnumerateArray());
        Assert.NotEqual(JsonValueKind.Null, listed.GetProperty("continuation").ValueKind);
        string path = (await FilesAsync("path", id)).Json.GetProperty("path").GetString()!;
        long bytes = (await FilesAsync("size", path)).Json.GetProperty("size_bytes").GetInt64();
        Assert.Equal(bytes, (await FilesAsync("copy", path, "outputs/kept/twin.wav")).Json.GetProperty("size_bytes").GetInt64());
        Assert.Equal("FILE_EXISTS", (await FilesAsync("move", path, "outputs/kept/twin.wav")).Json.GetProperty("code").GetString());
        Assert.Equal(0, (await FilesAsync("move", path, "outputs/kept/twin.wav", "--overwrite")).ExitCode);
        Assert.Equal((1, 0), ((await FilesAsync("exists", path)).ExitCode, (await FilesAsync("exists", "outputs/kept/twin.wav")).ExitCode));
        Assert.True((await FilesAsync("delete", "outputs/kept/twin.wav")).Json.GetProperty("deleted").GetBoolean());
        Assert.False((await FilesAsync("delete", "outputs/kept/twin.wav")).Json.GetProperty("deleted").GetBoolean());
        Assert.Equal("PATH_OUTSIDE_STORE", (await FilesAsync("delete", "../data/catalog.db")).Json.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Reproduce_OfAGeneration_SaysWhetherEveryByteIsTheSame()
    {
        using var scratch = new ScratchFolder();
        JsonElement made = (await Dgxmusic.RunAsync("generate", "short calm piano", "--duration", "2", "--stems", "--data", scratch["data"], "--json")).Json;
        string id = made.GetProperty("job_id").GetString()!;

        Run same = await Dgxmusic.RunAsync("reproduce", id, "--data", scratch["data"], "--json");
        Assert.Equal(0, same.ExitCode);
        Assert.True(same.Json.GetProperty("identical").GetBoolean());
        Assert.All(same.Json.GetProperty("files").EnumerateArray(), file => Assert.True(file.GetProperty("identical").GetBoolean()));

        // Another manifest: the original was, as it says, made otherwise.
        string mix = made.GetProperty("mix").GetString()!;
        byte[] bytes = await File.ReadAllBytesAsync(mix);
        bytes[^5] ^= 0x40;
        File.Delete(mix);
        await File.WriteAllBytesAsync(mix, bytes);
        string manifest = made.GetProperty("manifest").GetString()!;
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        string text = (await File.ReadAllTextAsync(manifest)).Replace(JsonDocument.Parse(await File.ReadAllTextAsync(manifest)).RootElement.GetProperty("outputs").GetProperty("mix").GetProperty("sha256").GetString()!, hash, StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, text);
        Run other = await Dgxmusic.RunAsync("reproduce", id, "--data", scratch["data"], "--json");
        Assert.Equal(1, other.ExitCode);
        JsonElement different = other.Json.GetProperty("files").EnumerateArray().Single(file => file.GetProperty("name").GetString() == "mix");
        Assert.False(different.GetProperty("identical").GetBoolean());
        Assert.True(different.GetProperty("difference_db").GetDouble() < 0);
    }

    [Fact]
    [Trait("Requirement", "A-84")]
    public async Task Commands_ThatCannotWork_SayWhyAndFail()
    {
        using var scratch = new ScratchFolder();
        await using Server server = await Server.StartAsync(scratch["far"]);
        string address = server.Http.BaseAddress!.ToString();

        await FailsAsync("JOB_NOT_FOUND", "jobs", "show", "gen_00000000", "--server", address);
        await FailsAsync("MALFORMED_REQUEST", "jobs", "list", "--status", "lost", "--server", address);
        await FailsAsync("INVALID_REQUEST", "jobs", "list", "--server", "nonsense");
        await FailsAsync("INVALID_REQUEST", "jobs", "list", "--server", address, "--data", scratch["near"]);
        await FailsAsync("NOT_READY", "jobs", "list", "--server", "http://127.0.0.1:1");
        Assert.Empty(scratch.Files("near"));
    }

    static async Task FailsAsync(string code, params string[] arguments)
    {
        Run run = await Dgxmusic.RunAsync([.. arguments, "--json"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(code, run.Json.GetProperty("code").GetString());
        Assert.Equal(run.Json.GetProperty("error").GetString(), run.Errors.Trim());
    }
}
