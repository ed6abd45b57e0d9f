using System.Buffers.Binary;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.DependencyInjection;
using static DgxMusic.Pipeline.Tests.Orchestrations.LiveRig;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

/// <summary>Live sessions on memory storage and a clock that the test moves.</summary>
[Trait("Requirement", "D-42")]
public sealed class LiveSessionTests
{
    [Theory]
    [InlineData("spectral", 2, PcmFormat.Float32, new[] { 8_000 })]
    [InlineData("spectral", 2, PcmFormat.Float32, new[] { 1_001, 13, 30_000 })]
    [InlineData("spectral", 1, PcmFormat.Float32, new[] { 4_999 })]
    [InlineData("htdemucs", 2, PcmFormat.Float32, new[] { 7_777, 1 })]
    [InlineData("htdemucs", 1, PcmFormat.Int16, new[] { 5_000 })]
    public async Task Pull_WhileItIsPushed_GivesStemsThatAddUpAndNoLaterThanStated(string model, int channels, PcmFormat format, int[] chunks)
    {
        using TestHost host = Host();
        LiveDesk desk = host.Get<LiveDesk>();
        byte[] audio = Samples(format, channels, 5 * RateHz);
        LiveSession session = await OpenAsync(host, model, channels, format);
        LiveFacts facts = session.Facts;
        int frames = audio.Length / facts.FrameBytes, at = 0;
        var pulled = facts.Tracks.ToDictionary(track => track, _ => new List<byte>());
        for (int n = 0; at < frames; n++)
        {
            int count = Math.Min(chunks[n % chunks.Length], frames - at);
            await desk.PushAsync(await ReadAsync(host, session), at, audio.AsMemory(at * facts.FrameBytes, count * facts.FrameBytes));
            at += count;
            await host.Orchestrator.RunAllAsync();
            LiveState state = (await ReadAsync(host, session)).State!;
            Assert.Equal(at, state.Received);
            Assert.InRange(state.Received - state.Finished, 0, facts.Grid.LatencyFrames - 1);
            foreach (string track in facts.Tracks) await PullAsync(host, session, track, pulled[track]);
        }

        await desk.CloseAsync(await ReadAsync(host, session));
        await host.Orchestrator.RunAllAsync();
        foreach (string track in facts.Tracks) Assert.True((await PullAsync(host, session, track, pulled[track])).IsEnd);

        Job job = await host.ReadAsync(session.Job);
        Assert.Equal((JobStatus.Completed, null), (job.Status, job.ErrorMessage));
        Assert.Equal(frames, Payload.Read<LiveResult>(job.Result!.Value).Frames);
        Assert.All(pulled.Values, track => Assert.Equal(audio.Length, track.Count));
        float[] mix = Floats(audio, format), sum = [.. mix.Select((_, n) => facts.Tracks.Sum(track => Float([.. pulled[track].Skip(n * (format == PcmFormat.Int16 ? 2 : 4)).Take(4)], format)))];

        // In float32 half a step of the last stem; in 16 bits each of four stems is rounded.
        double bound = format == PcmFormat.Int16 ? 4 * 0.5 / 32_768 : 1e-6;
        Assert.InRange(mix.Zip(sum, (a, b) => Math.Abs(a - b)).Max(), 0, bound);
    }

    [Fact]
    public async Task Push_InOtherChunksOrInterruptedOrLost_GivesTheSameBytes()
    {
        byte[] audio = Samples(PcmFormat.Float32, 2, 6 * RateHz);
        byte[] whole = await PlayAsync(audio, [10 * RateHz], _ => { });
        Assert.Equal(whole, await PlayAsync(audio, [777, 20_000], _ => { }));
        Assert.Equal(whole, await PlayAsync(audio, [9_000], host => host.Orchestrator.LoseResultOnce["SeparateSteps"] = true));
        Assert.Equal(whole, await PlayAsync(audio, [9_000], host => host.Orchestrator.FailNext("SeparateSteps", new IOException("the device is away"))));
        Assert.Equal(whole, await PlayAsync(audio, [9_000], host => host.Orchestrator.LoseResultOnce["HearSession"] = true));
    }

