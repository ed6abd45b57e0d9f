using System.Text.Json;
using System.Xml.Linq;
using DgxMusic.Azure.Durable;
using DgxMusic.Azure.Gpu;
using DgxMusic.Azure.Tests.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace DgxMusic.Azure.Tests.Gpu;

/// <summary>What a worker does with the messages that ask for one: it is counted by them, so one that works must not be without.</summary>
[NeedsStorage]
public sealed class WokenWorkerTests : IAsyncLifetime
{
    readonly Storage storage = new();
    readonly HttpClient http = new();
    readonly ManualClock clock = new();
    readonly IHost process = Host.CreateEmptyApplicationBuilder(null).Build();
    readonly TestHost host = new(services => services.AddGpuNode());
    QueueAddress address = null!;
    WakeQueue queue = null!;
    ActivityDrain activities = null!;
    WokenWorker worker = null!;

    public async Task InitializeAsync()
    {
        address = QueueAddress.Of(storage.Options)!;
        queue = new(http, address);
        activities = new(process.Services.GetRequiredService<IHostApplicationLifetime>());
        worker = new(queue, activities, host.Get<NodeHeartbeat>(), clock, NullLogger<WokenWorker>.Instance);
        await queue.WakeAsync();
    }

    public async Task DisposeAsync()
    {
        await worker.StopAsync(default);
        worker.Dispose();
        using HttpResponseMessage gone = await http.DeleteAsync($"{address.Queue}?{address.Signature}");
        foreach (IDisposable used in (IDisposable[])[http, host, process]) used.Dispose();
        await storage.DisposeAsync();
    }

    [Fact]
    public async Task Worker_WithoutWork_TakesTheMessageAndLeavesNone()
    {
        await worker.StartAsync(default);
        await UntilAsync(TextsAsync, texts => texts.Length == 0);
        await queue.WakeAsync();
        await TickAsync();
        await UntilAsync(TextsAsync, texts => texts.Length == 0);
    }

    [Fact]
    public async Task Worker_AtWork_LeavesOneOfItsOwnUntilItHasDoneNothingForAMinute()
    {
        var end = new TaskCompletionSource();
        Task<JsonElement> step = activities.RunAsync(new Waiting(end.Task), process.Services, default);
        await worker.StartAsync(default);
        await UntilAsync(TextsAsync, texts => texts is ["busy"]);

        // It has ended, and another was begun and ended since: still at work.
        end.SetResult();
        await step;
        await activities.RunAsync(new Waiting(Task.CompletedTask), process.Services, default);
        await TickAsync();
        await UntilAsync(TextsAsync, texts => texts is ["busy", "busy"]);

        // Nothing since: no more are put there, and those that are end by themselves.
        await TickAsync();
        await UntilAsync(TextsAsync, texts => texts.Length == 2);
        Assert.Equal(["busy", "busy"], await TextsAsync());
    }

    async Task TickAsync()
    {
        await UntilAsync(() => Task.FromResult(clock.Timers), timers => timers == 1);
        clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => Task.FromResult(clock.Timers), timers => timers == 1);
    }

    async Task<string[]> TextsAsync()
    {
        XDocument list = XDocument.Parse(await http.GetStringAsync($"{address.Queue}/messages?peekonly=true&numofmessages=32&{address.Signature}"));
        return [.. list.Descendants("MessageText").Select(text => text.Value)];
    }

    static async Task UntilAsync<T>(Func<Task<T>> read, Func<T, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo(await read())) await Task.Delay(20, patience.Token);
    }

    sealed class Waiting(Task end) : ActivityDefinition("Waiting", 1, Lane.Gpu, JobStep.Queued, Retry.None)
    {
        public override async Task<JsonElement> InvokeAsync(IServiceProvider services, JsonElement input, ActivityContext context)
        {
            await end;
            return default;
        }
    }
}
