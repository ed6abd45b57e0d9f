using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>Installations of published models that are refused before anything is fetched.</summary>
public sealed class ModelOrderTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task InstallAsync_OneFileForAModelOfSeveral_IsRefused()
    {
        var store = new ModelStore(folder.Path);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => store.InstallAsync(new("htdemucs_ft", folder.Write("w.th", [1, 2, 3]))));
        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        Assert.Contains("htdemucs_ft has 4 files; --from takes the folder they lie in", refusal.Message);
    }

    [Fact]
    public async Task InstallAsync_LicenceNotAccepted_AsksForIt()
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => new ModelStore(folder.Path).InstallAsync(new("musicgen-small")));
        Assert.Equal(Problem.LicenceNotAccepted, refusal.Problem);
        Assert.Contains("not for commercial purposes", refusal.Message);
        Assert.Contains("--accept-licence", refusal.Message);
    }
}
