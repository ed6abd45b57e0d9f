using System.Globalization;
using DgxMusic.Azure.Gpu;
using DgxMusic.Azure.Stores;
using DgxMusic.Azure.Tests.Stores;
using DgxMusic.Pipeline.Gpu;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Tests.Gpu;

/// <summary>The queue by which jobs ask for GPU workers.</summary>
[NeedsStorage]
public sealed class WakeQueueTests : IAsyncLifetime
{
    readonly Storage storage = new();
    readonly HttpClient http = new();
    QueueAddress address = null!;

    public Task InitializeAsync()
    {
        address = QueueAddress.Of(storage.Options)!;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        using HttpResponseMessage gone = await http.DeleteAsync($"{address.Queue}?{address.Signature}");
        http.Dispose();
        await storage.DisposeAsync();
    }

    [Fact]
    public async Task Wake_AskedOften_LeavesOneMessage_UntilAWorkerTakesIt()
    {
        var queue = new WakeQueue(http, address);
        for (int n = 0; n < 5; n++) await queue.WakeAsync();
        Assert.Equal(1, await CountAsync());
        await queue.ClearAsync();
        Assert.Equal(0, await CountAsync());
        await queue.WakeAsync();
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Clear_LeavesTheMessagesOfWorkersThatWork()
    {
        var queue = new WakeQueue(http, address);
        await queue.WakeAsync();
        await queue.HoldAsync(TimeSpan.FromMinutes(1));
        await queue.HoldAsync(TimeSpan.FromMinutes(1));
        await queue.ClearAsync();
        Assert.Equal(2, await CountAsync());
        // Who works is there: nobody else has to be asked for.
        await queue.WakeAsync();
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Try_LeavesNothing()
    {
        await new WakeQueue(http, address).TryAsync(default);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public Task Clear_QueueThatIsNotThere_IsNoFault() => new WakeQueue(http, address).ClearAsync();

    [Fact]
    public void Stores_WithAQueue_WakeByIt_AndWithoutOneByNobody()
    {
        Assert.IsType<WakeQueue>(Waker($"{Storage.ConnectionString}"));
        Assert.Null(Waker("AccountName=a;AccountKey=Zm9v;BlobEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a"));
    }

    static IGpuWaker? Waker(string connection)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:ConnectionString", connection)]).Build();
        return new ServiceCollection().AddAzureStores(configuration).BuildServiceProvider().GetService<IGpuWaker>();
    }

    async Task<int> CountAsync()
    {
        using HttpResponseMessage answer = await http.GetAsync($"{address.Queue}?comp=metadata&{address.Signature}");
        answer.EnsureSuccessStatusCode();
        return int.Parse(answer.Headers.GetValues("x-ms-approximate-messages-count").Single(), CultureInfo.InvariantCulture);
    }
}
