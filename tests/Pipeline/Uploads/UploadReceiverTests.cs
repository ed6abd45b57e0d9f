using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Uploads;

public sealed class UploadReceiverTests : IDisposable
{
    static readonly Caller somebody = new("key_1", "somebody", Tier.Free, IsAdmin: false);
    readonly TestHost host = new();

    UploadReceiver Receiver => host.Get<UploadReceiver>();

    UploadRegister Register => host.Get<UploadRegister>();

    public void Dispose() => host.Dispose();

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Receive_AFile_KeepsItsBytesAndWhatTheyAre()
    {
        byte[] wav = Waves.Sine(1.5);
        UploadRow row = await ReceiveAsync(wav, "take one.wav");
        Assert.Matches("^upl_[0-9a-f]{8}$", row.UploadId);
        Assert.Equal(($"uploads/2026/11/20/{row.UploadId}/original.wav", UploadStatus.Ready, UploadSource.Multipart), (row.Blob.ToString(), row.Status, row.Source));
        Assert.Equal((wav.Length, Convert.ToHexStringLower(SHA256.HashData(wav))), ((int)row.Bytes!, row.Sha256));
        Assert.Equal(("wav", "PCM_16", 8000, 1, 1.5, true), (row.Facts!.Format, row.Facts.BitDepth, row.Facts.SampleRateHz, row.Facts.Channels, row.Facts.Seconds, row.Facts.SamplesChecked));
        Assert.Equal((await host.Blobs.FindAsync(row.Blob))!.ETag, row.ETag);
        Assert.Equal(row with { Warnings = [] }, (await Register.FindAsync(row.UploadId))! with { Warnings = [] });
    }

    public static TheoryData<byte[], string> Refused => new()
    {
        { [], "empty-audio" },
        { Waves.Sine(0), "empty-audio" },
        { Waves.WithNaN(1), "invalid-samples" },
        { "no music, only words that are long enough"u8.ToArray(), "unreadable-audio" },
        { Waves.Sine(1)[..30], "unreadable-audio" },
    };

