using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Contracts;

/// <summary>What every event log does alike.</summary>
public abstract class EventLogContract
{
    protected abstract IEventLog Log { get; }

    /// <summary>The same streams as another instance of the program has them.</summary>
    protected virtual IEventLog Another => Log;

    [Fact]
    public async Task Events_AppendedAtOnce_HaveRisingIdsAndStandOnce()
    {
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => Task.Run(() => (n % 3 == 0 ? Another : Log).AppendAsync("job", $"key{n % 30}", "updated", Payload.Write(n)))));
        Assert.Equal(30, added.Count(news => news));
        IReadOnlyList<LoggedEvent> events = await Log.ReadAsync("job", 0, 100);
        Assert.Equal(Enumerable.Range(1, 30).Select(n => (long)n), events.Select(logged => logged.Id));
        Assert.Equal([29L, 30L], (await Log.ReadAsync("job", 28, 100)).Select(logged => logged.Id));
        Assert.Equal([1L, 2L], (await Log.ReadAsync("job", 0, 2)).Select(logged => logged.Id));
    }

    [Fact]
    public async Task Events_Trimmed_KeepTheNewestAndCountOn()
    {
        Assert.Equal(default, await Log.RangeAsync("job"));
        for (int n = 1; n <= 5; n++) await Log.AppendAsync("job", $"key{n}", "updated", Payload.Write(n));
        Assert.Equal(new EventRange(1, 5), await Log.RangeAsync("job"));
        await Log.TrimAsync("job", 2);
        Assert.Equal(new EventRange(3, 5), await Log.RangeAsync("job"));
        Assert.Equal([3L, 4L], (await Log.ReadAsync("job", 0, 2)).Select(logged => logged.Id));
        await Log.TrimAsync("job", 100);
        Assert.Equal(new EventRange(5, 5), await Log.RangeAsync("job"));
        await Log.AppendAsync("job", "key6", "updated", Payload.Write(6));
        Assert.Equal(new EventRange(5, 6), await Log.RangeAsync("job"));
        await Log.TrimAsync("nowhere", 3);
        Assert.Equal(default, await Log.RangeAsync("nowhere"));
    }

    [Fact]
    public async Task Events_OfOneStream_AreNotAnothers()
    {
        await Log.AppendAsync("a", "k", "updated", Payload.Write(1));
        await Log.AppendAsync("b", "k", "created", Payload.Write(2));
        await Log.DeleteAsync("a");
        Assert.Empty(await Log.ReadAsync("a", 0, 10));
        LoggedEvent kept = Assert.Single(await Log.ReadAsync("b", 0, 10));
        Assert.Equal(("created", 2), (kept.Type, Payload.Read<int>(kept.Data)));
    }

    [Fact]
    public async Task Events_ReadWhileOthersAppend_MissNone()
    {
        const int Events = 60;
        Task[] appending = [.. Enumerable.Range(0, Events).Select(n => Task.Run(() => (n % 2 == 0 ? Log : Another).AppendAsync("job", $"key{n}", "updated", Payload.Write(n))))];
        List<LoggedEvent> read = [];
        while (read.Count < Events)
        {
            bool all = appending.All(task => task.IsCompleted);
            IReadOnlyList<LoggedEvent> page = await Another.ReadAsync("job", read.Count == 0 ? 0 : read[^1].Id, 7);
            read.AddRange(page);
            Assert.False(all && page.Count == 0, $"Only {read.Count} events were ever seen.");
        }

        await Task.WhenAll(appending);
        Assert.Equal(Enumerable.Range(1, Events).Select(n => (long)n), read.Select(logged => logged.Id));
        Assert.Equal(Events, read.Select(logged => Payload.Read<int>(logged.Data)).Distinct().Count());
    }

    [Fact]
    public async Task Event_AppendedAgain_AddsNothingWhateverItsKeyAndKeepsTheFirst()
    {
        string[] keys = ["a/b\\c#d?e\u007f", "", "two words", new('k', 3000), "Key", "key", "\ud83c\udfbb"];
        for (int n = 0; n < keys.Length; n++) Assert.True(await Log.AppendAsync("owner:local", keys[n], "updated", Payload.Write(n)));
        foreach (string key in keys) Assert.False(await Another.AppendAsync("owner:local", key, "again", Payload.Write(99)));
        IReadOnlyList<LoggedEvent> events = await Log.ReadAsync("owner:local", 0, 100);
        Assert.Equal(Enumerable.Range(0, keys.Length), events.Select(logged => Payload.Read<int>(logged.Data)));
        Assert.All(events, logged => Assert.Equal("updated", logged.Type));
    }

    [Fact]
    public async Task Stream_DeletedThenAppendedTo_BeginsAnew()
    {
        for (int n = 1; n <= 40; n++) await Log.AppendAsync("job", $"key{n}", "updated", Payload.Write(n));
        Assert.Equal(new EventRange(1, 40), await Another.RangeAsync("job"));
        await Log.DeleteAsync("job");
        await Log.DeleteAsync("job");
        Assert.Equal(default, await Another.RangeAsync("job"));
        Assert.True(await Log.AppendAsync("job", "key7", "updated", Payload.Write(7)));
        Assert.Equal(new EventRange(1, 1), await Another.RangeAsync("job"));
    }

    [Fact]
    public async Task Stream_Long_IsReadInPagesAndKeepsItsRange()
    {
        for (int n = 1; n <= 130; n++) await Log.AppendAsync("all", $"key{n}", "updated", Payload.Write(new { n, data = double.NaN }));
        Assert.Equal(new EventRange(1, 130), await Another.RangeAsync("all"));
        Assert.Equal(Enumerable.Range(91, 40).Select(n => (long)n), (await Another.ReadAsync("all", 90, 1500)).Select(logged => logged.Id));
        Assert.Empty(await Another.ReadAsync("all", 130, 10));
        await Another.TrimAsync("all", 64);
        Assert.Equal(new EventRange(65, 130), await Log.RangeAsync("all"));
        await Log.TrimAsync("all", 129);
        Assert.Equal(new EventRange(130, 130), await Another.RangeAsync("all"));
        Assert.True(await Log.AppendAsync("all", "new", "updated", Payload.Write(0)));
        Assert.Equal([131L], (await Another.ReadAsync("all", 130, 10)).Select(logged => logged.Id));
    }
}
