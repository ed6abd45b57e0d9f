using System.Buffers.Binary;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

/// <summary>What tests of live sessions do alike.</summary>
static class LiveRig
{
    public const int RateHz = 8_000;

    public static TestHost Host(TestHost? dead = null, Action<IServiceCollection>? add = null, params (string Name, string Value)[] settings)
    {
        var host = new TestHost(add ?? (_ => { }), dead: dead, settings: [("DGX_MUSIC_DEMUCS_MOCK", "1"), .. settings]);
        // Waits last until something comes; idling is a test of its own.
        host.Orchestrator.DuringTimer = delay => delay > TimeSpan.FromSeconds(10) ? new TaskCompletionSource().Task : Task.CompletedTask;
        return host;
    }

    public static Task<LiveSession> OpenAsync(TestHost host, string model, int channels = 2, PcmFormat format = PcmFormat.Float32)
    {
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        return host.Get<LiveDesk>().OpenAsync(new(model, RateHz, channels, ["all"], format), JobTerms.Local);
    }

    public static Task<LiveSession> ReadAsync(TestHost host, LiveSession session) => host.Get<LiveDesk>().FindAsync(session.Job.JobId, Caller.Owner);

    /// <summary>Pulls as much as there is, after what there is already.</summary>
    public static async Task<LivePull> PullAsync(TestHost host, LiveSession session, string track, List<byte> to)
    {
        LivePull pull;
        do
        {
            pull = await host.Get<LiveReader>().PullAsync(session, track, to.Count / session.Facts.FrameBytes, TimeSpan.Zero);
            to.AddRange(pull.Audio);
        }
        while (pull.Frames > 0 && !pull.IsEnd);
        return pull;
    }

    /// <summary>A whole session.</summary>
    /// <returns>Its tracks, one after the other.</returns>
    public static async Task<byte[]> PlayAsync(byte[] audio, int[] chunks, Action<TestHost> before)
    {
        using TestHost host = Host();
        LiveSession session = await OpenAsync(host, "spectral");
        before(host);
        return await PlayAsync(host, session, audio, chunks);
    }

    public static async Task<byte[]> PlayAsync(TestHost host, LiveSession session, byte[] audio, int[] chunks, Func<TestHost, string, Task>? between = null)
    {
        await host.Orchestrator.RunAllAsync();
        for (int at = 0, n = 0; at < audio.Length / 8; at += chunks[n++ % chunks.Length])
        {
            int count = Math.Min(chunks[n % chunks.Length], (audio.Length / 8) - at);
            await host.Get<LiveDesk>().PushAsync(await ReadAsync(host, session), at, audio.AsMemory(at * 8, count * 8));
            await host.Orchestrator.RunAllAsync();
            if (between is not null) await between(host, session.Job.JobId);
        }

        await host.Get<LiveDesk>().CloseAsync(await ReadAsync(host, session));
        await host.Orchestrator.RunAllAsync();
        List<byte> all = [];
        foreach (string track in session.Facts.Tracks)
        {
            List<byte> pulled = [];
            Assert.True((await PullAsync(host, session, track, pulled)).IsEnd, (await host.ReadAsync(session.Job)).ErrorMessage);
            all.AddRange(pulled);
        }

        Assert.Equal(session.Facts.Tracks.Count * audio.Length, all.Count);
        return [.. all];
    }

    /// <summary>Lets a minute pass without a push.</summary>
    public static async Task<LiveEnd?> IdleAsync(TestHost host, LiveSession session)
    {
        // The wait of the orchestration cannot be hurried: another takes up the session, and its waits pass at once.
        using var next = new TestHost(dead: host, settings: [("DGX_MUSIC_DEMUCS_MOCK", "1")]);
        List<TimeSpan> waited = [];
        next.Orchestrator.DuringTimer = delay => { waited.Add(delay); next.Clock.Advance(delay); return Task.CompletedTask; };
        await next.Orchestrator.RunAllAsync();
        Assert.InRange(Assert.Single(waited).TotalSeconds, 59, 61);
        return (await ReadAsync(next, session)).State!.End;
    }

    public static byte[] Samples(PcmFormat format, int channels, int frames)
    {
        float[] samples = [.. Enumerable.Range(0, frames * channels).Select(n => (float)((0.4 * Math.Sin(n / channels * (0.05 + (0.03 * (n % channels))))) + (0.2 * Math.Sin(n * n * 1e-5))))];
        return PcmFrames.Encode(samples, format);
    }

    public static float[] Floats(byte[] audio, PcmFormat format) =>
        [.. Enumerable.Range(0, audio.Length / PcmFrames.SampleBytes(format)).Select(n => Float(audio.AsSpan(n * PcmFrames.SampleBytes(format)), format))];

    public static float Float(ReadOnlySpan<byte> bytes, PcmFormat format) =>
        format == PcmFormat.Int16 ? BinaryPrimitives.ReadInt16LittleEndian(bytes) / 32_768f : BinaryPrimitives.ReadSingleLittleEndian(bytes);
}
