using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs.Models;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Tests.Stores;

/// <summary>What a store in the cloud has to bear beyond the contract.</summary>
[NeedsStorage]
public sealed class BlobTests : IAsyncLifetime
{
    const int Large = (9 << 20) + 321;

    static readonly BlobRef name = new(Containers.Outputs, "2026/11/20/gen_00000001.wav");

    readonly CountingTransport sent = new();
    readonly Storage storage;

    public BlobTests() => storage = new(options => options.Transport = sent);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await storage.DisposeAsync();
        sent.Dispose();
    }

    [Fact]
    public async Task Blob_Large_GoesInBlocksAndIsCommittedOnceWithTypeAndHash()
    {
        byte[] bytes = Bytes(Large, 1);
        await WriteAsync("first"u8.ToArray());
        sent.Forget();
        await WriteAsync(bytes);
        // Two blocks of four mebibytes, one of the rest, one list.
        Assert.Equal(["PUT comp=block", "PUT comp=block", "PUT comp=block", "PUT comp=blocklist"], sent.Requests.Order());
        BlobProperties properties = await storage.Store.ClientOf(name).GetPropertiesAsync();
        Assert.Equal("audio/wav", properties.ContentType);
        Assert.Equal(System.Security.Cryptography.MD5.HashData(bytes), properties.ContentHash);
        Assert.Equal(bytes, await ReadAsync());
    }

    [Fact]
    public async Task Blob_Small_IsOneRequestEitherWay()
    {
        await WriteAsync(Bytes(100, 1));
        sent.Forget();
        await WriteAsync(Bytes(1000, 2));
        Assert.Equal(["PUT "], sent.Requests);
        sent.Forget();
        Assert.Equal(Bytes(1000, 2), await ReadAsync());
        Assert.Equal(["GET "], sent.Requests);
    }

    [Fact]
    public async Task Blob_ReadThrough_IsFetchedInFewRangesAndMemory()
    {
        await WriteAsync(Bytes(Large, 1));
        sent.Forget();
        Assert.Equal(Bytes(Large, 1), await ReadAsync());
        // 256 KiB, 512 KiB, 1, 2, 4 MiB and the rest.
        Assert.Equal(6, sent.Requests.Count);
        sent.Forget();
        await using Stream stream = (await storage.Store.OpenReadAsync(name))!;
        stream.Position = 5_000_000;
        Assert.Equal(Bytes(Large, 1)[5_000_000], stream.ReadByte());
        Assert.Equal(2, sent.Requests.Count);
    }

    [Fact]
    public async Task Blob_ReplacedWhileItIsRead_IsNeverAMixture()
    {
        byte[] old = Bytes(Large, 1);
        await WriteAsync(old);
        await using Stream stream = (await storage.Store.OpenReadAsync(name))!;
        byte[] read = new byte[300_000];
        await stream.ReadExactlyAsync(read);
        Assert.True(old.AsSpan(0, read.Length).SequenceEqual(read), "Not the old bytes.");
        await WriteAsync(Bytes(Large, 2));
        var rest = new MemoryStream();
        IOException fault = await Assert.ThrowsAsync<IOException>(() => stream.CopyToAsync(rest));
        Assert.Equal($"{name} was replaced or removed while it was read.", fault.Message);
        Assert.True(old.AsSpan(read.Length, (int)rest.Length).SequenceEqual(rest.ToArray()), "Not the old bytes.");
        await using Stream other = (await storage.Store.OpenReadAsync(name))!;
        await storage.Store.DeleteAsync(name);
        Assert.Equal($"{name} was replaced or removed while it was read.", (await Assert.ThrowsAsync<IOException>(() => other.CopyToAsync(rest))).Message);
    }

    [Fact]
    public async Task Writer_KilledBeforeItsCommit_LeavesNothingListedAndTheOldBytes()
    {
        // Not disposed: its process is gone.
        BlobWriter killed = await storage.Store.CreateAsync(name);
        await killed.Stream.WriteAsync(Bytes(Large, 1));
        Assert.Empty(await storage.Store.ListAsync(Containers.Outputs, "").ToListAsync());
        Assert.Null(await storage.Store.FindAsync(name));
        Assert.Null(await storage.Store.OpenReadAsync(name));
        Assert.False(await storage.Store.CopyAsync(name, name with { Path = "copy.wav" }));
        await WriteAsync(Bytes(1000, 2));
        BlobWriter second = await storage.Store.CreateAsync(name);
        await second.Stream.WriteAsync(Bytes(Large, 3));
        Assert.Equal(Bytes(1000, 2), await ReadAsync());
        Assert.Equal(1000, (await storage.Store.ListAsync(Containers.Outputs, "").SingleAsync()).Bytes);
        await WriteAsync(Bytes(Large, 4));
        Assert.Equal(Bytes(Large, 4), await ReadAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writers_OfOneLargeName_NeverMix(bool alike)
    {
        await using BlobWriter first = await storage.Store.CreateAsync(name), second = await storage.Store.CreateAsync(name);
        byte[] winner = Bytes(Large, 1), other = alike ? winner : Bytes(Large, 2);
        await first.Stream.WriteAsync(winner);
        await second.Stream.WriteAsync(other);
        await first.CommitAsync();
        // The service has forgotten the second's blocks. The same bytes are as good; others are lost, and the step is done again.
        if (alike) Assert.Equal(await storage.Store.FindAsync(name), await second.CommitAsync());
        else Assert.Contains("other bytes meanwhile", (await Assert.ThrowsAsync<IOException>(() => second.CommitAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(winner, await ReadAsync());
    }

    [Fact]
    public async Task Copy_OfALargeBlob_IsOneRequestThatKeepsTypeAndBytes()
    {
        await WriteAsync(Bytes(Large, 1));
        BlobRef copy = new(Containers.Stems, "それ \"is\" 'fine' 🎻.wav");
        await storage.Store.CopyAsync(name, copy);
        sent.Forget();
        Assert.True(await storage.Store.CopyAsync(name, copy));
        Assert.Equal(["HEAD ", "PUT "], sent.Requests);
        Assert.Equal("audio/wav", (await storage.Store.ClientOf(copy).GetPropertiesAsync()).Value.ContentType);
        await using Stream stream = (await storage.Store.OpenReadAsync(copy))!;
        Assert.Equal(Bytes(Large, 1), await ReadAsync(stream));
    }

    [Fact]
    public async Task List_OfManyPages_HasAll()
    {
        // A page of a listing has 5,000 names at most.
        await WriteAsync([1]);
        BlobRef[] names = [.. Enumerable.Range(0, 60).Select(n => name with { Path = $"many/{n:D3}" })];
        foreach (BlobRef each in names) await storage.Store.CopyAsync(name, each);
        int pages = 0;
        await foreach (var page in storage.Blobs.GetBlobContainerClient(storage.Names[Containers.Outputs]).GetBlobsAsync(BlobTraits.None, BlobStates.None, "many/", default).AsPages(pageSizeHint: 25)) pages++;
        Assert.Equal(3, pages);
        Assert.Equal(names.Select(each => each.Path), await storage.Store.ListAsync(Containers.Outputs, "many/").Select(blob => blob.Ref.Path).ToListAsync());
    }

    async Task WriteAsync(byte[] bytes)
    {
        await using BlobWriter writer = await storage.Store.CreateAsync(name);
        await writer.Stream.WriteAsync(bytes);
        await writer.CommitAsync();
    }

    async Task<byte[]> ReadAsync()
    {
        await using Stream stream = (await storage.Store.OpenReadAsync(name))!;
        return await ReadAsync(stream);
    }

    static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Passes requests on and notes what they were: the method, and which part of the blob it was about.</summary>
sealed class CountingTransport : HttpPipelineTransport, IDisposable
{
    readonly HttpClientTransport inner = new();
    readonly Lock gate = new();
    readonly List<string> requests = [];

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (gate) return [.. requests];
        }
    }

    public void Forget()
    {
        lock (gate) requests.Clear();
    }

    public void Dispose() => inner.Dispose();

    public override Request CreateRequest() => inner.CreateRequest();

    public override void Process(HttpMessage message)
    {
        Note(message);
        inner.Process(message);
    }

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        Note(message);
        return inner.ProcessAsync(message);
    }

    void Note(HttpMessage message)
    {
        string comp = message.Request.Uri.Query.TrimStart('?').Split('&').FirstOrDefault(part => part.StartsWith("comp=", StringComparison.Ordinal)) ?? "";
        lock (gate) requests.Add($"{message.Request.Method} {comp}");
    }
}
