using DgxMusic.Api.Examinations;
using DgxMusic.Api.Resources;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Tests;

/// <summary>Models that are there in part, or without what makes them known.</summary>
public sealed class ModelExaminationTests : IDisposable
{
    readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("dgxmusic-models-");
    readonly MemoryBlobStore blobs = new(new TestClock());

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public async Task Models_None_AreWell() => Assert.Equal(HealthStatus.Healthy, (await ExamineAsync(false)).Status);

    [Fact]
    public async Task Models_BrokenOff_AreNamed()
    {
        Directory.CreateDirectory(Path.Combine(scratch.FullName, "htdemucs"));
        await File.WriteAllBytesAsync(Path.Combine(scratch.FullName, "htdemucs", "955717e8-8726e21a.th"), [1]);
        HealthCheck found = await ExamineAsync(false);
        Assert.Equal(HealthStatus.Degraded, found.Status);
        Assert.Contains("Of htdemucs not every file is there", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("uploaded", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_OnTheShelfWithoutTheirRecord_AreNamed()
    {
        await using (BlobWriter writer = await blobs.CreateAsync(new(Containers.Models, "htdemucs/955717e8-8726e21a.th"))) await writer.CommitAsync();
        HealthCheck found = await ExamineAsync(true);
        Assert.Equal(HealthStatus.Degraded, found.Status);
        Assert.Contains("Files of htdemucs lie on the shelf without the record", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WarmUp_OfWhatIsNotInstalled_IsAnError()
    {
        HealthCheck found = await ExamineAsync(false, "htdemucs");
        Assert.Equal(HealthStatus.Unhealthy, found.Status);
        Assert.Contains("Engines:WarmUp is 'htdemucs', which is not installed", found.Message, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await ExamineAsync(false, "spectral")).Status);
    }

    Task<HealthCheck> ExamineAsync(bool withShelf, string? warmUp = null)
    {
        BlobModelShelf? shelf = withShelf ? new(blobs, scratch.FullName, new TestClock()) : null;
        var models = new ModelStore(scratch.FullName, shelf);
        return new ModelExamination(models, new SeparatorRegistry(models, new()), Options.Create(new EngineOptions { WarmUp = warmUp }), shelf).ExamineAsync(default);
    }
}
