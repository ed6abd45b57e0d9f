using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>The whole way of a file from a server to an upload. The server is on this machine, which the settings allow.</summary>
public sealed class RemoteUploadsTests : IAsyncLifetime
{
    static readonly Caller somebody = new("key_1", "somebody", Tier.Free, IsAdmin: false);
    readonly FileServer server = new();
    readonly TestHost host = new(settings: ("Uploads:AllowPrivateAddresses", "true"));

    UploadRegister Register => host.Get<UploadRegister>();

    UploadReceiver Receiver => host.Get<UploadReceiver>();

    RemoteUploads Remote => host.Get<RemoteUploads>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        host.Dispose();
        await server.DisposeAsync();
    }

    [Fact, Trait("Requirement", "X-12")]
    public async Task Fetch_AFile_IsReadyLikeAnyOther()
    {
        byte[] wav = Waves.Sine(1.5);
        server.On("/music/take%20one.wav?token=1", wav);
        UploadRow accepted = await Remote.AcceptAsync(somebody.Id, server.At("/music/take%20one.wav?token=1"), null, null);
        Assert.Equal((UploadStatus.Downloading, UploadSource.Remote, null), (accepted.Status, accepted.Source, accepted.FileName));
        Assert.Equal(Problem.UploadState, (await Assert.ThrowsAsync<PipelineException>(() => host.Get<UploadDesk>().FindAsync(JobKind.Export, accepted.UploadId, somebody))).Problem);
        Assert.Empty(server.Asked);   // nobody waits for it

        UploadRow row = await RunAsync(accepted);
        Assert.Equal((UploadStatus.Ready, "take one.wav", accepted.Blob), (row.Status, row.FileName, row.Blob));
        Assert.EndsWith("/original.wav", row.Blob.Path);
        Assert.Equal((wav.Length, Convert.ToHexStringLower(SHA256.HashData(wav))), ((int)row.Bytes!, row.Sha256));
        Assert.Equal(("wav", 8000, 1.5), (row.Facts!.Format, row.Facts.SampleRateHz, row.Facts.Seconds));
        Assert.Equal([row.Blob.ToString()], host.Blobs.Names);
        Assert.Equal(row.Blob, (await host.Get<UploadDesk>().FindAsync(JobKind.Export, row.UploadId, somebody)).Blob);
        Assert.DoesNotContain("Cookie", server.Heads[0], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Authorization", server.Heads[0], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.ReadAsync(row.UploadId, new("key_2", "other", Tier.Free, IsAdmin: false)))).Problem);
    }

    [Theory]
    [InlineData("/a.wav", "", null, "a.wav"), InlineData("/get", "", null, "get"), InlineData("/a.wav", "Content-Disposition: attachment; filename=\"b c.wav\"\r\n", null, "b c.wav")]
    [InlineData("/a.wav", "Content-Disposition: attachment; filename=x.wav; filename*=UTF-8''%C3%A4.wav\r\n", null, "ä.wav")]
    [InlineData("/a.wav", "Content-Disposition: attachment; filename=\"../../etc/passwd\"\r\n", null, "passwd")]
    [InlineData("/a.wav", "Content-Disposition: attachment; filename=\"b.wav\"\r\n", "mine.wav", "mine.wav"), InlineData("/..%2Fb.wav", "", null, "b.wav")]
    public async Task Fetch_AnyName_IsTheServersUnlessItsOwnerGaveOne(string path, string headers, string? given, string expected)
    {
        server.On(path, Waves.Sine(1), headers);
        Assert.Equal(expected, (await RunAsync(await AcceptAsync(path, given))).FileName);
    }

    [Fact]
    public async Task Fetch_Redirected_IsFollowedAndNamedByTheAddressWithAnEnding()
    {
        server.OnRedirect("/song.wav", "/2", 301);
        server.OnRedirect("/2", server.At("/3"), 302);
        server.OnRedirect("/3", "4", 303);
        server.OnRedirect("/4", "/5", 307);
        server.OnRedirect("/5", "/blob/1f3c", 308);
        server.On("/blob/1f3c", Waves.Sine(1));
        UploadRow row = await RunAsync(await AcceptAsync("/song.wav"));
        Assert.Equal((UploadStatus.Ready, "song.wav"), (row.Status, row.FileName));
        Assert.Equal(6, server.Asked.Count);
    }

    [Fact]
    public async Task Fetch_SixRedirects_IsRefused()
    {
        for (int n = 0; n < 7; n++) server.OnRedirect($"/{n}", $"/{n + 1}");
        UploadRow row = await RunAsync(await AcceptAsync("/0"));
        Assert.Equal((UploadStatus.Refused, "address-refused"), (row.Status, row.Problem!.Slug));
        Assert.Equal(6, server.Asked.Count);
    }

    [Theory, InlineData(404), InlineData(403), InlineData(401), InlineData(204), InlineData(206), InlineData(304), InlineData(302)]
    public async Task Fetch_ServerThatGivesNone_IsRefusedAtOnce(int status)
    {
        server.OnStatus("/a.wav", status);
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, "source-unavailable"), (row.Status, row.Problem!.Slug));
        Assert.Contains($"{status}", row.Problem.Message, StringComparison.Ordinal);
        Assert.Single(server.Asked);
        Assert.Empty(host.Blobs.Names);
        Assert.Equal(Problem.SourceUnavailable, (await Assert.ThrowsAsync<PipelineException>(() => host.Get<UploadDesk>().FindAsync(JobKind.Export, row.UploadId, Caller.Owner))).Problem);
    }

    [Fact]
    public async Task Fetch_ServerThatIsBusy_IsAskedAgainAndThenGivenUp()
    {
        server.OnStatus("/a.wav", 503);
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, "source-unavailable"), (row.Status, row.Problem!.Slug));
        Assert.Equal(3, server.Asked.Count);
        Assert.Equal(FetchRemote.Waits, host.Orchestrator.Waited);
    }

    [Fact]
    public async Task Fetch_BreaksOffOnce_ComesWhole()
    {
        byte[] wav = Waves.Sine(1);
        server.On("/a.wav", async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {wav.Length}\r\n\r\n"));
            await stream.WriteAsync(wav.AsMemory(0, 5_000));
            server.On("/a.wav", wav);
        });
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Ready, wav.Length), (row.Status, (int)row.Bytes!));
        Assert.Equal([row.Blob.ToString()], host.Blobs.Names);
    }

    public static TheoryData<byte[], string> Refused => new()
    {
        { [], "empty-audio" }, { Waves.Sine(0), "empty-audio" }, { Waves.WithNaN(1), "invalid-samples" }, { "<html>no music, only words</html>"u8.ToArray(), "unreadable-audio" },
    };

    [Theory, MemberData(nameof(Refused)), Trait("Requirement", "X-13")]
    public async Task Fetch_NoMusic_LeavesARowThatSaysWhy(byte[] content, string slug)
    {
        server.On("/a.wav", content, "Content-Type: audio/wav\r\n");
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, slug), (row.Status, row.Problem!.Slug));
        Assert.Empty(host.Blobs.Names);
    }

    /// <summary>A server that announces a little, or nothing, and never ends.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task Fetch_MoreThanAFileMayHave_StopsReading(bool announced)
    {
        long sent = 0;
        server.On("/a.wav", async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{(announced ? $"Content-Length: {Intake.MostBytes + 1}\r\n" : "Connection: close\r\n")}\r\n"));
            byte[] block = new byte[1 << 20];
            for (; sent < 2 * Intake.MostBytes; sent += block.Length) await stream.WriteAsync(block);
        });
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, "body-too-large"), (row.Status, row.Problem!.Slug));
        Assert.InRange(sent, 0, Intake.MostBytes + (32 << 20));   // what lies in between
        Assert.Single(server.Asked);
        Assert.Empty(host.Blobs.Names);
    }

    [Theory, InlineData("http://user:word@example.com/a.wav"), InlineData("ftp://example.com/a.wav"), InlineData("a.wav"), InlineData(""), InlineData("file:///etc/passwd")]
    [InlineData("http://127.0.0.1/a.wav"), InlineData("http://169.254.169.254/latest/meta-data/"), InlineData("http://[::1]/a"), InlineData("http://localhost/a")]
    public async Task Accept_AddressThatIsNone_IsRefusedByItsField(string url)
    {
        using var strict = new TestHost();
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => strict.Get<RemoteUploads>().AcceptAsync(Caller.OwnerId, url, null, null));
        Assert.Equal((Problem.InvalidRequest, "source_url"), (refusal.Problem, Assert.Single(refusal.Details).Key));
        Assert.Empty((await strict.Get<UploadRegister>().ListAsync(Caller.OwnerId, null, 10)).Uploads);
    }

    /// <summary>The request came twice: its process died after any of its writes.</summary>
    [Fact, Trait("Requirement", "X-12")]
    public async Task Accept_ProcessDiesAnywhere_MakesOneUploadOnceItComesAgain()
    {
        byte[] wav = Waves.Sine(1);
        server.On("/a.wav", wav);
        for (int writes = 0; writes < 4; writes++)
        {
            using var first = new TestHost(settings: ("Uploads:AllowPrivateAddresses", "true"));
            WorkTicket ticket = WorkTicket.Draw(first.Clock.GetUtcNow().UtcDateTime);
            first.Rows.WritesLeft = writes;
            await Record.ExceptionAsync(() => first.Get<RemoteUploads>().AcceptAsync(somebody.Id, server.At("/a.wav"), null, ticket));
            using var second = new TestHost(dead: first, settings: ("Uploads:AllowPrivateAddresses", "true"));
            UploadRow row = await second.Get<RemoteUploads>().AcceptAsync(somebody.Id, server.At("/a.wav"), null, ticket);
            await second.Orchestrator.RunAllAsync();
            UploadRow only = Assert.Single((await second.Get<UploadRegister>().ListAsync(somebody.Id, null, 10)).Uploads);
            Assert.Equal((row.UploadId, UploadStatus.Ready), (only.UploadId, only.Status));
        }
    }

    /// <summary>The process dies after any write to the catalog while the file is fetched; the next one goes on.</summary>
    [Fact, Trait("Requirement", "X-12")]
    public async Task Fetch_ProcessDiesAnywhere_EndsWithOneFile()
    {
        byte[] wav = Waves.Sine(1);
        server.On("/a.wav", wav);
        for (int writes = 0; writes < 3; writes++)
        {
            using var first = new TestHost(settings: ("Uploads:AllowPrivateAddresses", "true"));
            UploadRow accepted = await first.Get<RemoteUploads>().AcceptAsync(somebody.Id, server.At("/a.wav"), null, null);
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
        server.On("/a.wav", Waves.Sine(1));
        UploadRow accepted = await AcceptAsync("/a.wav");
        host.Orchestrator.LoseResultOnce[nameof(FetchUpload)] = true;
        Assert.Equal(UploadStatus.Ready, (await RunAsync(accepted)).Status);
        Assert.Equal(2, host.Orchestrator.Ran.Count);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task Fetch_StepThatFaultsForGood_IsRefusedWithTheReason()
    {
        server.On("/a.wav", Waves.Sine(1));
        UploadRow accepted = await AcceptAsync("/a.wav");
        for (int n = 0; n < 8; n++) host.Orchestrator.FailNext(nameof(FetchUpload), new IOException("the disk is away"));
        UploadRow row = await RunAsync(accepted);
        Assert.Equal((UploadStatus.Refused, "internal"), (row.Status, row.Problem!.Slug));
        Assert.Contains("the disk is away", row.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_DeletedMeanwhile_LeavesNothing()
    {
        UploadRow accepted = await AcceptAsync("/a.wav");
        server.On("/a.wav", async stream =>
        {
            await Receiver.DeleteAsync(accepted.UploadId, Caller.Owner);
            server.On("/a.wav", Waves.Sine(1));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(Waves.Sine(1));
        });
        await host.Orchestrator.RunAllAsync();
        Assert.Null(await Register.FindAsync(accepted.UploadId));
        Assert.Empty(host.Blobs.Names);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task Fetch_MoreThanMayAtOnce_Waits()
    {
        using var narrow = new TestHost(settings: [("Uploads:AllowPrivateAddresses", "true"), ("Uploads:FetchesAtOnce", "1")]);
        RemoteUploads uploads = narrow.Get<RemoteUploads>();
        UploadRow first = await uploads.AcceptAsync(Caller.OwnerId, server.At("/a.wav"), null, null), second = await uploads.AcceptAsync(Caller.OwnerId, server.At("/b.wav"), null, null);
        server.On("/a.wav", async stream =>
        {
            // While the first still comes, the second has to wait.
            Assert.Equal(FetchOutcome.Busy, await uploads.FetchAsync(second.UploadId, isLast: true, default));
            server.On("/a.wav", Waves.Sine(1));
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        });
        server.On("/b.wav", Waves.Sine(1));
        await narrow.Orchestrator.RunAllAsync();
        foreach (UploadRow row in (UploadRow[])[first, second]) Assert.Equal(UploadStatus.Ready, (await narrow.Get<UploadRegister>().FindAsync(row.UploadId))!.Status);
    }

    [Fact]
    public async Task Sweep_RowWithoutAStory_StartsIt_AndForgetsTheTracesOfEndedOnes()
    {
        server.On("/a.wav", Waves.Sine(1));
        UploadRow accepted = await AcceptAsync("/a.wav");
        await host.Orchestrator.PurgeAsync(accepted.UploadId);   // the process died between row and start
        using var next = new TestHost(dead: host, settings: ("Uploads:AllowPrivateAddresses", "true"));
        await next.Orchestrator.RunAllAsync();
        Assert.Equal(UploadStatus.Downloading, (await Register.FindAsync(accepted.UploadId))!.Status);
        await next.SweepAsync();
        await next.Orchestrator.RunAllAsync();
        Assert.Equal(UploadStatus.Ready, (await Register.FindAsync(accepted.UploadId))!.Status);
        Assert.NotNull(await next.Orchestrator.FindAsync(accepted.UploadId));
        await next.SweepAsync();
        Assert.Null(await next.Orchestrator.FindAsync(accepted.UploadId));
        Assert.Empty(await host.Catalog.QueryAsync("uploads-open", "downloading", null, 10));
        Assert.Equal(UploadStatus.Ready, (await Register.FindAsync(accepted.UploadId))!.Status);
    }

    [Fact]
    public async Task Sweep_StoryThatBroke_RefusesItsUpload()
    {
        UploadRow accepted = await AcceptAsync("/a.wav");
        await host.Orchestrator.TerminateAsync(accepted.UploadId, "an operator ended it");
        await host.SweepAsync();
        UploadRow row = (await Register.FindAsync(accepted.UploadId))!;
        Assert.Equal((UploadStatus.Refused, "source-unavailable"), (row.Status, row.Problem!.Slug));
        Assert.Contains("an operator ended it", row.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_AddressNobodyUsed_IsForgottenAfterAWeek_AndNothingElse()
    {
        byte[] wav = Waves.Sine(1);
        UploadRow unused = await Receiver.AnnounceAsync(somebody.Id, "a.wav", null), used = await Receiver.AnnounceAsync(somebody.Id, "b.wav", null);
        await Receiver.FillAsync(used.UploadId, wav.Length, target => target.WriteAsync(wav).AsTask());
        host.Clock.Advance(TimeSpan.FromDays(6.9));
        UploadRow young = await Receiver.AnnounceAsync(somebody.Id, "c.wav", null);
        await host.SweepAsync();
        Assert.Equal(UploadStatus.Expired, (await Register.FindAsync(unused.UploadId))!.StatusAt(Register.UtcNow));
        host.Clock.Advance(TimeSpan.FromDays(0.2));
        await host.SweepAsync();
        Assert.Null(await Register.FindAsync(unused.UploadId));
        Assert.Equal([young.UploadId, used.UploadId], (await Register.ListAsync(somebody.Id, null, 10)).Uploads.Select(row => row.UploadId));
        Assert.Equal(UploadStatus.Ready, (await Register.FindAsync(used.UploadId))!.Status);
        Assert.Single(await host.Catalog.QueryAsync("uploads-open", "awaiting", null, 10));
    }

    Task<UploadRow> AcceptAsync(string path, string? fileName = null) => Remote.AcceptAsync(Caller.OwnerId, server.At(path), fileName, null);

    async Task<UploadRow> RunAsync(UploadRow accepted)
    {
        await host.Orchestrator.RunAllAsync();
        return (await Register.FindAsync(accepted.UploadId))!;
    }
}
