using DgxMusic.Pipeline.Consistency;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Separations;

public sealed class SongRegisterTests
{
    static readonly BlobRef blob = new(Containers.Uploads, "2026/11/20/upl_ab12cd34/original.wav");

    [Fact, Trait("Requirement", "D-24")]
    public async Task Note_SameDigitsOfAnotherOwnerOrFile_IsAnotherSong()
    {
        using var host = new TestHost();
        SongRegister songs = host.Get<SongRegister>();
        Song first = await songs.NoteAsync(Draft("key_a"), null, "sep_00000001");
        Song theirs = await songs.NoteAsync(Draft("key_b"), null, "sep_00000002");
        Song other = await songs.NoteAsync(Draft("key_a") with { Original = blob with { Path = "2026/11/21/upl_ab12cd34/original.wav" } }, null, "sep_00000003");
        Assert.Equal(3, new[] { first, theirs, other }.Select(song => song.SongId).Distinct().Count());
        Assert.Equal("song_ab12cd34", first.SongId);
        Assert.Equal(theirs.SongId, (await songs.NoteAsync(Draft("key_b"), null, "sep_00000004")).SongId);
        Assert.Equal(["sep_00000001"], (await songs.FindAsync(first.SongId))!.Jobs);
        Assert.Equal([theirs.SongId], (await songs.ListAsync("key_b", null, 10)).Songs.Select(song => song.SongId));
    }

