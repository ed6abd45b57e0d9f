using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Tests.Contracts;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Storage;

/// <summary>The log on rows keeps the promises of every log, between two instances that meet at the rows only.</summary>
public sealed class CatalogEventLogContractTests : EventLogContract
{
    readonly TestClock clock = new();

    public CatalogEventLogContractTests()
    {
        var rows = new YieldingCatalog(new MemoryCatalog());
        (Log, Another) = (new CatalogEventLog(rows, clock), new CatalogEventLog(rows, clock));
    }

    protected override IEventLog Log { get; }

    protected override IEventLog Another { get; }
}

public sealed class CatalogEventLogTests
{
    /// <summary>More than any append, trim or deletion below takes.</summary>
    const int MostWrites = 200;

    readonly TestClock clock = new();
    readonly FailingCatalog rows = new(new MemoryCatalog());
    readonly CatalogEventLog log;

    public CatalogEventLogTests() => log = NewInstance();

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(37)]
    public async Task Append_WriterDiesBeforeAnyWrite_DeliveredAgainStandsOnce(int before)
    {
        for (int writes = 0; writes <= 3; writes++)
        {
            string stream = $"s{writes}";
            for (int n = 1; n <= before; n++) await SayAsync(log, stream, $"key{n}");
            await DieAsync(writes, instance => SayAsync(instance, stream, "dying"));
            Assert.InRange((await log.RangeAsync(stream)).Last, before, before + 1);
            await SayAsync(NewInstance(), stream, "dying");
            Assert.False(await SayAsync(NewInstance(), stream, "dying"));
            Assert.True(await SayAsync(log, stream, "next"));
            Assert.Equal([.. Keys(before), "dying", "next"], await HeardAsync(stream));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(37)]
    public async Task Append_WriterDiesAndOthersGoOn_TakesItsPlaceLater(int before)
    {
        for (int writes = 0; writes <= 3; writes++)
        {
            string stream = $"s{writes}";
            for (int n = 1; n <= before; n++) await SayAsync(log, stream, $"key{n}");
            await DieAsync(writes, instance => SayAsync(instance, stream, "dying"));
            bool wasSaid = (await log.RangeAsync(stream)).Last > before;
            Assert.True(await SayAsync(log, stream, "other"));
            // The redelivery dies as well, wherever that is possible.
            await DieAsync(1, instance => SayAsync(instance, stream, "dying"));
            await SayAsync(NewInstance(), stream, "dying");
            Assert.False(await SayAsync(log, stream, "dying"));
            Assert.Equal([.. Keys(before), .. (string[])(wasSaid ? ["dying", "other"] : ["other", "dying"])], await HeardAsync(stream));
        }
    }

    [Fact]
    public async Task Trim_DiesBeforeAnyWrite_IsFinishedByTheNext()
    {
        for (int writes = 0; writes < 2 * 20 + 2; writes++)
        {
            string stream = $"s{writes}";
            for (int n = 1; n <= 24; n++) await SayAsync(log, stream, $"key{n}");
            await DieAsync(writes, instance => instance.TrimAsync(stream, 20));
            Assert.Equal(24, (await log.RangeAsync(stream)).Last);
            Assert.False(await SayAsync(NewInstance(), stream, "key24"));
            await NewInstance().TrimAsync(stream, 20);
            Assert.Equal(new EventRange(21, 24), await log.RangeAsync(stream));
            Assert.True(await SayAsync(log, stream, "next"));
            Assert.Equal([.. Keys(24).Skip(20), "next"], await HeardAsync(stream));
            // A pin and an event each; the mark of the sixteenth has gone with it.
            Assert.Equal(2 * 5, (await rows.QueryAsync("events", stream, null, 1000)).Count);
        }
    }

    [Fact]
    public async Task Delete_DiesBeforeAnyWrite_LeavesNothingTheSecondTime()
    {
        for (int writes = 0; writes < MostWrites; writes += 7)
        {
            for (int n = 1; n <= 40; n++) await SayAsync(log, "stream", $"key{n}");
            await DieAsync(1, instance => SayAsync(instance, "stream", "never said"));
            await DieAsync(writes, instance => instance.DeleteAsync("stream"));
            await NewInstance().DeleteAsync("stream");
            Assert.Empty(await rows.QueryAsync("events", "stream", null, 1000));
            clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task Append_LongAfterOthersTrimmedTheStream_GoesOnAtItsEnd()
    {
        CatalogEventLog idle = NewInstance();
        await SayAsync(idle, "all", "early");
        for (int n = 1; n <= 50; n++) await SayAsync(log, "all", $"key{n}");
        await log.TrimAsync("all", 40);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await SayAsync(idle, "all", "late"));
        Assert.Equal(new EventRange(41, 52), await log.RangeAsync("all"));
    }

    [Fact]
    public async Task Log_InUse_TakesFewRoundTrips()
    {
        for (int n = 1; n <= 100; n++) await SayAsync(log, "job", $"key{n}");
        (int writes, int reads) = (rows.Writes, rows.Reads);
        for (int n = 101; n <= 260; n++) await SayAsync(log, "job", $"key{n}");
        Assert.Equal((160 * 2) + 10, rows.Writes - writes);
        Assert.Equal(0, rows.Reads - reads);
        await log.ReadAsync("job", 200, 1000);
        Assert.Equal(1, rows.Reads - reads);
        await NewInstance().RangeAsync("job");
        Assert.Equal(4, rows.Reads - reads);
        rows.Forget();
        Assert.Equal(260, (await NewInstance().RangeAsync("job")).Last);
        // The first fifty, one mark, and what follows it.
        Assert.InRange(rows.RowsRead, 51, 67);
    }

    /// <summary>What an instance does until it dies.</summary>
    async Task DieAsync(int writes, Func<CatalogEventLog, Task> act)
    {
        rows.WritesLeft = writes;
        try
        {
            await act(NewInstance());
        }
        catch (IOException)
        {
            // It is gone.
        }

        rows.WritesLeft = null;
    }

    CatalogEventLog NewInstance() => new(rows, clock);

    static Task<bool> SayAsync(CatalogEventLog log, string stream, string key) => log.AppendAsync(stream, key, "said", Payload.Write(key));

    static IEnumerable<string> Keys(int count) => Enumerable.Range(1, count).Select(n => $"key{n}");

    /// <summary>What a stream says; its ids rise by one.</summary>
    async Task<IEnumerable<string>> HeardAsync(string stream)
    {
        IReadOnlyList<LoggedEvent> events = await NewInstance().ReadAsync(stream, 0, 1000);
        Assert.Equal(Enumerable.Range(0, events.Count).Select(n => events[0].Id + n), events.Select(logged => logged.Id));
        return events.Select(logged => Payload.Read<string>(logged.Data));
    }
}

/// <summary>Lets others run before and after each step, as a catalog across a network does.</summary>
sealed class YieldingCatalog(ICatalog rows) : ICatalog
{
    public Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default) => Step(() => rows.FindAsync(key, cancel));

    public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default) => Step(() => rows.TryInsertAsync(key, value, cancel));

    public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default) => Step(() => rows.TryReplaceAsync(read, value, cancel));

    public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default) => Step(() => rows.DeleteAsync(key, cancel));

    public Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default) =>
        Step(() => rows.QueryAsync(table, partition, after, limit, cancel));

    static async Task<T> Step<T>(Func<Task<T>> step)
    {
        await Task.Yield();
        T result = await step();
        await Task.Yield();
        return result;
    }
}
