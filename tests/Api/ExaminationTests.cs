using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Tests;

/// <summary>What a server in service is examined for.</summary>
public sealed class ExaminationTests
{
    [Fact]
    public async Task Inboxes_FileThatNobodyTakes_IsToldAfterTenMinutes()
    {
        using var host = new TestHost();
        var examination = new InboxExamination(host.Blobs, host.Get<InboxDesk>(), host.Clock);
        Assert.Equal(HealthStatus.Healthy, (await examination.ExamineAsync(default)).Status);
        await using (BlobWriter writer = await host.Blobs.CreateAsync(new(Containers.Uploads, "separate/song.wav"))) await writer.CommitAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(HealthStatus.Healthy, (await examination.ExamineAsync(default)).Status);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        HealthCheck found = await examination.ExamineAsync(default);
        Assert.Equal(HealthStatus.Degraded, found.Status);
        Assert.Contains("uploads/separate/song.wav", found.Message, StringComparison.Ordinal);
        Assert.Contains("no event of it ever came", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inboxes_FileThatWasBegunWith_IsToldApartFromOneThatNobodyHeardOf()
    {
        using var host = new TestHost();
        await using (BlobWriter writer = await host.Blobs.CreateAsync(new(Containers.Uploads, "separate/song.wav"))) await writer.CommitAsync();
        // The claim is the first row that is written; then the process dies.
        host.Rows.WritesLeft = 1;
        await Assert.ThrowsAnyAsync<Exception>(() => host.Get<InboxDesk>().TakeAsync(Inboxes.Separate, "song.wav"));
        host.Rows.WritesLeft = int.MaxValue;
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        HealthCheck found = await new InboxExamination(host.Blobs, host.Get<InboxDesk>(), host.Clock).ExamineAsync(default);
        Assert.Equal(HealthStatus.Degraded, found.Status);
        Assert.Contains("it was begun with and not ended", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no event", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GpuWorkers_NoneAlive_TellsWhatJobsDo_OneWithoutTheModel_WhatItLacks()
    {
        using var host = new TestHost(settings: [("Gpu:Workers", "remote"), (EngineSwitches.DemucsSetting, "1")]);
        var examination = new GpuExamination(host.Get<GpuFinder>(), host.Get<GpuNodes>(), host.Get<SeparatorRegistry>(), host.Get<EngineRegistry>());
        HealthCheck none = await examination.ExamineAsync(default);
        Assert.Equal(HealthStatus.Degraded, none.Status);
        Assert.Contains("waits 5 minutes, then the CPU takes it", none.Message, StringComparison.Ordinal);

        await SayAsync(host, "htdemucs_ft");
        HealthCheck lacks = await examination.ExamineAsync(default);
        Assert.Equal(HealthStatus.Degraded, lacks.Status);
        Assert.Contains("None of them has htdemucs, htdemucs_6s", lacks.Message, StringComparison.Ordinal);

        await SayAsync(host, "htdemucs_ft", "htdemucs", "htdemucs_6s");
        HealthCheck well = await examination.ExamineAsync(default);
        Assert.Equal((HealthStatus.Healthy, "1 worker is alive. Large."), (well.Status, well.Message));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("The last one spoke at", (await examination.ExamineAsync(default)).Message, StringComparison.Ordinal);
    }

    static Task SayAsync(TestHost host, params string[] models)
    {
        DateTime now = host.Clock.GetUtcNow().UtcDateTime;
        return host.Get<GpuNodes>().SayAsync(new("first", "machine", now, now, new(true, [new GpuFacts("Large", 80_000, 79_000)], null), models, "1"));
    }
}