    [Fact, Trait("Requirement", "D-24")]
    public async Task Note_ManyAtOnce_IsOneSongOnceListed()
    {
        using var host = new TestHost();
        SongRegister songs = host.Get<SongRegister>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => songs.NoteAsync(Draft("key_a") with { CreatedAt = DateTime.UnixEpoch.AddTicks(n) }, null, $"sep_{n:x8}"))));
        Song song = Assert.Single((await songs.ListAsync("key_a", null, 10)).Songs);
        Assert.Equal(20, song.Jobs.Distinct().Count());
    }

    [Fact, Trait("Requirement", "D-01")]
    public async Task Submit_DiesAtAnyWrite_NoJobIsWithoutItsSong_AndTheCheckMendsTheRest()
    {
        for (int writes = 0; ; writes++)
        {
            using var host = new TestHost();
            Upload upload = await UploadAsync(host);
            host.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await host.Get<SeparationDesk>().SubmitAsync(upload, new(), JobTerms.Local);
            }
            catch (IOException)
            {
                died = true;
            }

            using var next = new TestHost(dead: host);
            next.Clock.Advance(TimeSpan.FromMinutes(2));
            await next.SweepAsync();
            await next.Orchestrator.RunAllAsync();
            next.Clock.Advance(TimeSpan.FromHours(2));
            await next.Get<ConsistencyCheck>().RunAsync(RepairOrder.Safe);
            Assert.Empty((await next.Get<ConsistencyCheck>().RunAsync(RepairOrder.DryRun)).Findings);
            List<Job> jobs = await next.Index.ListAsync().ToListAsync();
            IReadOnlyList<Song> songs = (await next.Get<SongRegister>().ListAsync(Caller.OwnerId, null, 10)).Songs;
            foreach (Job job in jobs) Assert.Contains(job.JobId, Assert.Single(songs).Jobs);
            if (!died) return;
        }
    }

    [Fact, Trait("Requirement", "D-24")]
    public async Task Remove_DiesAtAnyWrite_TheCheckRemovesTheRest()
    {
        for (int writes = 0; ; writes++)
        {
            using var host = new TestHost();
            Job job = await host.Get<SeparationDesk>().SubmitAsync(await UploadAsync(host), new(), JobTerms.Local);
            await host.Orchestrator.RunAllAsync();
            string song = Assert.Single((await host.Get<SongRegister>().ListAsync(Caller.OwnerId, null, 10)).Songs).SongId;
            host.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await host.Get<SongDesk>().RemoveAsync(song, Caller.Owner);
            }
            catch (IOException)
            {
                died = true;
            }

            using var next = new TestHost(dead: host);
            next.Clock.Advance(TimeSpan.FromHours(2));
            await next.Get<ConsistencyCheck>().RunAsync(RepairOrder.Safe);
            bool isWhole = await next.Ledger.FindAsync(job.JobId) is { Purged: false };
            Assert.Equal(isWhole, (await next.Get<SongRegister>().ListAsync(Caller.OwnerId, null, 10)).Songs.Count == 1);
            Assert.Equal(isWhole, next.Blobs.Names.Count > 0);
            if (died) continue;
            Assert.False(isWhole);
            return;
        }
    }

    [Fact, Trait("Requirement", "D-01")]
    public async Task Inbox_AFileIsDropped_StartsOneJob_AlsoWhenItIsFoundAgain()
    {
        using var host = new TestHost();
        await using (BlobWriter writer = await host.Blobs.CreateAsync(new(Containers.Uploads, $"{Inboxes.Separate}/a song.wav")))
        {
            await writer.Stream.WriteAsync(Waves.Sine(1));
            await writer.CommitAsync();
        }

        BlobInfo file = (await host.Blobs.FindAsync(new(Containers.Uploads, $"{Inboxes.Separate}/a song.wav")))!;
        host.Rows.WritesLeft = 30;
        try
        {
            await host.Get<InboxDesk>().TakeAsync(Inboxes.Separate, file);
        }
        catch (IOException)
        {
            // Died on the way.
        }

        host.Rows.WritesLeft = null;
        UploadRow row = (await host.Get<InboxDesk>().TakeAsync(Inboxes.Separate, file))!;
        await host.Orchestrator.RunAllAsync();
        Job job = Assert.Single(await host.Index.ListAsync().ToListAsync());
        Assert.Equal((JobKind.Separation, JobStatus.Completed), (job.Kind, job.Status));
        Assert.Contains(job.JobId, row.Note, StringComparison.Ordinal);
        Assert.Equal("a song.wav", Assert.Single((await host.Get<SongRegister>().ListAsync(Caller.OwnerId, null, 10)).Songs).FileName);
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains($"/{Inboxes.Separate}/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Estimate_AfterASeparation_IsAsItWas_AndShiftsCount()
    {
        using var host = new TestHost();
        Job first = await host.Get<SeparationDesk>().SubmitAsync(await UploadAsync(host), new(), JobTerms.Local);
        double guess = await host.Get<Estimates>().SecondsAsync(first);
        host.Orchestrator.BeforeActivity = name =>
        {
            if (name.StartsWith("SeparateSegments", StringComparison.Ordinal)) host.Clock.Advance(TimeSpan.FromSeconds(30));
            return Task.CompletedTask;
        };
        await host.Orchestrator.RunAllAsync();
        first = await host.ReadAsync(first);
        double took = (first.CompletedAt!.Value - first.StartedAt!.Value).TotalSeconds;
        Assert.NotEqual(took, guess, 1);
        Assert.Equal(took, await host.Get<Estimates>().SecondsAsync(first), 6);
        Job shifted = await host.Get<SeparationDesk>().SubmitAsync(await UploadAsync(host), new() { Shifts = 3 }, JobTerms.Local);
        Assert.Equal(3 * took, await host.Get<Estimates>().SecondsAsync(shifted), 6);
    }

    static Song Draft(string owner) => new("", owner, blob, "upl_ab12cd34", "a.wav", null, null, null, DateTime.UnixEpoch, []);

    static async Task<Upload> UploadAsync(TestHost host)
    {
        UploadRow row = await host.Get<UploadReceiver>().ReceiveAsync(Caller.OwnerId, "a.wav", target => target.WriteAsync(Waves.Sine(1)).AsTask());
        return await host.Get<UploadDesk>().FindAsync(JobKind.Separation, row.UploadId, Caller.Owner);
    }
}