    [Theory]
    [Trait("Requirement", "X-13")]
    [Trait("Requirement", "X-14")]
    [MemberData(nameof(Refused))]
    public async Task Receive_NoMusic_IsRefusedAndNothingStays(byte[] content, string slug)
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => ReceiveAsync(content, "take.wav"));
        Assert.Equal(slug, refusal.Problem.Slug);
        Assert.Empty(host.Blobs.Names);
        Assert.Empty((await Register.ListAsync(Caller.OwnerId, null, 10)).Uploads);
    }

    [Fact]
    [Trait("Requirement", "X-13")]
    public async Task Receive_NameThatPromisesAnotherFormat_IsTakenAndSaid()
    {
        UploadRow row = await ReceiveAsync(Waves.Sine(1), "take.mp3");
        Assert.Equal("wav", row.Facts!.Format);
        Assert.Contains(row.Warnings, warning => warning.Contains(".mp3", StringComparison.Ordinal) && warning.Contains("WAV", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "X-14")]
    public async Task Receive_LongerThanAMinute_IsTakenAndTheRestLeftToTheWork()
    {
        UploadRow row = await ReceiveAsync(Waves.WithNaN(61), "long.wav");
        Assert.Equal((UploadStatus.Ready, 61.0, false), (row.Status, row.Facts!.Seconds, row.Facts.SamplesChecked));
        Job job = await host.Get<UploadDesk>().ExportAsync(
            await host.Get<UploadDesk>().FindAsync(JobKind.Export, row.UploadId, Caller.Owner), new(null, false, new(), true), JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        Job ended = await host.Ledger.GetAsync(job.JobId);
        Assert.Equal((JobStatus.Failed, "INVALID_SAMPLES"), (ended.Status, ended.ErrorCode));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Fill_AnAnnouncedFile_IsReadyLikeAnyOther_Once()
    {
        byte[] wav = Waves.Sine(1);
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", wav.Length);
        Assert.Equal(UploadStatus.Awaiting, announced.Status);
        UploadRow row = await FillAsync(announced.UploadId, wav);
        UploadRow direct = await ReceiveAsync(wav, "a.wav");
        Assert.Equal((announced.Blob, UploadStatus.Ready, UploadSource.Signed), (row.Blob, row.Status, row.Source));
        Assert.Equal((direct.Sha256, direct.Bytes, direct.Facts), (row.Sha256, row.Bytes, row.Facts));
        Assert.Equal(Problem.UploadState, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(announced.UploadId, wav))).Problem);
        Assert.Equal([row.Blob.ToString(), direct.Blob.ToString()], host.Blobs.Names.Order(Comparer<string>.Create((a, b) => a == row.Blob.ToString() ? -1 : b == row.Blob.ToString() ? 1 : 0)));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Fill_BreaksOff_LeavesNothingAndMayComeAgain()
    {
        byte[] wav = Waves.Sine(1);
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", null);
        await Assert.ThrowsAsync<IOException>(() => Receiver.FillAsync(announced.UploadId, wav.Length, async target =>
        {
            await target.WriteAsync(wav.AsMemory(0, 100));
            throw new IOException("the line is dead");
        }));
        Assert.Empty(host.Blobs.Names);
        Assert.Equal(UploadStatus.Ready, (await FillAsync(announced.UploadId, wav)).Status);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Fill_AnotherLengthThanAnnounced_IsRefusedAndNothingStays()
    {
        byte[] wav = Waves.Sine(1);
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", wav.Length + 1);
        Assert.Equal(Problem.InvalidRequest, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(announced.UploadId, wav, length: wav.Length))).Problem);
        Assert.Equal(Problem.InvalidRequest, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(announced.UploadId, wav, length: null))).Problem);
        Assert.Empty(host.Blobs.Names);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Fill_WhatIsNoMusic_LeavesARowThatSaysWhy()
    {
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", null);
        Assert.Equal(Problem.UnreadableAudio, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(announced.UploadId, "only words, and no music"u8.ToArray()))).Problem);
        UploadRow row = await Receiver.ReadAsync(announced.UploadId, Caller.Owner);
        Assert.Equal((UploadStatus.Refused, "unreadable-audio"), (row.Status, row.Problem!.Slug));
        Assert.Empty(host.Blobs.Names);
        Assert.Equal(Problem.UploadState, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(announced.UploadId, Waves.Sine(1)))).Problem);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Fill_MoreThanAFileMayHave_StopsWhileItStreams()
    {
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", null);
        byte[] block = new byte[1 << 20];
        int written = 0;
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => Receiver.FillAsync(announced.UploadId, null, async target =>
        {
            for (; written < 300; written++) await target.WriteAsync(block);
        }));
        Assert.Equal((Problem.BodyTooLarge, 200), (refusal.Problem, written));
        Assert.Equal(Problem.BodyTooLarge, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(announced.UploadId, block, length: (200L << 20) + 1))).Problem);
        Assert.Equal(Problem.BodyTooLarge, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.AnnounceAsync(Caller.OwnerId, null, (200L << 20) + 1))).Problem);
        Assert.Equal(Problem.EmptyAudio, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.AnnounceAsync(Caller.OwnerId, null, 0))).Problem);
        Assert.Empty(host.Blobs.Names);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Fill_TwoAtOnce_OneWins()
    {
        byte[] first = Waves.Sine(1), second = Waves.Sine(2);
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", null);
        // While the first still sends, the second comes from its beginning to its end.
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => Receiver.FillAsync(announced.UploadId, first.Length, async target =>
        {
            await target.WriteAsync(first);
            await FillAsync(announced.UploadId, second);
        }));
        Assert.Equal(Problem.UploadState, refusal.Problem);
        UploadRow row = await Receiver.ReadAsync(announced.UploadId, Caller.Owner);
        Assert.Equal((2.0, Convert.ToHexStringLower(SHA256.HashData(second))), (row.Facts!.Seconds, row.Sha256));
        Assert.Equal([row.Blob.ToString()], host.Blobs.Names);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Read_AfterWhoCheckedItHasGone_FinishesTheCheck()
    {
        byte[] wav = Waves.Sine(1);
        UploadRow announced = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", null);
        var incoming = announced.Blob with { Path = announced.Blob.Path + ".incoming" };
        await using (Ports.BlobWriter writer = await host.Blobs.CreateAsync(incoming))
        {
            await writer.Stream.WriteAsync(wav);
            await writer.CommitAsync();
        }

        await Register.TryChangeAsync(announced.UploadId, row => row with { Status = UploadStatus.Checking, Incoming = incoming, ReceivedAt = Register.UtcNow });
        Assert.Equal(UploadStatus.Checking, (await Receiver.ReadAsync(announced.UploadId, Caller.Owner)).Status);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        UploadRow settled = await Receiver.ReadAsync(announced.UploadId, Caller.Owner);
        Assert.Equal((UploadStatus.Ready, 1.0), (settled.Status, settled.Facts!.Seconds));
        Assert.Equal([settled.Blob.ToString()], host.Blobs.Names);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Address_IsARightForOneFileAndAWhile()
    {
        UploadRow row = await Receiver.AnnounceAsync(Caller.OwnerId, "a.wav", null), other = await Receiver.AnnounceAsync(Caller.OwnerId, "b.wav", null);
        SignedAddresses addresses = host.Get<SignedAddresses>();
        string[] parts = [.. (await addresses.SignAsync(row.UploadId, row.ExpiresAt!.Value)).Split('&').Select(part => part.Split('=', 2)[1])];
        (string expires, string signature) = (parts[0], parts[1]);
        await addresses.CheckAsync(row.UploadId, expires, signature);

        // Another instance has the same secret.
        await new SignedAddresses(host.Catalog, host.Clock).CheckAsync(row.UploadId, expires, signature);
        (string Id, string Expires, string Signature)[] forged =
        [
            (other.UploadId, expires, signature), (row.UploadId, $"{long.Parse(expires) + 1}", signature), (row.UploadId, expires, (signature[0] == 'A' ? 'B' : 'A') + signature[1..]),
            (row.UploadId, expires, ""), (row.UploadId, expires, signature + "AAAA"), (row.UploadId, expires, "not base64!"), (row.UploadId, "soon", signature),
        ];
        foreach ((string id, string until, string sign) in forged)
            Assert.Equal(Problem.SignatureInvalid, (await Assert.ThrowsAsync<PipelineException>(() => addresses.CheckAsync(id, until, sign))).Problem);
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await addresses.CheckAsync(row.UploadId, expires, signature);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Problem.UploadExpired, (await Assert.ThrowsAsync<PipelineException>(() => addresses.CheckAsync(row.UploadId, expires, signature))).Problem);
        Assert.Equal(Problem.UploadExpired, (await Assert.ThrowsAsync<PipelineException>(() => FillAsync(row.UploadId, Waves.Sine(1)))).Problem);
        Assert.Equal(UploadStatus.Expired, (await Receiver.ReadAsync(row.UploadId, Caller.Owner)).StatusAt(Register.UtcNow));
    }

    [Fact]
    public async Task List_IsTheOwnersNewestFirst_PageByPage()
    {
        List<string> mine = [];
        for (int n = 0; n < 5; n++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            mine.Insert(0, (await ReceiveAsync(Waves.Sine(0.1), $"{n}.wav")).UploadId);
            await Receiver.AnnounceAsync(somebody.Id, $"{n}.wav", null);
        }

        UploadPage first = await Register.ListAsync(Caller.OwnerId, null, 3), second = await Register.ListAsync(Caller.OwnerId, first.Continuation, 3);
        Assert.Equal(mine, first.Uploads.Concat(second.Uploads).Select(row => row.UploadId));
        Assert.Null(second.Continuation);
        Assert.All((await Register.ListAsync(somebody.Id, null, 10)).Uploads, row => Assert.Equal(somebody.Id, row.Owner));
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.ReadAsync(mine[0], somebody))).Problem);
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.DeleteAsync(mine[0], somebody))).Problem);
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => Receiver.ReadAsync("../secret", Caller.Owner))).Problem);
    }

    [Fact]
    public async Task Delete_WhileAJobWorksOnIt_IsRefused()
    {
        UploadDesk desk = host.Get<UploadDesk>();
        UploadRow row = await ReceiveAsync(Waves.Sine(61), "long.wav");
        Job job = await desk.ExportAsync(await desk.FindAsync(JobKind.Export, row.UploadId, Caller.Owner), new(null, false, new(), true), JobTerms.Local);
        Assert.Equal(JobStatus.Processing, (await host.Ledger.GetAsync(job.JobId)).Status);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => Receiver.DeleteAsync(row.UploadId, Caller.Owner));
        Assert.Equal(Problem.UploadState, refusal.Problem);
        Assert.Contains(job.JobId, refusal.Message, StringComparison.Ordinal);
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(JobStatus.Completed, (await host.Ledger.GetAsync(job.JobId)).Status);
        Assert.NotNull(await host.Blobs.FindAsync(row.Blob));
        await Receiver.DeleteAsync(row.UploadId, Caller.Owner);
        Assert.Null(await host.Blobs.FindAsync(row.Blob));
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => desk.FindAsync(JobKind.Export, row.UploadId, Caller.Owner))).Problem);
        Assert.Empty((await Register.ListAsync(Caller.OwnerId, null, 10)).Uploads);
    }

    [Fact]
    public async Task Retention_WhileAJobWorksOnIt_LeavesIt_AndTakesItAfterwards()
    {
        UploadDesk desk = host.Get<UploadDesk>();
        UploadRow row = await ReceiveAsync(Waves.Sine(61), "long.wav");
        host.Clock.Advance(TimeSpan.FromDays(40));
        Job job = await desk.ExportAsync(await desk.FindAsync(JobKind.Export, row.UploadId, Caller.Owner), new(null, false, new(), true), JobTerms.Local);
        Assert.DoesNotContain(row.Blob.ToString(), (await host.Retention.CleanAsync(30, dryRun: true)).Files);
        Assert.DoesNotContain(row.Blob.ToString(), (await host.Retention.CleanAsync(30, dryRun: false)).Files);
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(JobStatus.Completed, (await host.Ledger.GetAsync(job.JobId)).Status);
        Assert.Contains(row.Blob.ToString(), (await host.Retention.CleanAsync(30, dryRun: true)).Files);
        Assert.Equal(UploadStatus.Ready, (await Receiver.ReadAsync(row.UploadId, Caller.Owner)).Status);
        Assert.Contains(row.Blob.ToString(), (await host.Retention.CleanAsync(30, dryRun: false)).Files);
        Assert.Equal(UploadStatus.Purged, (await Receiver.ReadAsync(row.UploadId, Caller.Owner)).Status);
        Assert.Equal(Problem.FilePurged, (await Assert.ThrowsAsync<PipelineException>(() => desk.FindAsync(JobKind.Export, row.UploadId, Caller.Owner))).Problem);
    }

    [Fact]
    public async Task Find_OfAnotherOwner_IsUnknown()
    {
        UploadDesk desk = host.Get<UploadDesk>();
        UploadRow row = await ReceiveAsync(Waves.Sine(1), "a.wav");
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => desk.FindAsync(JobKind.Export, row.UploadId, somebody))).Problem);
        Assert.Equal(Problem.UploadNotFound, (await Assert.ThrowsAsync<PipelineException>(() => desk.FindAsync(JobKind.Export, row.Blob, somebody))).Problem);
        Job job = await desk.ExportAsync(await desk.FindAsync(JobKind.Export, row.Blob, Caller.Owner), new(null, false, new(), true), JobTerms.Local);
        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal(Problem.FileNotFound, (await Assert.ThrowsAsync<PipelineException>(() => desk.FindAsync(JobKind.Analysis, new Ports.BlobRef("outputs", $"2026/11/20/{job.JobId}.wav"), somebody))).Problem);
    }

    [Fact]
    public async Task Analyze_AnUpload_KeepsItAndLetsItGoAfterwards()
    {
        UploadDesk desk = host.Get<UploadDesk>();
        UploadRow row = await ReceiveAsync(Waves.Sine(1), "a.wav");
        (TrackMetadata? measured, Job? job) = await desk.AnalyzeAsync(await desk.FindAsync(JobKind.Analysis, row.UploadId, Caller.Owner), new(true, false, false), JobTerms.Local);
        Assert.Equal((1.0, null), (measured!.DurationSeconds, job));
        await Receiver.DeleteAsync(row.UploadId, Caller.Owner);
    }

    Task<UploadRow> ReceiveAsync(byte[] content, string fileName) => Receiver.ReceiveAsync(Caller.OwnerId, fileName, target => target.WriteAsync(content).AsTask());

    Task<UploadRow> FillAsync(string id, byte[] content, long? length = null) => Receiver.FillAsync(id, length, target => target.WriteAsync(content).AsTask());
}
