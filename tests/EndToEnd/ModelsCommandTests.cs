using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class ModelsCommandTests
{
    [Fact]
    public async Task List_NothingInstalled_NamesEveryModelAndItsLicence()
    {
        using var scratch = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync("models", "list", "--json", "--data", scratch["data"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(scratch["data"] + "/models", run.Json.GetProperty("folder").GetString());
        JsonElement[] models = [.. run.Json.GetProperty("models").EnumerateArray()];
        Assert.Equal(
            ["htdemucs", "htdemucs_ft", "htdemucs_6s", "musicgen-small", "musicgen-medium", "musicgen-large"],
            models.Select(model => model.GetProperty("name").GetString()));
        Assert.All(models, model => Assert.Equal("missing", model.GetProperty("state").GetString()));
        Assert.All(models[3..], model => Assert.Equal(("CC-BY-NC-4.0", true), (model.GetProperty("licence").GetString(), model.GetProperty("licence_must_be_accepted").GetBoolean())));
    }

    [Fact]
    public async Task Install_LicenceNotAccepted_SaysHowTo()
    {
        using var scratch = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync("models", "install", "musicgen-small", "--json", "--data", scratch["data"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("LICENCE_NOT_ACCEPTED", run.Json.GetProperty("code").GetString());
        Assert.Contains("--accept-licence", run.Errors);
    }

    [Fact]
    public async Task Install_LicenceAccepted_ShowsItAndStillTakesNoOtherWeights()
    {
        using var scratch = new ScratchFolder();
        string own = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "musicgen_small");
        Run run = await Dgxmusic.RunAsync("models", "install", "musicgen-small", "--from", own, "--accept-licence", "--models", scratch["models"], "--json");
        Assert.Equal((1, "HASH_MISMATCH"), (run.ExitCode, run.Json.GetProperty("code").GetString()));
        Assert.Contains("Attribution-NonCommercial 4.0", run.Errors);
        Assert.Contains("'dgxmusic generate --weights FOLDER'", run.Errors);
        Assert.Empty(scratch.Files("models/musicgen-small"));
    }

    [Fact]
    public async Task Install_FileThatIsAnother_IsRefusedAndNotKept()
    {
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["other.th"], "not weights");
        Run run = await Dgxmusic.RunAsync("models", "install", "htdemucs", "--from", scratch["other.th"], "--models", scratch["models"], "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("HASH_MISMATCH", run.Json.GetProperty("code").GetString());
        Assert.Contains("is not the published 955717e8-8726e21a.th", run.Errors);
        Assert.Empty(scratch.Files("models/htdemucs"));
    }

    [Fact]
    public async Task Verify_NotInstalled_NamesTheCommandThatInstalls()
    {
        using var scratch = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync("models", "verify", "htdemucs_6s", "--data", scratch["data"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'dgxmusic models install htdemucs_6s'", run.Errors);
    }

    [Fact]
    public async Task Install_UnknownName_ListsTheKnown()
    {
        using var scratch = new ScratchFolder();
        Run run = await Dgxmusic.RunAsync("models", "install", "htdemucs_v9", "--data", scratch["data"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'htdemucs_v9' is not one of htdemucs, htdemucs_ft,", run.Errors);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Add_Weights_AreUsedByNameUntilTheyAreRemoved()
    {
        using var scratch = new ScratchFolder();
        string weights = Path.Combine(Dgxmusic.SourceFolder, "tests", "Models", "Golden", "htdemucs_small", "model_half-896df531.th"), data = scratch["data"];
        Run added = await Dgxmusic.RunAsync("models", "add", "my-tuned", weights, "--data", data, "--json");
        Assert.True(added.ExitCode == 0, added.Errors);
        Assert.Equal(("my-tuned", "installed", true), (added.Json.GetProperty("name").GetString(), added.Json.GetProperty("state").GetString(), added.Json.GetProperty("custom").GetBoolean()));
        Run again = await Dgxmusic.RunAsync("models", "add", "htdemucs", weights, "--data", data, "--json");
        Assert.Equal((1, "MODEL_EXISTS"), (again.ExitCode, again.Json.GetProperty("code").GetString()));

        await using Server server = await Server.StartAsync(data, new Dictionary<string, string>());
        JsonElement cards = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/separations/models");
        Assert.True(cards.GetProperty("models").EnumerateArray().Single(card => card.GetProperty("name").GetString() == "my-tuned").GetProperty("custom").GetBoolean());
        await File.WriteAllBytesAsync(scratch["song.wav"], Wav.Sine(seconds: 1));
        Run separated = await Dgxmusic.RunAsync("separate", scratch["song.wav"], "--model", "my-tuned", "--data", data, "--out", scratch["stems"], "--json");
        Assert.True(separated.ExitCode == 0, separated.Errors);
        Assert.Equal("my-tuned", separated.Json.GetProperty("model").GetString());
        Assert.Equal(["bass", "drums", "other", "vocals"], separated.Json.GetProperty("stems").EnumerateObject().Select(stem => stem.Name).Order());

        Run removed = await Dgxmusic.RunAsync("models", "remove", "my-tuned", "--data", data);
        Assert.True(removed.ExitCode == 0, removed.Errors);
        Assert.False(Directory.Exists(Path.Combine(data, "models", "my-tuned")));
        Run gone = await Dgxmusic.RunAsync("models", "remove", "my-tuned", "--data", data, "--json");
        Assert.Equal((1, "MODEL_NOT_FOUND"), (gone.ExitCode, gone.Json.GetProperty("code").GetString()));
    }
}
