using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class OwnerStreamTests : IDisposable
{
    readonly TestHost host = new();

    OpenJobs Open => new(host.Catalog);

    public void Dispose() => host.Dispose();

    [Fact]
    [Trait("Requirement", "D-25")]
    public async Task Job_FromAcceptanceToEnd_IsToldToItsOwnerOnce()
    {
        Job job = await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        IReadOnlyList<LoggedEvent> own = await host.Events.ReadAsync(job.JobId, 0, 1000), owners = await host.Events.ReadAsync(JobStreams.Of(Caller.OwnerId), 0, 1000);
        Assert.Equal(own.Select(logged => (logged.Type, logged.Data.GetRawText())), owners.Select(logged => (logged.Type, logged.Data.GetRawText())));
        await host.Ledger.AnnounceEndAsync((await host.Ledger.FindAsync(job.JobId))!);
        Assert.Equal(owners.Count, (await host.Events.ReadAsync(JobStreams.Of(Caller.OwnerId), 0, 1000)).Count);
        JobStatus[] told = [.. (await host.Events.ReadAsync(JobStreams.All, 0, 1000)).Select(logged => Payload.Read<JobUpdate>(logged.Data).Status)];
        Assert.Equal([JobStatus.Pending, JobStatus.Processing, JobStatus.Finalizing, JobStatus.Completed], told);
    }

    [Fact]
    public async Task Open_JobThatEnded_IsListedNoMore()
    {
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync();
        Assert.Equal(2, await Open.ListAsync(Caller.OwnerId).CountAsync());
        await host.Desk.CancelAsync(second.JobId, Caller.Owner, force: false);
        Assert.Equal([first.JobId], await Open.ListAsync(Caller.OwnerId).Select(entry => entry.JobId).ToListAsync());
        await host.Orchestrator.RunAllAsync();
        Assert.Empty(await Open.ListAsync(Caller.OwnerId).ToListAsync());
    }

    [Fact]
    public async Task Overview_WhatACrashLeft_IsPassedOverAndRemoved()
    {
        Job running = await host.SubmitAsync(), never = host.Desk.Draft(JobKind.Export, "", "cpu", JobTerms.Local, (_, _) => 0);
        await Open.AddAsync(never);
        var overview = new JobOverview(Open, host.Events, host.Ledger);
        Assert.Equal([running.JobId], (await overview.ReadAsync(Caller.OwnerId)).Jobs.Select(job => job.JobId));
        Assert.Equal(2, await Open.ListAsync(Caller.OwnerId).CountAsync());
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([running.JobId], (await overview.ReadAsync(null)).Jobs.Select(job => job.JobId));
        Assert.Equal(1, await Open.ListAsync(Caller.OwnerId).CountAsync());
    }

    [Fact]
    public async Task Overview_EndedJobs_StayTenMinutes()
    {
        Job job = await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        var overview = new JobOverview(Open, host.Events, host.Ledger);
        Assert.Equal(JobStatus.Completed, Assert.Single((await overview.ReadAsync(Caller.OwnerId)).Jobs).Status);
        Assert.Empty((await overview.ReadAsync("key_other")).Jobs);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty((await overview.ReadAsync(job.Owner)).Jobs);
    }

    [Fact]
    public async Task Retention_TrimsByAgeAndByNumber()
    {
        var retention = new EventRetention(host.Events, Open, host.Clock);
        string stream = JobStreams.Of(Caller.OwnerId);
        await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        long old = (await host.Events.RangeAsync(stream)).Last;
        host.Clock.Advance(TimeSpan.FromDays(7) + TimeSpan.FromMinutes(1));
        await host.SubmitAsync();
        await retention.TrimAsync();
        Assert.Equal(old + 1, (await host.Events.RangeAsync(stream)).First);

        await host.Orchestrator.RunAllAsync();
        host.Clock.Advance(TimeSpan.FromDays(8));
        await retention.TrimAsync();
        EventRange kept = await host.Events.RangeAsync(stream);
        Assert.Equal(kept.Last, kept.First);
    }
}
