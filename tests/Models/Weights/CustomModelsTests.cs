using System.IO.Compression;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>Weights that are registered by name: what is taken, what is refused, and that nothing else is loaded under the name later.</summary>
public sealed class CustomModelsTests : IDisposable
{
    static readonly byte[] package = File.ReadAllBytes(GoldenFiles.Path("htdemucs_small", "model_half-896df531.th"));

    readonly TemporaryFolder folder = new();
    readonly ModelStore store;

    public CustomModelsTests() => store = new(folder.File("models"));

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_Package_IsAModelForEveryProcess()
    {
        (CustomModel model, bool isNew) = await AddAsync("my-tuned.v2", package);
        Assert.Equal((true, package.Length, 44_100), (isNew, model.Bytes, model.SampleRateHz));
        Assert.Equal(["drums", "bass", "other", "vocals"], model.Sources);
        var other = new ModelStore(folder.File("models"));
        Assert.Equivalent(model, Assert.Single(other.Custom.List()), strict: true);
        Assert.True((await other.VerifyAsync("my-tuned.v2")).IsSound);
        using ISeparationModel loaded = SeparationModels.Open("my-tuned.v2", other);
        Assert.Equal(("my-tuned.v2", "vocals"), (loaded.Name, loaded.Sources[3]));
        Assert.Equal(["custom.json", "weights.th"], Directory.EnumerateFiles(folder.File("models/my-tuned.v2")).Select(Path.GetFileName).Order());
        Assert.Equal(["my-tuned.v2"], Directory.EnumerateFileSystemEntries(folder.File("models")).Select(Path.GetFileName));
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_SameAgain_ChangesNothingAndOtherWeightsAreRefused()
    {
        await AddAsync("mine", package);
        Assert.False((await AddAsync("mine", package)).IsNew);
        byte[] other = File.ReadAllBytes(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        Assert.Contains("registered with other weights", (await RefusedAsync("mine", other, Problem.ModelExists)).Message, StringComparison.Ordinal);
        Assert.Equal(package.Length, store.Custom.Find("mine")!.Bytes);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_ByManyAtOnce_IsOneModel()
    {
        bool[] news = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await Task.Run(() => AddAsync("mine", package))).IsNew));
        Assert.Single(news, isNew => isNew);
        Assert.Single(store.Custom.List());
    }

    [Theory]
    [Trait("Requirement", "D-41")]
    [InlineData("htdemucs")]
    [InlineData("HTDemucs_FT")]
    [InlineData("musicgen-large")]
    [InlineData("spectral")]
    [InlineData("composer")]
    public async Task AddAsync_NameOfAModelOfOurs_IsRefused(string name) => await RefusedAsync(name, package, Problem.ModelExists);

    [Theory]
    [Trait("Requirement", "D-41")]
    [Trait("Requirement", "X-04")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm")]
    public async Task AddAsync_NameThatIsNone_IsRefused(string name)
    {
        await RefusedAsync(name, package, Problem.InvalidName);
        Assert.Null(store.Custom.Find(name));
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_SafeTensors_NamesItsSourcesAsPublished()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        (CustomModel model, _) = await AddAsync("plain", SafeTensors(weights, (_, values) => values));
        Assert.Equal(("weights.safetensors", 4), (model.File, model.Sources.Count));
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_OneNumberThatIsNone_IsRefused()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path("htdemucs_small", "model_fp32.th"));
        byte[] broken = SafeTensors(weights, (name, values) =>
        {
            if (name == "encoder.1.conv.bias") values[^1] = float.NaN;
            return values;
        });
        PipelineException refusal = await RefusedAsync("mine", broken, Problem.WeightsMismatch);
        Assert.Contains("mine does not fit this model: tensor 'encoder.1.conv.bias' has values that are not finite numbers", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "D-41")]
    [InlineData("not weights at all", "WEIGHTS_UNREADABLE")]
    [InlineData("", "WEIGHTS_UNREADABLE")]
    public async Task AddAsync_NoWeights_IsRefused(string text, string code) => Assert.Equal(code, (await Assert.ThrowsAsync<PipelineException>(() => AddAsync("mine", Encoding.ASCII.GetBytes(text)))).Problem.Code);

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_PackageThatWantsMore_RunsNothing() =>
        await RefusedAsync("mine", ArchiveBuilder.Torch(PickleBuilder.Holding(pickle => pickle.Global("posix", "system"))), Problem.WeightsRefused);