    /// <summary>With windows that overlap and statistics that run: what one step hands to the next comes and goes, and changes nothing.</summary>
    [Fact]
    public async Task Push_ToAWindowedModel_GivesTheSameBytesWhateverIsLostBetweenSteps()
    {
        byte[] audio = Samples(PcmFormat.Float32, 2, 20_000);
        for (int n = 0; n < audio.Length / 2; n += 4) BinaryPrimitives.WriteSingleLittleEndian(audio.AsSpan(n), 0.01f * Float(audio.AsSpan(n), PcmFormat.Float32));
        byte[] whole = await PlayWindowsAsync([20_000], (_, _) => Task.CompletedTask);
        Assert.Equal(whole, await PlayWindowsAsync([333, 4_000], (_, _) => Task.CompletedTask));
        Assert.Equal(whole, await PlayWindowsAsync([1_999], (host, _) => Task.FromResult(host.Orchestrator.LoseResultOnce["SeparateSteps"] = true)));
        int lost = 0;
        Assert.Equal(whole, await PlayWindowsAsync([1_999], async (host, id) =>
        {
            foreach (string name in host.Blobs.Names.Where(name => name.EndsWith(".tail", StringComparison.Ordinal)).ToArray()) lost += await host.Blobs.DeleteAsync(BlobRef.Parse(name)) ? 1 : 0;
        }));
        Assert.InRange(lost, 5, 30);

        float[] stems = Floats(whole, PcmFormat.Float32), mix = Floats(audio, PcmFormat.Float32);
        Assert.InRange(Enumerable.Range(0, mix.Length).Max(n => Math.Abs(mix[n] - stems[n] - stems[mix.Length + n])), 0, 1e-6);

        async Task<byte[]> PlayWindowsAsync(int[] chunks, Func<TestHost, string, Task> between)
        {
            using TestHost host = Host(null, services => services.AddSingleton<ISourceSeparator, WindowedSeparator>());
            LiveSession session = await OpenAsync(host, WindowedSeparator.Name);
            return await PlayAsync(host, session, audio, chunks, between);
        }
    }

