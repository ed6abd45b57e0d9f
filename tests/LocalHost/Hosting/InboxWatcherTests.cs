using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DgxMusic.LocalHost.Tests.Hosting;

public sealed class InboxWatcherTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-inbox-");
    readonly TestClock clock = new();
    readonly CountingHandler handler = new();
    readonly ServiceProvider services;
    readonly InboxWatcher watcher;

    public InboxWatcherTests()
    {
        var store = new FolderBlobStore(folder.FullName);
        services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddPipeline()
            .AddSingleton<TimeProvider>(clock).AddSingleton<IBlobStore>(store).AddSingleton<ICatalog>(new MemoryCatalog()).AddSingleton<IEventLog>(new MemoryEventLog())
            .AddSingleton<IMusicGenerator>(new TonePlayer()).AddSingleton<InlineOrchestrator>().AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<InlineOrchestrator>())
            .AddSingleton<IInboxHandler>(handler)
            .BuildServiceProvider();
        watcher = NewWatcher();
        Directory.CreateDirectory(In("separate"));
    }

    public void Dispose()
    {
        services.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task File_IsTakenOnceItStoodStillForTwoSeconds()
    {
        byte[] wav = Waves.Sine(1);
        await watcher.ScanAsync(default);
        Assert.Equal(Inboxes.All.Order(), folder.EnumerateDirectories("uploads").Single().EnumerateDirectories().Select(inbox => inbox.Name).Order());
        await File.WriteAllBytesAsync(In("separate/My song ✓.wav"), wav[..1000]);
        await PassAsync(1.5);
        await File.WriteAllBytesAsync(In("separate/My song ✓.wav"), wav);
        await PassAsync(1.5);
        await PassAsync(1.5);
        Assert.Empty(await RowsAsync());
        await PassAsync(0.6);
        UploadRow row = Assert.Single(await RowsAsync());
        Assert.Equal(("My song ✓.wav", UploadStatus.Ready, UploadSource.Inbox, Caller.OwnerId, 1.0), (row.FileName, row.Status, row.Source, row.Owner, row.Facts!.Seconds));
        Assert.Contains("Taken apart by job sep_", row.Note, StringComparison.Ordinal);
        Assert.Equal([$"2026/11/20/{row.UploadId}/original.wav"], Files());
        Assert.Equal(wav, await File.ReadAllBytesAsync(In($"2026/11/20/{row.UploadId}/original.wav")));
        Assert.True(Directory.Exists(In("separate")));
        await services.GetRequiredService<IBlobStore>().RemoveEmptyFoldersAsync(Containers.Uploads);
        Assert.True(Directory.Exists(In("separate")));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task File_ThatIsNoMusic_IsPutAwayWithTheReason_AndLookedAtAnewWhenPutBack()
    {
        await File.WriteAllTextAsync(In("separate/notes.wav"), "only words, and no music at all");
        await File.WriteAllBytesAsync(In("separate/silence.wav"), []);
        await StandStillAsync();
        IReadOnlyList<UploadRow> rows = await RowsAsync();
        Assert.Equal(["empty-audio", "unreadable-audio"], rows.Select(row => row.Problem!.Slug).Order());
        UploadRow notes = rows.Single(row => row.FileName == "notes.wav");
        Assert.Equal($"uploads/refused/separate/{notes.UploadId}/notes.wav", notes.Blob.ToString());
        Assert.Equal("only words, and no music at all", await File.ReadAllTextAsync(In($"refused/separate/{notes.UploadId}/notes.wav")));
        JsonElement reason = JsonDocument.Parse(await File.ReadAllBytesAsync(In($"refused/separate/{notes.UploadId}/problem.json"))).RootElement;
        Assert.Equal("UNREADABLE_AUDIO", reason.GetProperty("code").GetString());
        string[] before = Files();
        await StandStillAsync();
        Assert.Equal(before, Files());

        File.Move(In($"refused/separate/{notes.UploadId}/notes.wav"), In("separate/notes.wav"));
        await StandStillAsync();
        Assert.Equal(3, (await RowsAsync()).Count);
        Assert.Equal([In("separate/.keep")], Directory.GetFiles(In("separate")));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task File_HiddenUnfinishedOrElsewhere_IsLeftAlone()
    {
        string outside = Path.Combine(folder.FullName, "outside.wav");
        await File.WriteAllBytesAsync(outside, Waves.Sine(1));
        foreach (string name in (string[])[".hidden.wav", "half.wav.part", "half.wav.crdownload", "backup.wav~", "~lock.wav"]) await File.WriteAllBytesAsync(In($"separate/{name}"), Waves.Sine(1));
        File.CreateSymbolicLink(In("separate/link.wav"), outside);
        Directory.CreateSymbolicLink(In("separate/linked"), folder.FullName);
        Directory.CreateDirectory(In("separate/folder.wav"));
        await File.WriteAllBytesAsync(In("separate/folder.wav/inner.wav"), Waves.Sine(1));
        await StandStillAsync();
        Assert.Empty(await RowsAsync());
        Assert.Equal(7, Directory.GetFiles(In("separate")).Length);
        Assert.True(File.Exists(outside));
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task File_WithANameNotEveryStoreKeeps_IsRenamedAndTaken()
    {
        await File.WriteAllBytesAsync(In("separate/a\\b\tc.wav"), Waves.Sine(1));
        await StandStillAsync();
        await StandStillAsync();
        Assert.Equal("a_b_c.wav", Assert.Single(await RowsAsync()).FileName);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Handler_IsStartedOnce_AndItsFailureTriedAgainLater()
    {
        handler.FailNext = true;
        Directory.CreateDirectory(In("references"));
        await File.WriteAllBytesAsync(In("references/song.wav"), Waves.Sine(1));
        await StandStillAsync();
        Assert.True(File.Exists(In("references/song.wav")));
        Assert.Equal(1, handler.Calls);
        await PassAsync(0.5);
        Assert.Equal(1, handler.Calls);
        await PassAsync(1);
        UploadRow row = Assert.Single(await RowsAsync());
        Assert.Equal((2, $"Started {row.UploadId}."), (handler.Calls, row.Note));
        Assert.False(File.Exists(In("references/song.wav")));
    }

    [Theory]
    [Trait("Requirement", "X-12")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_TakenButNotRemovedBeforeACrash_IsOneUpload(bool sound)
    {
        byte[] content = sound ? Waves.Sine(1) : "only words, and no music at all"u8.ToArray();
        await File.WriteAllBytesAsync(In("separate/song.wav"), content);
        DateTime time = File.GetLastWriteTimeUtc(In("separate/song.wav"));
        if (sound)
        {
            await StandStillAsync();
            await File.WriteAllBytesAsync(In("separate/song.wav"), content);
            File.SetLastWriteTimeUtc(In("separate/song.wav"), time);
        }

        InboxWatcher restarted = NewWatcher();
        await restarted.ScanAsync(default);
        clock.Advance(TimeSpan.FromSeconds(3));
        await restarted.ScanAsync(default);
        Assert.Single(await RowsAsync());
        Assert.Equal([In("separate/.keep")], Directory.GetFiles(In("separate")));
        Assert.Equal(sound ? 1 : 2, Files().Length);

        // The same name with other content is another file.
        await File.WriteAllBytesAsync(In("separate/song.wav"), Waves.Sine(2));
        await StandStillAsync();
        Assert.Equal(2, (await RowsAsync()).Count);
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task File_LargerThanWeTake_IsPutAwayWithoutACopy()
    {
        await using (FileStream sparse = File.Create(In("separate/huge.wav"))) sparse.SetLength(Intake.MostBytes + 1);
        await StandStillAsync();
        UploadRow row = Assert.Single(await RowsAsync());
        Assert.Equal(("body-too-large", Intake.MostBytes + 1), (row.Problem!.Slug, row.Bytes));
        Assert.Equal(Intake.MostBytes + 1, new FileInfo(In($"refused/separate/{row.UploadId}/huge.wav")).Length);
        await services.GetRequiredService<UploadReceiver>().DeleteAsync(row.UploadId, Caller.Owner);
        Assert.Empty(Files());
    }

    string In(string path) => Path.Combine(folder.FullName, "uploads", path);

    string[] Files() => [.. Directory.GetFiles(In(""), "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != ".keep").Select(path => Path.GetRelativePath(In(""), path)).Order(StringComparer.Ordinal)];

    InboxWatcher NewWatcher() => new((FolderBlobStore)services.GetRequiredService<IBlobStore>(), services.GetRequiredService<InboxDesk>(), clock, NullLogger<InboxWatcher>.Instance);

    async Task<IReadOnlyList<UploadRow>> RowsAsync() => (await services.GetRequiredService<UploadRegister>().ListAsync(Caller.OwnerId, null, 100)).Uploads;

    async Task PassAsync(double seconds)
    {
        clock.Advance(TimeSpan.FromSeconds(seconds));
        await watcher.ScanAsync(default);
    }

    async Task StandStillAsync()
    {
        await watcher.ScanAsync(default);
        await PassAsync(2);
    }

    sealed class CountingHandler : IInboxHandler
    {
        public int Calls { get; private set; }

        public bool FailNext { get; set; }

        public string Inbox => Inboxes.References;

        public Task<string> StartAsync(UploadRow upload, CancellationToken cancel)
        {
            Calls++;
            if (!FailNext) return Task.FromResult($"Started {upload.UploadId}.");
            FailNext = false;
            throw new PipelineException(Problem.StorageWriteFailed, "not now");
        }
    }
}