    [Theory]
    [Trait("Requirement", "D-41")]
    [InlineData("drums", "../..", "its source '../..' has a name that no track can have")]
    [InlineData("drums", "all..", "its source 'all..' has a name that no track can have")]
    [InlineData("vocals", "drums", "two of its sources have one name")]
    public async Task AddAsync_SourcesThatAreNoNamesOfTracks_IsRefused(string old, string by, string sentence)
    {
        PipelineException refusal = await RefusedAsync("mine", WithSource(old, by), Problem.WeightsMismatch);
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Open_FileChangedSince_IsRefused()
    {
        (CustomModel model, _) = await AddAsync("mine", package);
        string path = folder.File("models/mine/weights.th");
        byte[] changed = [.. package];
        changed[^2000] ^= 1;
        File.WriteAllBytes(path, changed);
        PipelineException refusal = Assert.Throws<PipelineException>(() => SeparationModels.Open("mine", store));
        Assert.Equal(Problem.HashMismatch, refusal.Problem);
        Assert.Contains($"not {model.Sha256}: it was changed since it came here; remove the model and add it again", refusal.Message, StringComparison.Ordinal);
        Assert.False((await store.VerifyAsync("mine")).IsSound);
        File.WriteAllBytes(path, package[..^1]);
        Assert.Null(store.Custom.Find("mine"));
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task Remove_Registered_IsGoneAndItsNameFree()
    {
        await AddAsync("mine", package);
        Assert.Equal("mine", (await store.Custom.RemoveAsync("mine")).Name);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("models")));
        Assert.Equal(Problem.ModelNotFound, (await Assert.ThrowsAsync<PipelineException>(() => store.Custom.RemoveAsync("mine"))).Problem);
        Assert.Equal(Problem.ModelNotCustom, (await Assert.ThrowsAsync<PipelineException>(() => store.Custom.RemoveAsync("htdemucs_ft"))).Problem);
        Assert.True((await AddAsync("mine", package)).IsNew);
    }

    [Fact]
    [Trait("Requirement", "D-41")]
    public async Task AddAsync_AfterAProcessDiedInTheMiddle_SweepsWhatItLeft()
    {
        string old = Directory.CreateDirectory(folder.File("models/.adding-old")).FullName, young = Directory.CreateDirectory(folder.File("models/.adding-young")).FullName;
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        Assert.Empty(store.Custom.List());
        await AddAsync("mine", package);
        Assert.Equal((false, true), (Directory.Exists(old), Directory.Exists(young)));
    }

    Task<(CustomModel Model, bool IsNew)> AddAsync(string name, byte[] content) => store.Custom.AddAsync(name, new MemoryStream(content));

    async Task<PipelineException> RefusedAsync(string name, byte[] content, Problem problem)
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => AddAsync(name, content));
        Assert.Equal(problem, refusal.Problem);
        // Nothing half done stays, not even hidden.
        Assert.DoesNotContain(Directory.Exists(store.Folder) ? Directory.EnumerateFileSystemEntries(store.Folder).Select(Path.GetFileName) : [], left => left!.StartsWith('.'));
        return refusal;
    }

    static byte[] SafeTensors(WeightFile weights, Func<string, float[], float[]> alter)
    {
        var header = new StringBuilder("{");
        using var body = new MemoryStream();
        foreach ((string name, WeightTensor tensor) in weights.Tensors)
        {
            float[] values = new float[tensor.Count];
            tensor.Read(values);
            long start = body.Length;
            body.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(alter(name, values)));
            header.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{start},{body.Length}]}},");
        }

        header[^1] = '}';
        while (header.Length % 8 != 0) header.Append(' ');
        return [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header.ToString()), .. body.ToArray()];
    }

    /// <summary>The package with another name for a source, of the same length or not.</summary>
    static byte[] WithSource(string old, string by)
    {
        using var archive = new ZipArchive(new MemoryStream(package));
        var builder = new ArchiveBuilder();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (Stream stream = entry.Open()) stream.CopyTo(content);
            builder.Add(entry.FullName, entry.Name == "data.pkl" ? Replace(content.ToArray(), old, by) : content.ToArray());
        }

        return builder.Build();
    }

    /// <summary>A text of a pickle has its length before it: one byte and three zeros of four.</summary>
    static byte[] Replace(byte[] pickle, string old, string by)
    {
        byte[] TextOf(string text) => [(byte)'X', .. BitConverter.GetBytes(text.Length), .. Encoding.ASCII.GetBytes(text)];
        int at = pickle.AsSpan().IndexOf(TextOf(old));
        Assert.True(at >= 0, old);
        return [.. pickle[..at], .. TextOf(by), .. pickle[(at + TextOf(old).Length)..]];
    }
}
