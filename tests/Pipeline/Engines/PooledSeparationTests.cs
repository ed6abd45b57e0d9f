using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Engines;

/// <summary>What jobs have of it that separators are kept, measured and told apart from their faults.</summary>
public sealed class PooledSeparationTests : IDisposable
{
    const double SecondsAWindow = 3, SongSeconds = 4;
    const int Windows = 40;

    readonly FakeSeparator separator = new("one");
    readonly TestHost host;
    int groups;

    public PooledSeparationTests()
    {
        host = new(services => services.AddSingleton<ISourceSeparator>(separator));
        separator.WhileHearing = (_, _) => host.Clock.Advance(TimeSpan.FromSeconds(SecondsAWindow));
        host.Orchestrator.BeforeActivity = name =>
        {
            if (name.StartsWith(nameof(SeparateSegments), StringComparison.Ordinal)) groups++;
            return Task.CompletedTask;
        };
    }

    public void Dispose() => host.Dispose();

    [Fact]
    [Trait("Requirement", "D-49")]
    [Trait("Requirement", "D-51")]
    public async Task Separations_OneAfterTheOther_LoadOnceAndAreCutAsTheFirstWasFast()
    {
        Assert.Equal(JobStatus.Completed, (await SeparateAsync()).Status);
        Assert.Equal((1, Windows), (groups, separator.Opened[0].Runs));
        Assert.Equal(new Tuning(0, SecondsAWindow), await host.Get<TuningStore>().FindAsync(separator.Facts, onCpu: true));
        Assert.Equal(JobStatus.Completed, (await SeparateAsync()).Status);
        // Ten windows of three seconds fit half a minute.
        Assert.Equal((5, 2 * Windows), (groups, Assert.Single(separator.Opened).Runs));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await host.SweepAsync();
        Assert.Equal(0, separator.Open);
    }

    [Fact]
    [Trait("Requirement", "D-11")]
    public async Task Separation_ModelThatDoesNotLoad_FailsOnceAndMayBeAskedForAgain()
    {
        separator.Fault = new IOException("Input/output error.");
        Job failed = await SeparateAsync();
        Assert.Equal((JobStatus.Failed, "MODEL_INIT_FAILED", 0), (failed.Status, failed.ErrorCode, failed.Retries.Count));
        Assert.Contains("one could not be loaded: Input/output error. The same request may succeed later", failed.ErrorMessage, StringComparison.Ordinal);
        separator.Fault = null;
        Assert.Equal(JobStatus.Completed, (await SeparateAsync()).Status);
        Assert.Single(separator.Opened);
    }

    async Task<Job> SeparateAsync()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        byte[] song = Waves.Sine(SongSeconds);
        UploadRow row = await host.Get<UploadReceiver>().ReceiveAsync(Caller.OwnerId, "song.wav", target => target.WriteAsync(song).AsTask());
        Upload upload = await host.Get<UploadDesk>().FindAsync(JobKind.Separation, row.UploadId, Caller.Owner);
        Job job = await host.Get<SeparationDesk>().SubmitAsync(upload, new() { Model = "one" }, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        return await host.ReadAsync(job);
    }
}
