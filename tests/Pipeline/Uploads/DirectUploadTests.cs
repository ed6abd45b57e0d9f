using System.Security.Cryptography;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>Files that are sent to the store itself, where it gives addresses out.</summary>
public sealed class DirectUploadTests : IDisposable
{
    readonly Offers offers = new();
    readonly TestHost host;

    public DirectUploadTests() => host = new(services => services.AddSingleton<IDirectUploads>(offers));

    UploadReceiver Receiver => host.Get<UploadReceiver>();

    public void Dispose() => host.Dispose();

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Upload_SentToTheStore_IsTakenInWhenSomebodyAsks()
    {
        byte[] wav = Waves.Sine(1.5);
        UploadRow row = await AnnounceAsync(wav.Length);
        Assert.Equal(UploadStatus.Awaiting, (await ReadAsync(row)).Status);
        await SendAsync(wav);
        UploadRow ready = await ReadAsync(row);
        Assert.Equal((UploadStatus.Ready, wav.Length, Convert.ToHexStringLower(SHA256.HashData(wav))), (ready.Status, (int)ready.Bytes!, ready.Sha256));
        Assert.Equal([$"{row.Blob}"], host.Blobs.Names);
        // Who still has the address changes nothing.
        await SendAsync(Waves.Sine(3));
        Assert.Equal(ready.ETag, (await ReadAsync(row)).ETag);
        await Receiver.DeleteAsync(row.UploadId, Caller.Owner);
        Assert.Empty(host.Blobs.Names);
    }

    [Fact]
    public async Task Upload_SentInTimeAndAskedForLate_CanBeWorkedOn()
    {
        UploadRow row = await AnnounceAsync(null);
        await SendAsync(Waves.Sine(1));
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(row.Blob, (await host.Get<UploadDesk>().FindAsync(JobKind.Export, row.UploadId, Caller.Owner)).Blob);
    }

    [Fact]
    public async Task Upload_AskedForByManyAtOnce_IsTakenInOnce()
    {
        UploadRow row = await AnnounceAsync(null);
        await SendAsync(Waves.Sine(1));
        UploadRow[] rows = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ReadAsync(row))));
        Assert.All(rows, read => Assert.Contains(read.Status, (UploadStatus[])[UploadStatus.Checking, UploadStatus.Ready]));
        Assert.Equal(UploadStatus.Ready, (await ReadAsync(row)).Status);
        Assert.Equal([$"{row.Blob}"], host.Blobs.Names);
    }

    [Theory]
    [InlineData(100, "invalid-request")]
    [InlineData(null, "unreadable-audio")]
    public async Task Upload_NotWhatWasAnnounced_IsRefusedInItsRowAndGone(int? announced, string slug)
    {
        UploadRow row = await AnnounceAsync(announced);
        await SendAsync("no music, only words that are long enough"u8.ToArray());
        UploadRow refused = await ReadAsync(row);
        Assert.Equal((UploadStatus.Refused, slug), (refused.Status, refused.Problem!.Slug));
        Assert.Empty(host.Blobs.Names);
    }

    [Fact]
    public async Task Offer_WhereTheStoreTakesNoFiles_IsNone()
    {
        using var plain = new TestHost();
        UploadReceiver receiver = plain.Get<UploadReceiver>();
        Assert.Null(await receiver.OfferAsync(await receiver.AnnounceAsync(Caller.OwnerId, null, null)));
    }

    async Task<UploadRow> AnnounceAsync(long? bytes)
    {
        UploadRow row = await Receiver.AnnounceAsync(Caller.OwnerId, "take.wav", bytes);
        DirectAddress address = (await Receiver.OfferAsync(row))!;
        Assert.Equal("once", address.Headers["x-kind"]);
        Assert.Equal(row.ExpiresAt, offers.ExpiresAt);
        return row;
    }

    Task<UploadRow> ReadAsync(UploadRow row) => Receiver.ReadAsync(row.UploadId, Caller.Owner);

    async Task SendAsync(byte[] content)
    {
        await using BlobWriter writer = await host.Blobs.CreateAsync(offers.Blob!);
        await writer.Stream.WriteAsync(content);
        await writer.CommitAsync();
    }

    sealed class Offers : IDirectUploads
    {
        public BlobRef? Blob { get; private set; }

        public DateTime ExpiresAt { get; private set; }

        public Task<DirectAddress> OfferAsync(BlobRef blob, DateTime expiresAt, CancellationToken cancel = default)
        {
            (Blob, ExpiresAt) = (blob, expiresAt);
            return Task.FromResult(new DirectAddress(new($"https://store.test/{blob}"), new Dictionary<string, string> { ["x-kind"] = "once" }));
        }
    }
}