    [Fact]
    public async Task Push_Again_IsTheSameAnswerAndAnotherIsRefusedNamingTheOffset()
    {
        using TestHost host = Host();
        LiveDesk desk = host.Get<LiveDesk>();
        LiveSession session = await OpenAsync(host, "spectral");
        byte[] audio = Samples(PcmFormat.Float32, 2, 3_000);
        LiveChunk first = await desk.PushAsync(session, 0, audio.AsMemory(0, 8_000));
        LiveChunk second = await desk.PushAsync(await ReadAsync(host, session), 1_000, audio.AsMemory(8_000, 8_000));
        LiveSession now = await ReadAsync(host, session);

        Assert.Equal(first, await desk.PushAsync(now, 0, audio.AsMemory(0, 8_000)));
        Assert.Equal(second, await desk.PushAsync(now, 1_000, audio.AsMemory(8_000, 8_000)));
        Assert.Equal(2_000, (await ReadAsync(host, session)).State!.Received);
        foreach ((long offset, int from, int bytes) in new[] { (0L, 8, 8_000), (0L, 0, 16_000), (500L, 4_000, 8_000), (2_001L, 0, 800), (1_000L, 8_000, 7_992) })
        {
            PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => desk.PushAsync(now, offset, audio.AsMemory(from, bytes)));
            Assert.Equal((Problem.SessionOffset, "2000"), (refusal.Problem, refusal.Details["expected_offset"]));
        }
    }

    /// <summary>The process dies between each two writes of a push in turn; the push is repeated to the next process.</summary>
    [Fact]
    public async Task Push_WhateverDiesInBetween_CanBeRepeated()
    {
        byte[] audio = Samples(PcmFormat.Float32, 2, 4 * RateHz);
        byte[] whole = await PlayAsync(audio, [RateHz], _ => { });
        int deaths = 0;
        for (int writes = 0; ; writes++)
        {
            using TestHost host = Host();
            LiveSession session = await OpenAsync(host, "spectral");
            host.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await host.Get<LiveDesk>().PushAsync(session, 0, audio.AsMemory(0, RateHz * 8));
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                died = true;
            }

            using TestHost next = Host(host);
            Assert.Equal(whole, await PlayAsync(next, session, audio, [RateHz]));
            if (!died) break;
            deaths++;
        }

        Assert.InRange(deaths, 2, 20);
    }

    [Fact]
    public async Task Push_WhoseNewsDidNotArrive_TellsItWhenItIsRepeated()
    {
        using TestHost host = Host();
        LiveSession session = await OpenAsync(host, "spectral");
        await host.Orchestrator.RunAllAsync();
        byte[] audio = Samples(PcmFormat.Float32, 2, 2 * RateHz);
        host.Orchestrator.RefuseEvents = 1;
        await Assert.ThrowsAsync<IOException>(() => host.Get<LiveDesk>().PushAsync(session, 0, audio));
        await host.Get<LiveDesk>().PushAsync(await ReadAsync(host, session), 0, audio);
        await host.Orchestrator.RunAllAsync();
        Assert.InRange((await ReadAsync(host, session)).State!.Finished, 1, 2 * RateHz);
    }

    [Fact]
    public async Task Session_WithoutPushes_EndsByItselfAndItsAudioGoesInTime()
    {
        using TestHost host = Host();
        LiveSession session = await OpenAsync(host, "htdemucs");
        byte[] audio = Samples(PcmFormat.Float32, 2, 2 * RateHz);
        await host.Get<LiveDesk>().PushAsync(session, 0, audio);
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(LiveEnd.Idle, await IdleAsync(host, session));

        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(async () => await host.Get<LiveDesk>().PushAsync(await ReadAsync(host, session), 2 * RateHz, audio));
        Assert.Equal(Problem.SessionEnded, refusal.Problem);
        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(session.Job)).Status);

        // What was pushed can still be pulled, for an hour.
        host.Clock.Advance(TimeSpan.FromMinutes(59));
        await host.SweepAsync();
        Assert.Equal(audio.Length, (await PullAsync(host, session, "vocals", [])).Audio.Length);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.SweepAsync();
        Assert.Equal(Problem.FilePurged, (await Assert.ThrowsAsync<PipelineException>(() => PullAsync(host, session, "vocals", []))).Problem);
        Assert.Empty(host.Blobs.Names);
        Assert.True((await host.ReadAsync(session.Job)).Purged);
        Assert.Empty(await host.Catalog.QueryAsync("live", "sessions", null, 10));
        Assert.Empty(await host.Catalog.QueryAsync("live", $"{session.Job.JobId}:in", null, 10));
    }

    [Fact]
    public async Task Remove_OfARunningSession_CancelsItAndLeavesNothing()
    {
        using TestHost host = Host();
        LiveDesk desk = host.Get<LiveDesk>();
        LiveSession session = await OpenAsync(host, "spectral");
        await desk.PushAsync(session, 0, Samples(PcmFormat.Float32, 2, 3 * RateHz));
        await host.Orchestrator.RunAllAsync();
        await desk.RemoveAsync(await ReadAsync(host, session), Caller.Owner);
        await host.Orchestrator.RunAllAsync();

        Assert.Equal(JobStatus.Cancelled, (await host.ReadAsync(session.Job)).Status);
        Assert.Empty(host.Blobs.Names);
        Assert.Equal(Problem.FilePurged, (await Assert.ThrowsAsync<PipelineException>(() => PullAsync(host, session, "vocals", []))).Problem);
        await host.SweepAsync();
        Assert.Empty(await host.Catalog.QueryAsync("live", "sessions", null, 10));
    }

    [Fact]
    public async Task Push_FasterThanTheWork_IsRefusedUntilItHasCaughtUp()
    {
        using TestHost host = Host(settings: [("Live:MostBacklogSeconds", "20")]);
        LiveDesk desk = host.Get<LiveDesk>();
        LiveSession session = await OpenAsync(host, "spectral");
        byte[] audio = Samples(PcmFormat.Float32, 2, 15 * RateHz);
        await desk.PushAsync(session, 0, audio);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(async () => await desk.PushAsync(await ReadAsync(host, session), 15 * RateHz, audio));
        Assert.Equal(Problem.SessionBehind, refusal.Problem);
        Assert.True(refusal.Details.ContainsKey(RetryHint.Detail));
        await host.Orchestrator.RunAllAsync();
        await desk.PushAsync(await ReadAsync(host, session), 15 * RateHz, audio);
    }

    [Fact]
    public async Task Push_BeyondTheLongestSession_IsRefused()
    {
        using TestHost host = Host(settings: [("Live:MostMinutes", "0.1")]);
        LiveSession session = await OpenAsync(host, "spectral");
        await host.Get<LiveDesk>().PushAsync(session, 0, Samples(PcmFormat.Float32, 2, 6 * RateHz));
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(async () => await host.Get<LiveDesk>().PushAsync(await ReadAsync(host, session), 6 * RateHz, new byte[8]));
        Assert.Equal(Problem.TrackTooLong, refusal.Problem);
    }

    [Fact]
    public async Task Open_MoreThanACallerMayHave_IsRefusedUntilOneIsClosed()
    {
        using TestHost host = Host(settings: [("Live:SessionsPerCaller", "2")]);
        LiveSession first = await OpenAsync(host, "spectral");
        await OpenAsync(host, "spectral");
        Assert.Equal(Problem.SessionLimit, (await Assert.ThrowsAsync<PipelineException>(() => OpenAsync(host, "spectral"))).Problem);
        await host.Get<LiveDesk>().CloseAsync(first);
        await OpenAsync(host, "spectral");
    }

    [Fact]
    public async Task Open_WhileAnotherJobHasTheOnlyPlace_RunsAllTheSame()
    {
        using TestHost host = Host();
        Job waiting = await host.SubmitAsync();
        LiveSession session = await OpenAsync(host, "spectral");
        Assert.Equal(JobStatus.Processing, session.Job.Status);
        Assert.Equal(JobStatus.Processing, (await host.ReadAsync(waiting)).Status);
        Assert.Single(await host.Queue.HoldersAsync());
        await host.Get<LiveDesk>().PushAsync(session, 0, Samples(PcmFormat.Float32, 2, 4 * RateHz));
        await host.Orchestrator.RunAllAsync();
        Assert.InRange((await ReadAsync(host, session)).State!.Finished, 1, long.MaxValue);
    }

    [Fact]
    public async Task Push_ManySmallChunks_WakesTheWorkOncePerStepOnly()
    {
        using TestHost host = Host();
        LiveDesk desk = host.Get<LiveDesk>();
        LiveSession session = await OpenAsync(host, "spectral");
        byte[] audio = Samples(PcmFormat.Float32, 2, 4 * RateHz);
        for (int at = 0; at < 4 * RateHz; at += 80)
        {
            await desk.PushAsync(await ReadAsync(host, session), at, audio.AsMemory(at * 8, 640));
            await host.Orchestrator.RunAllAsync();
        }

        int steps = 4 * RateHz / session.Facts.Grid.StepFrames;
        Assert.Equal(steps, host.Orchestrator.Ran.Count(name => name == "SeparateSteps"));
        Assert.Equal(1 + (2 * steps), host.Orchestrator.Ran.Count(name => name == "HearSession"));
    }
}
