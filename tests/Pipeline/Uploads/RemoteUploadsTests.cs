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
public sealed class RemoteUploadsTests : RemoteUploadsStory
{
    [Fact, Trait("Requirement", "X-12")]
    public async Task Fetch_AFile_IsReadyLikeAnyOther()
    {
        byte[] wav = Waves.Sine(1.5);
        Server.On("/music/take%20one.wav?token=1", wav);
        UploadRow accepted = await Remote.AcceptAsync(Somebody.Id, Server.At("/music/take%20one.wav?token=1"), null, null);
        Assert.Equal((UploadStatus.Downloading, UploadSource.Remote, null), (accepted.Status, accepted.Source, accepted.FileName));
        Assert.Equal(Problem.UploadState, (await Assert.ThrowsAsync<PipelineException>(() => Host.Get<UploadDesk>().FindAsync(JobKind.Export, accepted.UploadId, Somebody))).Problem);
        Assert.Empty(Server.Asked);   // nobody waits for it

        UploadRow row = await RunAsync(accepted);
        Assert.Equal((UploadStatus.Ready, "take one.wav", accepted.Blob), (row.Status, row.FileName, row.Blob));
        Assert.EndsWith("/original.wav", row.Blob.Path);
        Assert.Equal((wav.Length, Convert.ToHexStringLower(SHA256.HashData(wav))), ((int)row.Bytes!, row.Sha256));
        Assert.Equal(("wav", 8000, 1.5), (row.Facts!.Format, row.Facts.SampleRateHz, row.Facts.Seconds));
        Assert.Equal([row.Blob.ToString()], Host.Blobs.Names);
        Assert.Equal(row.Blob, (await Host.Get<UploadDesk>().FindAsync(JobKind.Export, row.UploadId, Somebody)).Blob);
        Assert.DoesNotContain("Cookie", Server.Heads[0], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Authorization", Server.Heads[0], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.ReadAsync(row.UploadId, new("key_2", "other", Tier.Free, IsAdmin: false)))).Problem);
    }

    [Theory]
    [InlineData("/a.wav", "", null, "a.wav"), InlineData("/get", "", null, "get"), InlineData("/a.wav", "Content-Disposition: attachment; filename=\"b c.wav\"\r\n", null, "b c.wav")]
    [InlineData("/a.wav", "Content-Disposition: attachment; filename=x.wav; filename*=UTF-8''%C3%A4.wav\r\n", null, "ä.wav")]
    [InlineData("/a.wav", "Content-Disposition: attachment; filename=\"../../etc/passwd\"\r\n", null, "passwd")]
    [InlineData("/a.wav", "Content-Disposition: attachment; filename=\"b.wav\"\r\n", "mine.wav", "mine.wav"), InlineData("/..%2Fb.wav", "", null, "b.wav")]
    public async Task Fetch_AnyName_IsTheServersUnlessItsOwnerGaveOne(string path, string headers, string? given, string expected)
    {
        Server.On(path, Waves.Sine(1), headers);
        Assert.Equal(expected, (await RunAsync(await AcceptAsync(path, given))).FileName);
    }

    [Fact]
    public async Task Fetch_Redirected_IsFollowedAndNamedByTheAddressWithAnEnding()
    {
        Server.OnRedirect("/song.wav", "/2", 301);
        Server.OnRedirect("/2", Server.At("/3"), 302);
        Server.OnRedirect("/3", "4", 303);
        Server.OnRedirect("/4", "/5", 307);
        Server.OnRedirect("/5", "/blob/1f3c", 308);
        Server.On("/blob/1f3c", Waves.Sine(1));
        UploadRow row = await RunAsync(await AcceptAsync("/song.wav"));
        Assert.Equal((UploadStatus.Ready, "song.wav"), (row.Status, row.FileName));
        Assert.Equal(6, Server.Asked.Count);
    }

    [Fact]
    public async Task Fetch_SixRedirects_IsRefused()
    {
        for (int n = 0; n < 7; n++) Server.OnRedirect($"/{n}", $"/{n + 1}");
        UploadRow row = await RunAsync(await AcceptAsync("/0"));
        Assert.Equal((UploadStatus.Refused, "address-refused"), (row.Status, row.Problem!.Slug));
        Assert.Equal(6, Server.Asked.Count);
    }

    [Theory, InlineData(404), InlineData(403), InlineData(401), InlineData(204), InlineData(206), InlineData(304), InlineData(302)]
    public async Task Fetch_ServerThatGivesNone_IsRefusedAtOnce(int status)
    {
        Server.OnStatus("/a.wav", status);
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, "source-unavailable"), (row.Status, row.Problem!.Slug));
        Assert.Contains($"{status}", row.Problem.Message, StringComparison.Ordinal);
        Assert.Single(Server.Asked);
        Assert.Empty(Host.Blobs.Names);
        Assert.Equal(Problem.SourceUnavailable, (await Assert.ThrowsAsync<PipelineException>(() => Host.Get<UploadDesk>().FindAsync(JobKind.Export, row.UploadId, Caller.Owner))).Problem);
    }

    [Fact]
    public async Task Fetch_ServerThatIsBusy_IsAskedAgainAndThenGivenUp()
    {
        Server.OnStatus("/a.wav", 503);
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, "source-unavailable"), (row.Status, row.Problem!.Slug));
        Assert.Equal(3, Server.Asked.Count);
        Assert.Equal(FetchRemote.Waits, Host.Orchestrator.Waited);
    }

    [Fact]
    public async Task Fetch_BreaksOffOnce_ComesWhole()
    {
        byte[] wav = Waves.Sine(1);
        Server.On("/a.wav", async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {wav.Length}\r\n\r\n"));
            await stream.WriteAsync(wav.AsMemory(0, 5_000));
            Server.On("/a.wav", wav);
        });
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Ready, wav.Length), (row.Status, (int)row.Bytes!));
        Assert.Equal([row.Blob.ToString()], Host.Blobs.Names);
    }

    public static TheoryData<byte[], string> Refused => new()
    {
        { [], "empty-audio" }, { Waves.Sine(0), "empty-audio" }, { Waves.WithNaN(1), "invalid-samples" }, { "<html>no music, only words</html>"u8.ToArray(), "unreadable-audio" },
    };

    [Theory, MemberData(nameof(Refused)), Trait("Requirement", "X-13")]
    public async Task Fetch_NoMusic_LeavesARowThatSaysWhy(byte[] content, string slug)
    {
        Server.On("/a.wav", content, "Content-Type: audio/wav\r\n");
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, slug), (row.Status, row.Problem!.Slug));
        Assert.Empty(Host.Blobs.Names);
    }

    /// <summary>A server that announces a little, or nothing, and never ends.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task Fetch_MoreThanAFileMayHave_StopsReading(bool announced)
    {
        long sent = 0;
        Server.On("/a.wav", async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{(announced ? $"Content-Length: {Intake.MostBytes + 1}\r\n" : "Connection: close\r\n")}\r\n"));
            byte[] block = new byte[1 << 20];
            for (; sent < 2 * Intake.MostBytes; sent += block.Length) await stream.WriteAsync(block);
        });
        UploadRow row = await RunAsync(await AcceptAsync("/a.wav"));
        Assert.Equal((UploadStatus.Refused, "body-too-large"), (row.Status, row.Problem!.Slug));
        Assert.InRange(sent, 0, Intake.MostBytes + (32 << 20));   // what lies in between
        Assert.Single(Server.Asked);
        Assert.Empty(Host.Blobs.Names);
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
}
