using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Models.Tests.MusicGen;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>A model of several files, installed from a folder.</summary>
public sealed class MusicGenInstallTests : IDisposable
{
    const string Name = "musicgen-tiny";
    readonly TemporaryFolder published = new(), models = new();

    public MusicGenInstallTests()
    {
        published.Write("model.safetensors", File.ReadAllBytes(MusicGenForms.Weights));
        published.Write("config.json", File.ReadAllBytes(MusicGenForms.Config));
    }

    [Theory]
    [InlineData("spiece.model")]
    [InlineData("tokenizer.json")]
    public async Task InstallAsync_EitherTokenizer_IsEnough(string tokenizer)
    {
        PutTokenizer(tokenizer);
        ModelStatus status = await InstallAsync();
        Assert.Equal(ModelState.Installed, status.State);
        Assert.Equal(models.File($"{Name}/{tokenizer}"), Store().PathOf(Name, "spiece.model"));
        Assert.Equal(models.File($"{Name}/{tokenizer}"), Store().PathOf(Name, "tokenizer.json"));
        Assert.Equal(models.File($"{Name}/config.json"), Store().PathOf(Name, "config.json"));
        VerifiedModel verified = await Store().VerifyAsync(Name);
        Assert.True(verified.IsSound);
        Assert.Equal(["model.safetensors", "config.json", tokenizer], verified.Files.Select(file => file.Name));
        Assert.Equal([true, false, false], verified.Files.Select(file => file.Published));
    }

    [Fact]
    public async Task InstallAsync_Again_FetchesNothing()
    {
        PutTokenizer("tokenizer.json");
        await InstallAsync();
        published.Dispose();
        List<string> told = [];
        await Store().InstallAsync(new(Name, models.Path, AcceptLicence: true), new Told(told));
        Assert.Equal(["checking"], told.Distinct());
    }

    [Fact]
    public async Task InstallAsync_NoTokenizer_NamesBothAndTheOtherWay()
    {
        PipelineException refusal = await FailsAsync(Problem.FileNotFound);
        Assert.Contains("needs model.safetensors, config.json, spiece.model or tokenizer.json, as they were published", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'dgxmusic generate --weights FOLDER'", refusal.Message, StringComparison.Ordinal);

        // What was there is kept, and the next installation goes on from it.
        Assert.Equal(ModelState.Partial, Assert.Single(await Store().ListAsync()).State);
        PutTokenizer("spiece.model");
        Assert.Equal(ModelState.Installed, (await InstallAsync()).State);
    }

    [Fact]
    public async Task InstallAsync_OtherWeights_AreRefusedAndTheOtherWayNamed()
    {
        PutTokenizer("spiece.model");
        byte[] tuned = File.ReadAllBytes(MusicGenForms.Weights);
        tuned[^1] ^= 1;
        published.Write("model.safetensors", tuned);
        PipelineException refusal = await FailsAsync(Problem.HashMismatch);
        Assert.Contains("is not the published model.safetensors", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'dgxmusic generate --weights FOLDER'", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(models.File($"{Name}/model.safetensors")));
    }

    [Fact]
    public async Task InstallAsync_TokenizerOfAnotherModel_IsRefused()
    {
        // 980 pieces; this text encoder knows 100.
        published.Write("spiece.model", File.ReadAllBytes(GoldenFiles.Path("tokenizer", "spiece.model")));
        Assert.Contains("it has 980 pieces, of which the text encoder knows 100", (await FailsAsync(Problem.WeightsMismatch)).Message, StringComparison.Ordinal);
        Assert.Equal(ModelState.Partial, Assert.Single(await Store().ListAsync()).State);

        // With the right one beside the weights, installing mends it.
        PutTokenizer("spiece.model");
        Assert.Equal(ModelState.Installed, (await InstallAsync()).State);
    }

    [Fact]
    public async Task InstallAsync_LicenceNotAccepted_CopiesNothing()
    {
        PutTokenizer("spiece.model");
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => Store().InstallAsync(new(Name, published.Path)));
        Assert.Equal(Problem.LicenceNotAccepted, refusal.Problem);
        Assert.Empty(Directory.EnumerateFileSystemEntries(models.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task VerifiedWeights_OneShardChanged_IsFound(bool asTorch)
    {
        PutTokenizer("spiece.model");
        string index = Path.GetFileName(MusicGenForms.Shards(published, asTorch));
        string[] shards = [.. Directory.EnumerateFiles(published.Path, "*-of-00002*").Select(path => Path.GetFileName(path)).Order()];
        ModelStore store = Store(index, shards);
        await store.InstallAsync(new(Name, published.Path, AcceptLicence: true));
        Assert.Equal([models.File($"{Name}/{index}")], store.VerifiedWeights(Name));
        string second = models.File($"{Name}/{shards[1]}");
        byte[] changed = File.ReadAllBytes(second);
        changed[^1] ^= 1;
        File.WriteAllBytes(second, changed);
        Assert.Contains(shards[1], Assert.Throws<PipelineException>(() => store.VerifiedWeights(Name)).Message, StringComparison.Ordinal);
    }

    void PutTokenizer(string name) => published.Write(
        name, name == "spiece.model" ? File.ReadAllBytes(GoldenFiles.Path("tokenizer", "tiny.model")) : MusicGen.Text.TokenizerFiles.Json(MusicGen.Text.TokenizerFiles.ModelOf("tiny"), isOld: true));

    Task<ModelStatus> InstallAsync() => Store().InstallAsync(new(Name, published.Path, AcceptLicence: true));

    async Task<PipelineException> FailsAsync(Problem problem)
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(InstallAsync);
        Assert.Equal(problem, refusal.Problem);
        return refusal;
    }

    ModelStore Store(string weights = "model.safetensors", params string[] shards)
    {
        var address = new Uri("http://127.0.0.1:9/");
        ModelFile File(string name, string? sha256 = null) => new(name, new Uri(address, name), null, sha256, 1);
        ModelFile[] large = [.. (shards.Length > 0 ? shards : [weights]).Select(name => File(name, Hash(shards.Length > 0 ? published.File(name) : MusicGenForms.Weights)))];
        ModelFile[] files = [.. large, .. shards.Length > 0 ? [File(weights)] : Array.Empty<ModelFile>(), File("config.json"), File("spiece.model") with { OrElse = File("tokenizer.json") }];
        var licence = new ModelLicence("CC-BY-NC-4.0", "https://example.org", "Not for sale.", MustBeAccepted: true);
        var rules = new DownloadRules { Attempts = 1, FirstDelay = TimeSpan.FromMilliseconds(1), SpareBytes = 0 };
        return new(models.Path, [new(Name, ModelInfo.Generation, licence, files, [weights])], rules);
    }

    static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    public void Dispose()
    {
        if (Directory.Exists(published.Path)) published.Dispose();
        models.Dispose();
    }

    sealed class Told(List<string> phases) : IProgress<InstallProgress>
    {
        public void Report(InstallProgress value) => phases.Add(value.Phase);
    }
}
