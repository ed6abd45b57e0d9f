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
        var remote = new Dictionary<string, string> { ["DGXMUSIC_SERVER"] = server.Http.BaseAddress!.ToString() };

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

        JsonElement stats = (await Dgxmusic.RunAsync(remote, "stats", "--json")).Json;
        Assert.Equal(1, stats.GetProperty("jobs").GetProperty("completed_jobs").GetInt32());
        Assert.False(Directory.Exists("data"), "A command for a server made a data folder here.");
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
