using Azure.Core;
using Azure.Core.Pipeline;
using DgxMusic.Azure.Tests.Stores;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Tests.Durable;

/// <summary>A store that goes away while a job runs, for longer than a request is tried again: the step is tried again, and the job completes.</summary>
[NeedsStorage]
public sealed class OutageTests : IAsyncLifetime
{
    readonly Outage outage = new();
    Storage storage = null!;
    DurableStory durable = null!;

    public async Task InitializeAsync()
    {
        storage = new(client => (client.Transport, client.Retry.MaxRetries) = (outage, 0));
        durable = await DurableStory.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await durable.DisposeAsync();
        await storage.DisposeAsync();
    }

    [Fact]
    public async Task Job_WhoseStoreIsAwayForAWhile_WaitsForItAndCompletes()
    {
        using var host = new TestHost(services =>
        {
            durable.Add(services);
            services.AddSingleton<IBlobStore>(storage.Store);
        });
        outage.FailWrites(1);
        Job job = await StoryTests.EndAsync(host, await host.SubmitAsync());
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Equal(["GenerateAudio/1"], job.Retries.Select(name => name.Split(':')[0]));
    }

    /// <summary>The way to the account, which is cut for some requests that write.</summary>
    sealed class Outage : HttpPipelineTransport
    {
        readonly HttpClientTransport way = new();
        int failing;

        public void FailWrites(int count) => Volatile.Write(ref failing, count);

        public override Request CreateRequest() => way.CreateRequest();

        public override void Process(HttpMessage message)
        {
            Cut(message);
            way.Process(message);
        }

        public override ValueTask ProcessAsync(HttpMessage message)
        {
            Cut(message);
            return way.ProcessAsync(message);
        }

        void Cut(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Put && Interlocked.Decrement(ref failing) >= 0) throw new HttpRequestException("Nobody listens.");
        }
    }
}
