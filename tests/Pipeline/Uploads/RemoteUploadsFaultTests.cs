using System.Security.Cryptography;
using System.Text;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>What dies, goes wrong, is removed or left over while a file comes from a server.</summary>
public sealed class RemoteUploadsFaultTests : RemoteUploadsStory
{
    /// <summary>The request came twice: its process died after any of its writes.</summary>
    [Fact, Trait("Requirement", "X-12")]
    public async Task Accept_ProcessDiesAnywhere_MakesOneUploadOnceItComesAgain()
    {
        byte[] wav = Waves.Sine(1);
        Server.On("/a.wav", wav);
        for (int writes = 0; writes < 4; writes++)
        {
            using var first = new TestHost(settings: ("Uploads:AllowPrivateAddresses", "true"));
            WorkTicket ticket = WorkTicket.Draw(first.Clock.GetUtcNow().UtcDateTime);
            first.Rows.WritesLeft = writes;
            await Record.ExceptionAsync(() => first.Get<RemoteUploads>().AcceptAsync(Somebody.Id, Server.At("/a.wav"), null, ticket));
            using var second = new TestHost(dead: first, settings: ("Uploads:AllowPrivateAddresses", "true"));
            UploadRow row = await second.Get<RemoteUploads>().AcceptAsync(Somebody.Id, Server.At("/a.wav"), null, ticket);
            await second.Orchestrator.RunAllAsync();
            UploadRow only = Assert.Single((await second.Get<UploadRegister>().ListAsync(Somebody.Id, null, 10)).Uploads);
            Assert.Equal((row.UploadId, UploadStatus.Ready), (only.UploadId, only.Status));
        }
    }

    /// <summary>The process dies after any write to the catalog while the file is fetched; the next one goes on.</summary>
    [Fact, Trait("Requirement", "X-12")]
    public async Task Fetch_ProcessDiesAnywhere_EndsWithOneFile()
    {
        byte[] wav = Waves.Sine(1);
        Server.On("/a.wav", wav);
        for (int writes = 0; writes < 3; writes++)
        {
            using var first = new TestHost(settings: ("Uploads:AllowPrivateAddresses", "true"));
            UploadRow accepted = await first.Get<RemoteUploads>().AcceptAsync(Somebody.Id, Server.At("/a.wav"), null, null);
            first.Rows.WritesLeft = writes;
            await Record.ExceptionAsync(first.Orchestrator.RunAllAsync);
            using var second = new TestHost(dead: first, settings: ("Uploads:AllowPrivateAddresses", "true"));
            await second.Orchestrator.RunAllAsync();
            UploadRow row = (await second.Get<UploadRegister>().FindAsync(accepted.UploadId))!;
            Assert.Equal((UploadStatus.Ready, Convert.ToHexStringLower(SHA256.HashData(wav))), (row.Status, row.Sha256));
            Assert.Equal([row.Blob.ToString()], second.Blobs.Names);
        }
    }

    [Fact]
    public async Task Fetch_ResultGetsLost_IsNotFetchedAgain()
    {
        Server.On("/a.wav", Waves.Sine(1));
        UploadRow accepted = await AcceptAsync("/a.wav");
        Host.Orchestrator.LoseResultOnce[nameof(FetchUpload)] = true;
        Assert.Equal(UploadStatus.Ready, (await RunAsync(accepted)).Status);
        Assert.Equal(2, Host.Orchestrator.Ran.Count);
        Assert.Single(Server.Asked);
    }

