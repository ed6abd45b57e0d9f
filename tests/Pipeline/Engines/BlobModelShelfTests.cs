using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Engines;

/// <summary>Machines that have their models from one blob store. Nobody opens the weights, so any bytes do.</summary>
[Trait("Requirement", "D-41")]
public sealed class BlobModelShelfTests : IDisposable
{
    const string Record = "custom.json", File = "weights.safetensors";
    readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("dgxmusic-shelf-");
    readonly TestClock clock = new();
    readonly MemoryBlobStore blobs = new(new TestClock());

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public async Task Model_PutByOneMachine_IsKnownToOthersAndBroughtWhenItIsUsed()
    {
        await PutAsync("mine", [1, 2, 3]);
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        Assert.Null(models.Custom.Find("mine"));
        await shelf.RefreshAsync();
        Assert.Equal("mine", Assert.Single(models.Custom.List()).Name);
        Assert.Contains(new SeparatorRegistry(models, new()).All, separator => separator is { IsInstalled: true, Facts.Name: "mine" });
        string path = Path.Combine(models.Folder, "mine", File);
        Assert.False(System.IO.File.Exists(path));
        Assert.Equal([path], models.VerifiedWeights("mine"));
        Assert.Equal([1, 2, 3], await System.IO.File.ReadAllBytesAsync(path));

        // It stays, whatever becomes of the store.
        blobs.Clear();
        Assert.Equal([path], models.VerifiedWeights("mine"));
    }

    /// <summary>A job may name a model before this machine's next look.</summary>
    [Fact]
    public async Task Model_PutAMomentAgo_IsFoundByItsName()
    {
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        await shelf.RefreshAsync();
        await PutAsync("mine", [1, 2, 3]);
        var registry = new SeparatorRegistry(models, new());
        Assert.Throws<PipelineException>(() => registry.Find("mine"));   // looked just now
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("mine", registry.Find("mine").Facts.Name);
        Assert.Throws<PipelineException>(() => registry.Find("yours"));
    }

    [Fact]
    public async Task Model_RemovedByOneMachine_IsForgottenByOthers()
    {
        await PutAsync("mine", [1, 2, 3]);
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        await shelf.RefreshAsync();
        models.VerifiedWeights("mine");
        await Machine("c").Shelf.RemoveAsync("mine", Record);
        Assert.Empty(blobs.Names);
        await shelf.RefreshAsync();
        Assert.Empty(models.Custom.List());
        Assert.False(Directory.Exists(Path.Combine(models.Folder, "mine")));
    }

    [Fact]
    public async Task Model_ReplacedByAnother_IsNeverMixedWithTheOldOne()
    {
        await PutAsync("mine", [1, 2, 3]);
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        await shelf.RefreshAsync();
        models.VerifiedWeights("mine");
        await Machine("c").Shelf.RemoveAsync("mine", Record);
        await PutAsync("mine", [4, 5, 6]);
        await shelf.RefreshAsync();
        Assert.Equal([4, 5, 6], await System.IO.File.ReadAllBytesAsync(models.VerifiedWeights("mine")[0]));
    }

    [Fact]
    public async Task Put_OtherWeightsUnderTheName_IsRefused_TheSameOnesAreNot()
    {
        await PutAsync("mine", [1, 2, 3]);
        await PutAsync("mine", [1, 2, 3]);
        Assert.Equal(Problem.ModelExists, (await Assert.ThrowsAsync<PipelineException>(() => PutAsync("mine", [4, 5, 6]))).Problem);
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        await shelf.RefreshAsync();
        Assert.Equal([1, 2, 3], await System.IO.File.ReadAllBytesAsync(models.VerifiedWeights("mine")[0]));
    }

    [Fact]
    public async Task Model_WithoutItsWeights_IsNone()
    {
        await PutAsync("mine", [1, 2, 3]);
        await blobs.DeleteAsync(new(Containers.Models, $"mine/{File}"));
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        await shelf.RefreshAsync();
        Assert.Empty(models.Custom.List());
    }

    [Fact]
    public async Task Weights_ThatVanishOnTheWay_AreAProblemAndLeaveNothing()
    {
        await PutAsync("mine", [1, 2, 3]);
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        await shelf.RefreshAsync();
        blobs.Clear();
        Assert.Equal(Problem.ModelInitFailed, Assert.Throws<PipelineException>(() => models.VerifiedWeights("mine")).Problem);
        Assert.Equal([".shelf", Record], Directory.GetFiles(Path.Combine(models.Folder, "mine")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Models_ThatAMachineHasItself_StayWhateverTheStoreHas()
    {
        (BlobModelShelf shelf, ModelStore models) = Machine("b");
        Write(Path.Combine(models.Folder, "own"), "own", [7]);
        await PutAsync("own", [1, 2, 3]);
        await shelf.RefreshAsync();
        Assert.Equal([7], await System.IO.File.ReadAllBytesAsync(models.VerifiedWeights("own")[0]));
        blobs.Clear();
        await shelf.RefreshAsync();
        Assert.Single(models.Custom.List());
    }

    (BlobModelShelf Shelf, ModelStore Models) Machine(string name)
    {
        var shelf = new BlobModelShelf(blobs, Path.Combine(scratch.FullName, name), clock);
        return (shelf, new ModelStore(Path.Combine(scratch.FullName, name), shelf));
    }

    Task PutAsync(string model, byte[] weights)
    {
        string folder = Path.Combine(scratch.FullName, $"put-{weights[0]}", model);
        Write(folder, model, weights);
        return Machine("a").Shelf.PutAsync(model, folder, Record);
    }

    static void Write(string folder, string model, byte[] weights)
    {
        Directory.CreateDirectory(folder);
        System.IO.File.WriteAllBytes(Path.Combine(folder, File), weights);
        var record = new CustomModel(model, File, weights.Length, Convert.ToHexStringLower(SHA256.HashData(weights)), ["drums", "bass", "other", "vocals"], 44_100, 7.8);
        System.IO.File.WriteAllBytes(Path.Combine(folder, Record), JsonSerializer.SerializeToUtf8Bytes(record, JsonSerializerOptions.Web));
    }
}
