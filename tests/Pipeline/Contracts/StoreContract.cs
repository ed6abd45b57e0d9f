using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Contracts;

/// <summary>What every blob store does alike.</summary>
public abstract class StoreContract
{
    protected abstract IBlobStore Store { get; }

    [Fact]
    [Trait("Requirement", "A-11")]
    public async Task Blob_BeforeCommit_IsNotThere_AfterwardsWhole()
    {
        var name = new BlobRef(Containers.Outputs, "2026/11/20/gen_00000001.wav");
        await using (BlobWriter writer = await Store.CreateAsync(name))
        {
            await writer.Stream.WriteAsync(new byte[5000]);
            Assert.Null(await Store.FindAsync(name));
            Assert.Equal(5000, (await writer.CommitAsync()).Bytes);
        }

        Assert.Equal(5000, (await Store.FindAsync(name))!.Bytes);
        await using (BlobWriter dropped = await Store.CreateAsync(name with { Path = "2026/11/20/dropped.wav" })) await dropped.Stream.WriteAsync(new byte[10]);
        Assert.Equal(["2026/11/20/gen_00000001.wav"], await PathsAsync(""));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public async Task Blob_OfAnotherSizeThanExpected_HoldsWhatWasWritten(long expected)
    {
        var name = new BlobRef(Containers.Outputs, "sized.bin");
        byte[] bytes = [.. Enumerable.Range(0, 5000).Select(n => (byte)n)];
        await using (BlobWriter writer = await Store.CreateAsync(name, expectedBytes: expected))
        {
            await writer.Stream.WriteAsync(bytes);
            Assert.Equal(5000, (await writer.CommitAsync()).Bytes);
        }

        using var read = new MemoryStream();
        await using (Stream stream = (await Store.OpenReadAsync(name))!) await stream.CopyToAsync(read);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task Blob_OpenWhileReplaced_ReadsWhatItOpened()
    {
        var name = new BlobRef(Containers.Outputs, "a.txt");
        await PutAsync(name, "first");
        await using Stream open = (await Store.OpenReadAsync(name))!;
        await PutAsync(name, "other");
        Assert.Equal("first", await new StreamReader(open).ReadToEndAsync());
        Assert.Equal("other", await TextAsync(name));
    }

    [Fact]
    public async Task Blob_Read_SeeksAnywhere()
    {
        var name = new BlobRef(Containers.Outputs, "seek.txt");
        await PutAsync(name, "0123456789");
        await using Stream stream = (await Store.OpenReadAsync(name))!;
        Assert.True(stream.CanSeek);
        Assert.Equal(10, stream.Length);
        stream.Seek(-3, SeekOrigin.End);
        Assert.Equal("789", await new StreamReader(stream).ReadToEndAsync());
    }

    [Fact]
    public async Task Blob_CopyThenReplace_KeepsTheCopy()
    {
        BlobRef work = new(Containers.Work, "a/b"), published = new(Containers.Outputs, "x/y.wav");
        await PutAsync(work, "first");
        Assert.True(await Store.CopyAsync(work, published));
        string etag = (await Store.FindAsync(work))!.ETag;
        await PutAsync(work, "second");
        Assert.NotEqual(etag, (await Store.FindAsync(work))!.ETag);
        Assert.Equal("first", await TextAsync(published));
        Assert.True(await Store.DeleteAsync(work));
        Assert.False(await Store.DeleteAsync(work));
        Assert.False(await Store.CopyAsync(work, published));
        Assert.Equal("first", await TextAsync(published));
        Assert.Null(await Store.OpenReadAsync(work));
    }

    [Fact]
    public async Task Blob_List_IsByPathAndPrefix()
    {
        foreach (string path in (string[])["2026/11/20/b.wav", "2026/11/20/a.wav", "2026/11/2/c.wav", "2027/a.wav"]) await PutAsync(new(Containers.Outputs, path), path);
        Assert.Equal(["2026/11/2/c.wav", "2026/11/20/a.wav", "2026/11/20/b.wav"], await PathsAsync("2026/11/2"));
        Assert.Equal(["2026/11/20/a.wav"], await PathsAsync("2026/11/20/a"));
        Assert.Empty(await PathsAsync("2025/"));
    }

    [Fact]
    public async Task Blob_NameOfAnyScript_IsKept()
    {
        var name = new BlobRef(Containers.Uploads, "2026/11/20/それ \"is\" 'fine' 🎻.wav");
        await PutAsync(name, "x");
        Assert.Equal(name, (await Store.ListAsync(Containers.Uploads, "").ToListAsync()).Single().Ref);
    }

    [Theory]
    [Trait("Requirement", "A-34")]
    [InlineData("../catalog.db")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/.tmp/b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task Blob_NameThatLeadsElsewhere_IsRefused(string path)
    {
        var name = new BlobRef(Containers.Outputs, path);
        Assert.Equal(Problem.PathOutsideStore, (await Assert.ThrowsAsync<PipelineException>(() => Store.OpenReadAsync(name))).Problem);
        Assert.Equal(Problem.PathOutsideStore, (await Assert.ThrowsAsync<PipelineException>(() => Store.CreateAsync(name))).Problem);
    }

    [Theory]
    [InlineData(0)]
    [InlineData((256 << 10) - 1)]
    [InlineData(256 << 10)]
    [InlineData((4 << 20) + 1)]
    [InlineData((13 << 20) + 12345)]
    public async Task Blob_OfAnySize_ReadsTheSameFromAnywhere(int size)
    {
        var name = new BlobRef(Containers.Stems, "2026/11/20/sep_00000001/vocals.wav");
        byte[] bytes = Bytes(size, seed: size);
        await using (BlobWriter writer = await Store.CreateAsync(name))
        {
            // Pieces that fit no block, written both ways.
            for (int at = 0, n = 0; at < size; at += 700_001, n++)
            {
                Memory<byte> piece = bytes.AsMemory(at, Math.Min(700_001, size - at));
                if (n % 2 == 0) await writer.Stream.WriteAsync(piece);
                else writer.Stream.Write(piece.Span);
            }

            Assert.Equal(size, (await writer.CommitAsync()).Bytes);
        }

        await using Stream stream = (await Store.OpenReadAsync(name))!;
        Assert.Equal(size, stream.Length);
        using var whole = new MemoryStream();
        await stream.CopyToAsync(whole);
        Assert.True(bytes.AsSpan().SequenceEqual(whole.ToArray()), "Not the bytes that were written.");
        byte[] part = new byte[5000];
        foreach (int from in (int[])[Math.Max(size - 100, 0), 0, size / 2, size / 3, Math.Min((size / 3) + 5000, size), size, size + 7])
        {
            stream.Position = from;
            int count = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            Assert.Equal(Math.Clamp(size - from, 0, 5000), count);
            Assert.True(count == 0 || bytes.AsSpan(from, count).SequenceEqual(part.AsSpan(0, count)), $"Not the bytes at {from}.");
        }
    }

    [Fact]
    public async Task Blob_InAList_IsDescribedAsWhenItIsFoundOrWritten()
    {
        var name = new BlobRef(Containers.Uploads, "a.wav");
        await PutAsync(name, "0123456789");
        BlobInfo listed = (await Store.ListAsync(Containers.Uploads, "").ToListAsync()).Single();
        Assert.Equal(await Store.FindAsync(name), listed);
        Assert.DoesNotContain('"', listed.ETag);
        await using BlobWriter writer = await Store.CreateAsync(name);
        Assert.Equal(await writer.CommitAsync(), await Store.FindAsync(name));
    }

    [Fact]
    public async Task Blobs_DeletedTogether_AreGoneWhetherTheyWereThereOrNot()
    {
        BlobRef[] names = [.. Enumerable.Range(0, 40).Select(n => new BlobRef(Containers.Outputs, $"2026/11/20/{n:D2}.wav"))];
        foreach (BlobRef name in names.Where((_, n) => n % 3 > 0)) await PutAsync(name, "x");
        await Store.DeleteAllAsync(names.Skip(2));
        Assert.Equal(["2026/11/20/01.wav"], await PathsAsync(""));
        await Store.DeleteAllAsync([]);
    }

    [Fact]
    public async Task Blob_WrittenByManyAtOnce_IsWhollyOneOfTheirs()
    {
        var name = new BlobRef(Containers.Work, "2026/11/20/gen_00000001/at-once");
        byte[][] versions = [.. Enumerable.Range(0, 6).Select(n => Bytes(100_000 + n, n))];
        await Task.WhenAll(versions.Select(version => Task.Run(async () =>
        {
            await using BlobWriter writer = await Store.CreateAsync(name);
            await writer.Stream.WriteAsync(version);
            await writer.CommitAsync();
        })));
        using var read = new MemoryStream();
        await using (Stream stream = (await Store.OpenReadAsync(name))!) await stream.CopyToAsync(read);
        Assert.Contains(versions, version => version.AsSpan().SequenceEqual(read.ToArray()));
    }

    protected static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    async Task PutAsync(BlobRef name, string text)
    {
        await using BlobWriter writer = await Store.CreateAsync(name);
        await writer.Stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await writer.CommitAsync();
    }

    async Task<string> TextAsync(BlobRef name)
    {
        await using Stream stream = (await Store.OpenReadAsync(name))!;
        return await new StreamReader(stream).ReadToEndAsync();
    }

    protected async Task<List<string>> PathsAsync(string prefix) => await Store.ListAsync(Containers.Outputs, prefix).Select(blob => blob.Ref.Path).ToListAsync();
}