    [Fact]
    public async Task Fetch_StepThatFaultsForGood_IsRefusedWithTheReason()
    {
        Server.On("/a.wav", Waves.Sine(1));
        UploadRow accepted = await AcceptAsync("/a.wav");
        for (int n = 0; n < 8; n++) Host.Orchestrator.FailNext(nameof(FetchUpload), new IOException("the disk is away"));
        UploadRow row = await RunAsync(accepted);
        Assert.Equal((UploadStatus.Refused, "internal"), (row.Status, row.Problem!.Slug));
        Assert.Contains("the disk is away", row.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_DeletedMeanwhile_LeavesNothing()
    {
        UploadRow accepted = await AcceptAsync("/a.wav");
        Server.On("/a.wav", async stream =>
        {
            await Receiver.DeleteAsync(accepted.UploadId, Caller.Owner);
            Server.On("/a.wav", Waves.Sine(1));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(Waves.Sine(1));
        });
        await Host.Orchestrator.RunAllAsync();
        Assert.Null(await Register.FindAsync(accepted.UploadId));
        Assert.Empty(Host.Blobs.Names);
        Assert.Single(Server.Asked);
    }

    [Fact]
    public async Task Fetch_MoreThanMayAtOnce_Waits()
    {
        using var narrow = new TestHost(settings: [("Uploads:AllowPrivateAddresses", "true"), ("Uploads:FetchesAtOnce", "1")]);
        RemoteUploads uploads = narrow.Get<RemoteUploads>();
        UploadRow first = await uploads.AcceptAsync(Caller.OwnerId, Server.At("/a.wav"), null, null), second = await uploads.AcceptAsync(Caller.OwnerId, Server.At("/b.wav"), null, null);
        Server.On("/a.wav", async stream =>
        {
            // While the first still comes, the second has to wait.
            Assert.Equal(FetchOutcome.Busy, await uploads.FetchAsync(second.UploadId, isLast: true, default));
            Server.On("/a.wav", Waves.Sine(1));
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        });
        Server.On("/b.wav", Waves.Sine(1));
        await narrow.Orchestrator.RunAllAsync();
        foreach (UploadRow row in (UploadRow[])[first, second]) Assert.Equal(UploadStatus.Ready, (await narrow.Get<UploadRegister>().FindAsync(row.UploadId))!.Status);
    }

    [Fact]
    public async Task Sweep_RowWithoutAStory_StartsIt_AndForgetsTheTracesOfEndedOnes()
    {
        Server.On("/a.wav", Waves.Sine(1));
        UploadRow accepted = await AcceptAsync("/a.wav");
        await Host.Orchestrator.PurgeAsync(accepted.UploadId);   // the process died between row and start
        using var next = new TestHost(dead: Host, settings: ("Uploads:AllowPrivateAddresses", "true"));
        await next.Orchestrator.RunAllAsync();
        Assert.Equal(UploadStatus.Downloading, (await Register.FindAsync(accepted.UploadId))!.Status);
        await next.SweepAsync();
        await next.Orchestrator.RunAllAsync();
        Assert.Equal(UploadStatus.Ready, (await Register.FindAsync(accepted.UploadId))!.Status);
        Assert.NotNull(await next.Orchestrator.FindAsync(accepted.UploadId));
        await next.SweepAsync();
        Assert.Null(await next.Orchestrator.FindAsync(accepted.UploadId));
        Assert.Empty(await Host.Catalog.QueryAsync("uploads-open", "downloading", null, 10));
        Assert.Equal(UploadStatus.Ready, (await Register.FindAsync(accepted.UploadId))!.Status);
    }

    [Fact]
    public async Task Sweep_StoryThatBroke_RefusesItsUpload()
    {
        UploadRow accepted = await AcceptAsync("/a.wav");
        await Host.Orchestrator.TerminateAsync(accepted.UploadId, "an operator ended it");
        await Host.SweepAsync();
        UploadRow row = (await Register.FindAsync(accepted.UploadId))!;
        Assert.Equal((UploadStatus.Refused, "source-unavailable"), (row.Status, row.Problem!.Slug));
        Assert.Contains("an operator ended it", row.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_AddressNobodyUsed_IsForgottenAfterAWeek_AndNothingElse()
    {
        byte[] wav = Waves.Sine(1);
        UploadRow unused = await Receiver.AnnounceAsync(Somebody.Id, "a.wav", null), used = await Receiver.AnnounceAsync(Somebody.Id, "b.wav", null);
        await Receiver.FillAsync(used.UploadId, wav.Length, target => target.WriteAsync(wav).AsTask());
        Host.Clock.Advance(TimeSpan.FromDays(6.9));
        UploadRow young = await Receiver.AnnounceAsync(Somebody.Id, "c.wav", null);
        await Host.SweepAsync();
        Assert.Equal(UploadStatus.Expired, (await Register.FindAsync(unused.UploadId))!.StatusAt(Register.UtcNow));
        Host.Clock.Advance(TimeSpan.FromDays(0.2));
        await Host.SweepAsync();
        Assert.Null(await Register.FindAsync(unused.UploadId));
        Assert.Equal([young.UploadId, used.UploadId], (await Register.ListAsync(Somebody.Id, null, 10)).Uploads.Select(row => row.UploadId));
        Assert.Equal(UploadStatus.Ready, (await Register.FindAsync(used.UploadId))!.Status);
        Assert.Single(await Host.Catalog.QueryAsync("uploads-open", "awaiting", null, 10));
    }
}
