using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DgxMusic.Api.Events;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DgxMusic.Api.Tests.Events;

/// <summary>The event routes over memory stores and a clock that the test moves.</summary>
sealed class EventRig : IDisposable
{
    readonly ServiceProvider services = new ServiceCollection().AddLogging().BuildServiceProvider();

    public EventRig()
    {
        Log = new(Host.Events);
        Hub = new(Log, Clock, NullLogger<EventHub>.Instance);
        Streams = new(Host.Ledger, Host.Queue, new(new(Host.Catalog), Log, Host.Ledger), Log, new(Hub, Log, Clock));
    }

    public TestHost Host { get; } = new(maxConcurrentJobs: 64);

    public ManualClock Clock { get; } = new();

    public CountingLog Log { get; }

    public EventHub Hub { get; }

    public JobEventStream Streams { get; }

    /// <summary>A job that is nobody's but the test's: no queue looks after it.</summary>
    public async Task<Job> AddJobAsync(string owner = Caller.OwnerId)
    {
        Job job = Host.Desk.Draft(JobKind.Generation, "composer", "cpu", new(owner), (id, folder) => new Pipeline.Orchestrations.GenerationInput(id, folder, TestHost.Request(), 7, "composer"));
        Assert.True(await Host.Ledger.TryAddAsync(job));
        return job;
    }

    public Task ProgressAsync(Job job, int percent, string? key = null) => Host.Ledger.UpdateAsync(
        job.JobId, key ?? $"progress:{percent}", row => row with { Status = JobStatus.Processing, Progress = percent, StatusMessage = $"{key} {percent} %." });

    public Task EndAsync(Job job) => Host.Ledger.UpdateAsync(
        job.JobId, "end", row => row with { Status = JobStatus.Failed, CurrentStep = JobStep.Failed, ErrorCode = "INTERNAL", ErrorMessage = "Broke.", CompletedAt = Host.Ledger.UtcNow });

    public Client OpenJob(string jobId, long? last = null, Caller? caller = null) => Open(request => Streams.ReadAsync(request, jobId), last, caller, "");

    public Client OpenAll(long? last = null, Caller? caller = null, string query = "") => Open(Streams.ReadAllAsync, last, caller, query);

    public async Task<JsonElement> PollAsync(Func<HttpRequest, Task<IResult>> handler, string query, Caller? caller = null)
    {
        DefaultHttpContext http = NewRequest(caller, query);
        http.Request.Headers.Accept = "application/json";
        var body = new MemoryStream();
        http.Response.Body = body;
        await (await handler(http.Request)).ExecuteAsync(http);
        return JsonDocument.Parse(body.ToArray()).RootElement;
    }

    public Client Open(Func<HttpRequest, Task<IResult>> handler, long? last, Caller? caller, string query)
    {
        DefaultHttpContext http = NewRequest(caller, query);
        if (last is { } id) http.Request.Headers["Last-Event-ID"] = id.ToString(CultureInfo.InvariantCulture);
        return new(this, http, handler);
    }

    DefaultHttpContext NewRequest(Caller? caller, string query)
    {
        var http = new DefaultHttpContext { RequestServices = services };
        http.Request.QueryString = new(query);
        http.Features.Set(caller ?? Caller.Owner);
        return http;
    }

    public void Dispose()
    {
        Hub.Dispose();
        Host.Dispose();
        services.Dispose();
    }

    /// <summary>Somebody who listens.</summary>
    public sealed class Client
    {
        readonly EventRig rig;
        readonly Slow body = new();
        readonly CancellationTokenSource aborted = new();

        public Client(EventRig rig, DefaultHttpContext http, Func<HttpRequest, Task<IResult>> handler)
        {
            (this.rig, Http) = (rig, http);
            http.Response.Body = body;
            http.RequestAborted = aborted.Token;
            Ended = Task.Run(() => new Guarded(() => handler(http.Request)).ExecuteAsync(http));
        }

        public DefaultHttpContext Http { get; }

        public Task Ended { get; }

        public string Text => body.Text;

        public (long Id, string Type, JsonElement Data)[] Events => Parse(Text);

        /// <summary>Takes no more bytes until it does again.</summary>
        public void Stall() => body.Stall();

        public void Recover() => body.Recover();

        public void Leave() => aborted.Cancel();

        /// <summary>Lets time pass until it has heard something.</summary>
        public async Task<Client> UntilAsync(Func<Client, bool> heard)
        {
            await rig.PassUntilAsync(() => heard(this), () => Text);
            return this;
        }

        public Task UntilEndAsync() => UntilAsync(client => client.Ended.IsCompleted);
    }

    /// <summary>Moves the clock in small steps, with pauses for what that sets off.</summary>
    public async Task PassUntilAsync(Func<bool> reached, Func<string>? say = null)
    {
        var limit = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(20), say?.Invoke());
            Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(1);
        }
    }

    public static (long Id, string Type, JsonElement Data)[] Parse(string text) =>
    [
        .. text.Split("\n\n").Select(block => block.Split('\n')).Where(lines => lines.Length == 3)
            .Select(lines => (long.Parse(lines[0].AsSpan(4), CultureInfo.InvariantCulture), lines[1][7..], JsonDocument.Parse(lines[2][6..]).RootElement)),
    ];

    /// <summary>A connection whose other side may stop reading.</summary>
    sealed class Slow : MemoryStream
    {
        readonly Lock gate = new();
        readonly StringBuilder text = new();
        TaskCompletionSource open = new();

        public Slow() => open.SetResult();

        public string Text
        {
            get
            {
                lock (gate) return text.ToString();
            }
        }

        public void Stall() => open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Recover() => open.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await open.Task.WaitAsync(cancellationToken);
            lock (gate) text.Append(Encoding.UTF8.GetString(buffer.Span));
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => open.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>Counts who reads, and fails when told to.</summary>
sealed class CountingLog(IEventLog inner) : IEventLog
{
    int reads, faults;

    public int Reads => Volatile.Read(ref reads);

    public void FailReads(int times) => faults = times;

    public Task<bool> AppendAsync(string stream, string key, string type, JsonElement data, CancellationToken cancel = default) => inner.AppendAsync(stream, key, type, data, cancel);

    public Task<IReadOnlyList<LoggedEvent>> ReadAsync(string stream, long after, int limit, CancellationToken cancel = default)
    {
        Interlocked.Increment(ref reads);
        return Interlocked.Decrement(ref faults) >= 0 ? throw new IOException("the store is away") : inner.ReadAsync(stream, after, limit, cancel);
    }

    public Task<EventRange> RangeAsync(string stream, CancellationToken cancel = default) => inner.RangeAsync(stream, cancel);

    public Task TrimAsync(string stream, long upTo, CancellationToken cancel = default) => inner.TrimAsync(stream, upTo, cancel);

    public Task DeleteAsync(string stream, CancellationToken cancel = default) => inner.DeleteAsync(stream, cancel);
}
