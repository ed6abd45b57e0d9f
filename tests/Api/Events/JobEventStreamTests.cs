using System.Text.Json;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Tests.Events;

public sealed class JobEventStreamTests : IDisposable
{
    static readonly Caller anna = new("key_anna", "Anna", Tier.Free, IsAdmin: false), bert = new("key_bert", "Bert", Tier.Free, IsAdmin: false);
    readonly EventRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    [Trait("Requirement", "C-40")]
    public async Task Job_FromAcceptanceToEnd_IsASnapshotThenRisingIds()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client client = await rig.OpenJob(job.JobId).UntilAsync(client => client.Events.Length == 1);
        await rig.ProgressAsync(job, 10);
        await rig.ProgressAsync(job, 50);
        await rig.EndAsync(job);
        await client.UntilEndAsync();

        Assert.StartsWith("retry: 2000\n\n", client.Text, StringComparison.Ordinal);
        Assert.Equal(["snapshot", JobEvents.Updated, JobEvents.Updated, JobEvents.Failed], client.Events.Select(heard => heard.Type));
        Assert.Equal([1L, 2, 3, 4], client.Events.Select(heard => heard.Id));
        Assert.All(client.Events, heard => Assert.Equal(job.JobId, heard.Data.GetProperty("job_id").GetString()));
        Assert.Equal("text/event-stream", client.Http.Response.ContentType);
    }

    [Fact]
    [Trait("Requirement", "C-42")]
    public async Task Job_ResumedAnywhere_GivesExactlyTheRest()
    {
        Job job = await rig.AddJobAsync();
        for (int percent = 1; percent <= 95; percent++) await rig.ProgressAsync(job, percent);
        for (int more = 0; more < 300; more++) await rig.ProgressAsync(job, 95, $"more:{more}");
        await rig.EndAsync(job);
        foreach (long last in (long[])[0, 1, 150, 299, 396])
        {
            EventRig.Client client = rig.OpenJob(job.JobId, last);
            await client.UntilEndAsync();
            Assert.Equal(Enumerable.Range((int)last + 1, 397 - (int)last).Select(id => (long)id), client.Events.Select(heard => heard.Id));
        }
    }

    [Fact]
    public async Task Job_ResumedAfterItsLastEvent_SaysThatNothingFollows()
    {
        Job job = await rig.AddJobAsync();
        await rig.EndAsync(job);
        EventRig.Client client = rig.OpenJob(job.JobId, 2);
        await client.UntilEndAsync();
        Assert.Equal(204, client.Http.Response.StatusCode);
    }

    [Fact]
    public async Task Job_IdFromTheFuture_GetsASnapshot()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client client = await rig.OpenJob(job.JobId, 99).UntilAsync(client => client.Events.Length == 1);
        Assert.Equal(("snapshot", 1L), (client.Events[0].Type, client.Events[0].Id));
    }

    [Fact]
    public async Task Owner_IdOfPurgedEvents_GetsASnapshot()
    {
        Job job = await rig.AddJobAsync(anna.Id);
        for (int percent = 1; percent < 9; percent++) await rig.ProgressAsync(job, percent);
        await rig.Log.TrimAsync(JobStreams.Of(anna.Id), 6);
        EventRig.Client purged = await rig.OpenAll(5, anna).UntilAsync(client => client.Events.Length == 1);
        EventRig.Client kept = await rig.OpenAll(6, anna).UntilAsync(client => client.Events.Length == 3);
        Assert.Equal(("snapshot", 9L), (purged.Events[0].Type, purged.Events[0].Id));
        Assert.Equal([7L, 8, 9], kept.Events.Select(heard => heard.Id));
    }

    [Fact]
    [Trait("Requirement", "C-40")]
    public async Task Silence_IsFilledWithCommentsAndTheStreamEndsBeforePlatformsCutIt()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client client = rig.OpenJob(job.JobId);
        // The reader's next look and the listener's patience; the clock stands until both are set.
        while (client.Events.Length == 0 || rig.Clock.Timers < 2) await Task.Delay(1);
        rig.Clock.Advance(TimeSpan.FromSeconds(14));
        while (rig.Clock.Timers < 2) await Task.Delay(1);
        Assert.DoesNotContain(": still here", client.Text, StringComparison.Ordinal);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        while (!client.Text.Contains(": still here", StringComparison.Ordinal)) await Task.Delay(1);
        await client.UntilEndAsync();
        // One for every 15 of 200 s, and one with the end.
        Assert.InRange(client.Text.Split(": still here").Length - 1, 1, 14);
        Assert.Single(client.Events);
        Assert.Equal(0, rig.Hub.Feeds);
    }

    [Fact]
    [Trait("Requirement", "C-41")]
    public async Task SlowClient_FallsBehind_GetsASnapshotAndNotWhatItMissed()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client slow = await rig.OpenJob(job.JobId).UntilAsync(client => client.Events.Length == 1);
        EventRig.Client quick = await rig.OpenJob(job.JobId, 0).UntilAsync(client => client.Events.Length == 1);
        await rig.ProgressAsync(job, 1);
        await slow.UntilAsync(client => client.Events.Length == 2);
        slow.Stall();
        await rig.ProgressAsync(job, 2);
        await quick.UntilAsync(client => client.Events.Length == 3);
        for (int burst = 0; burst < 5; burst++)
        {
            int before = quick.Events.Length;
            for (int n = 0; n < 60; n++) await rig.ProgressAsync(job, 10 + burst, $"burst:{burst}:{n}");
            await quick.UntilAsync(client => client.Events.Length == before + 60);
        }

        slow.Recover();
        await slow.UntilAsync(client => client.Events.Count(heard => heard.Type == "snapshot") == 2);
        await rig.EndAsync(job);
        await slow.UntilEndAsync();
        Assert.Equal(["snapshot", "job_updated", "job_updated", "snapshot", "job_failed"], slow.Events.Select(heard => heard.Type));
        Assert.Equal([1L, 2, 3, 303, 304], slow.Events.Select(heard => heard.Id));
        Assert.Equal(14, slow.Events[3].Data.GetProperty("progress").GetInt32());
        await quick.UntilEndAsync();
        Assert.Equal(Enumerable.Range(1, 304).Select(id => (long)id), quick.Events.Select(heard => heard.Id));
    }

    [Fact]
    [Trait("Requirement", "C-41")]
    public async Task ManyListeners_ShareOneReaderThatGoesWithTheLast()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client[] clients = [.. Enumerable.Range(0, 50).Select(_ => rig.OpenJob(job.JobId))];
        await rig.PassUntilAsync(() => clients.All(client => client.Events.Length == 1));
        Assert.Equal(1, rig.Hub.Feeds);
        (int reads, DateTimeOffset from) = (rig.Log.Reads, rig.Clock.GetUtcNow());
        for (int n = 0; n < 40; n++)
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(1);
        }

        Assert.True(rig.Log.Reads - reads <= (rig.Clock.GetUtcNow() - from) / TimeSpan.FromMilliseconds(500) + 1);
        foreach (EventRig.Client client in clients) client.Leave();
        await Task.WhenAll(clients.Select(client => client.Ended));
        Assert.Equal(0, rig.Hub.Feeds);
        await rig.PassUntilAsync(() => rig.Clock.Timers == 0);
    }

    [Fact]
    public async Task Reader_StoreAway_TriesAgain()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client client = await rig.OpenJob(job.JobId).UntilAsync(client => client.Events.Length == 1);
        rig.Log.FailReads(3);
        await rig.ProgressAsync(job, 5);
        await client.UntilAsync(client => client.Events.Length == 2);
    }

    [Fact]
    public async Task Job_EndThatNobodyTold_EndsTheStreamWithASnapshot()
    {
        Job job = await rig.AddJobAsync();
        EventRig.Client client = await rig.OpenJob(job.JobId).UntilAsync(client => client.Events.Length == 1);
        var key = new Pipeline.Ports.RowKey("jobs", job.JobId, "job");
        Pipeline.Ports.CatalogRow row = (await rig.Host.Catalog.FindAsync(key))!;
        await rig.Host.Catalog.TryReplaceAsync(row, Pipeline.Definitions.Payload.Write(row.Read<Job>() with { Status = JobStatus.Failed }));
        await client.UntilEndAsync();
        Assert.Equal("failed", client.Events[^1].Data.GetProperty("status").GetString());
    }

    [Fact]
    [Trait("Requirement", "D-25")]
    public async Task Owner_HearsAllOfTheirJobsAndNobodyElses()
    {
        Job open = await rig.AddJobAsync(anna.Id), ended = await rig.AddJobAsync(anna.Id), others = await rig.AddJobAsync(bert.Id);
        await rig.EndAsync(ended);
        EventRig.Client client = await rig.OpenAll(caller: anna).UntilAsync(client => client.Events.Length == 1);
        JsonElement[] listed = [.. client.Events[0].Data.GetProperty("jobs").EnumerateArray()];
        Assert.Equal(new[] { open.JobId, ended.JobId }.Order(), listed.Select(job => job.GetProperty("job_id").GetString()).Order());

        Job later = await rig.AddJobAsync(anna.Id);
        await rig.ProgressAsync(others, 30);
        await rig.ProgressAsync(later, 20);
        await rig.EndAsync(others);
        await rig.Host.Desk.CancelAsync(open.JobId, anna, force: false);
        await rig.Host.Ledger.UpdateAsync(later.JobId, "end", row => row with { Status = JobStatus.Completed, CompletedAt = rig.Host.Ledger.UtcNow });
        await client.UntilAsync(client => client.Events.Length == 5);
        Assert.Equal(
            [(later.JobId, JobEvents.Created), (later.JobId, JobEvents.Updated), (open.JobId, JobEvents.Cancelled), (later.JobId, JobEvents.Completed)],
            client.Events.Skip(1).Select(heard => (heard.Data.GetProperty("job_id").GetString()!, heard.Type)));
        Assert.Equal(client.Events.Select(heard => heard.Id).Order(), client.Events.Select(heard => heard.Id));

        EventRig.Client back = await rig.OpenAll(client.Events[2].Id, anna).UntilAsync(client => client.Events.Length == 2);
        Assert.Equal(client.Events.Skip(3).Select(heard => heard.Data.GetRawText()), back.Events.Select(heard => heard.Data.GetRawText()));
    }

    [Fact]
    [Trait("Requirement", "D-25")]
    public async Task Everybody_IsForTheOwnerOfTheMachineAndTellsChangesOfStatus()
    {
        EventRig.Client refused = rig.OpenAll(caller: anna, query: "?all=true");
        await refused.UntilEndAsync();
        Assert.Equal(403, refused.Http.Response.StatusCode);

        EventRig.Client all = await rig.OpenAll(query: "?all=true").UntilAsync(client => client.Events.Length == 1);
        Job hers = await rig.AddJobAsync(anna.Id), his = await rig.AddJobAsync(bert.Id);
        foreach (int percent in (int[])[1, 2, 3]) await rig.ProgressAsync(hers, percent);
        await rig.EndAsync(his);
        await all.UntilAsync(client => client.Events.Length == 5);
        Assert.Equal(
            [(hers.JobId, JobEvents.Created), (his.JobId, JobEvents.Created), (hers.JobId, JobEvents.Updated), (his.JobId, JobEvents.Failed)],
            all.Events.Skip(1).Select(heard => (heard.Data.GetProperty("job_id").GetString()!, heard.Type)));
        EventRig.Client again = await rig.OpenAll(query: "?all=true").UntilAsync(client => client.Events.Length == 1);
        Assert.Equal(2, again.Events[0].Data.GetProperty("jobs").GetArrayLength());
    }

    [Fact]
    [Trait("Requirement", "C-42")]
    public async Task Asking_GivesTheSameAsListening()
    {
        Job job = await rig.AddJobAsync();
        for (int n = 0; n < 250; n++) await rig.ProgressAsync(job, n / 3, $"step:{n}");
        await rig.EndAsync(job);
        EventRig.Client client = rig.OpenJob(job.JobId, 0);
        await client.UntilEndAsync();

        List<(long, string, string)> asked = [];
        for ((long next, bool more) = (0, true); more;)
        {
            JsonElement page = await rig.PollAsync(request => rig.Streams.ReadAsync(request, job.JobId), $"?after={next}");
            foreach (JsonElement item in page.GetProperty("events").EnumerateArray())
                asked.Add((item.GetProperty("id").GetInt64(), item.GetProperty("type").GetString()!, item.GetProperty("data").GetRawText()));
            (next, more) = (page.GetProperty("next").GetInt64(), page.GetProperty("more").GetBoolean());
        }

        Assert.Equal(client.Events.Select(heard => (heard.Id, heard.Type, heard.Data.GetRawText())), asked);
        JsonElement first = await rig.PollAsync(request => rig.Streams.ReadAsync(request, job.JobId), "");
        Assert.Equal("failed", first.GetProperty("snapshot").GetProperty("status").GetString());
        JsonElement end = await rig.PollAsync(request => rig.Streams.ReadAsync(request, job.JobId), $"?after={first.GetProperty("next").GetInt64()}");
        Assert.Equal(JobEvents.Failed, Assert.Single(end.GetProperty("events").EnumerateArray()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("?after=x")]
    [InlineData("?after=-1")]
    [InlineData("?all=perhaps")]
    public async Task Query_ThatIsNoneIsMalformed(string query)
    {
        EventRig.Client client = rig.OpenAll(query: query);
        await client.UntilEndAsync();
        Assert.Equal(400, client.Http.Response.StatusCode);
    }

    [Fact]
    public async Task Job_OfSomebodyElse_IsUnknown()
    {
        Job job = await rig.AddJobAsync(anna.Id);
        EventRig.Client client = rig.OpenJob(job.JobId, caller: bert);
        await client.UntilEndAsync();
        Assert.Equal(404, client.Http.Response.StatusCode);
    }
}
