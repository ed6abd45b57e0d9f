using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Storage;

public sealed class StorageTests : IDisposable
{
    readonly TestHost host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [Trait("Requirement", "A-30")]
    [Trait("Requirement", "A-31")]
    [InlineData("gen_ab12cd34", null, "2026/01/02/gen_ab12cd34.wav")]
    [InlineData("gen_ab12cd34", "", "2026/01/02/gen_ab12cd34.wav")]
    [InlineData("gen_ab12cd34", "flac", "2026/01/02/gen_ab12cd34.flac")]
    [InlineData("gen_ab12cd34.WAV", ".wav", "2026/01/02/gen_ab12cd34.WAV")]
    [InlineData("song.v2", "mp3", "2026/01/02/song.v2.mp3")]
    [InlineData("Ünïcode_音楽", null, "2026/01/02/Ünïcode_音楽.wav")]
    public void Output_Name_LiesInItsDateFolderWithOneExtension(string name, string? extension, string path) =>
        Assert.Equal($"outputs/{path}", StorePaths.Output(name, extension, new DateTime(2026, 1, 2, 23, 59, 59, DateTimeKind.Utc)).ToString());

    [Theory]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("a..b")]
    [InlineData("a\nb")]
    public void Output_NameThatIsNone_IsRefused(string name) =>
        Assert.Equal(Problem.InvalidName, Assert.Throws<PipelineException>(() => StorePaths.Output(name, null, DateTime.UnixEpoch)).Problem);

    [Theory]
    [Trait("Requirement", "A-34")]
    [InlineData("../catalog.db")]
    [InlineData("outputs/../../x")]
    [InlineData("%2e%2e/catalog.db")]
    [InlineData("outputs/%252e%252e/x")]
    [InlineData("/etc/passwd")]
    [InlineData("work/2026/11/20/gen_00000000/a")]
    [InlineData("C:\\x")]
    public void Parse_PathThatLeadsElsewhere_IsRefused(string path) =>
        Assert.Equal(Problem.PathOutsideStore, Assert.Throws<PipelineException>(() => StorePaths.Parse(path)).Problem);

    [Fact]
    public void Parse_ContainerOrNone_NamesTheSameFile()
    {
        Assert.Equal(StorePaths.Parse("outputs/2026/a.wav"), StorePaths.Parse("2026/a.wav"));
        Assert.Equal(new BlobRef(Containers.Stems, "2026/a.wav"), StorePaths.Parse("stems/2026/a.wav"));
    }

    [Fact]
    [Trait("Requirement", "A-33")]
    public async Task Move_AndCopy_KeepBytesAndOverwriteOnlyWhenAsked()
    {
        BlobRef a = await PutAsync("2026/01/01/a.wav", 10), b = StorePaths.Parse("2026/01/02/b.wav");
        Assert.Equal(10, (await host.Files.CopyAsync(a, b, overwrite: false)).Bytes);
        Assert.Equal(Problem.FileExists, (await Assert.ThrowsAsync<PipelineException>(() => host.Files.MoveAsync(a, b, overwrite: false))).Problem);
        Assert.NotNull(await host.Files.FindAsync(a));
        Assert.Equal(b, (await host.Files.MoveAsync(a, b, overwrite: true)).Ref);
        Assert.Null(await host.Files.FindAsync(a));
        Assert.Equal(Problem.FileNotFound, (await Assert.ThrowsAsync<PipelineException>(() => host.Files.MoveAsync(a, b, overwrite: true))).Problem);
        Assert.Equal(Problem.InvalidRequest, (await Assert.ThrowsAsync<PipelineException>(() => host.Files.CopyAsync(b, b, overwrite: true))).Problem);
        Assert.NotNull(await host.Files.FindAsync(b));
        Assert.True(await host.Files.DeleteAsync(b));
        Assert.False(await host.Files.DeleteAsync(b));
    }

    [Fact]
    [Trait("Requirement", "A-38")]
    [Trait("Requirement", "A-39")]
    public async Task List_IsNewestFirstByNameOnTiesAndPagesWithoutGaps()
    {
        for (int n = 0; n < 7; n++)
        {
            // Two files a moment.
            await PutAsync($"2026/01/01/{(char)('g' - n)}.WAV", 1);
            if (n % 2 == 1) host.Clock.Advance(TimeSpan.FromHours(12));
        }

        await PutAsync("2026/01/01/z.mid", 1);
        List<string> seen = [];
        string? after = null;
        do
        {
            StorePage page = await host.Files.ListAsync(new(Containers.Outputs, null, null, ".wav", 3, after));
            seen.AddRange(page.Files.Select(file => Path.GetFileNameWithoutExtension(file.Ref.Path)));
            after = page.Continuation;
        }
        while (after is not null);
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], seen);
        Assert.Empty((await host.Files.ListAsync(new(Containers.Outputs, null, null, null, 0, null))).Files);
        Assert.Equal(Problem.MalformedRequest, (await Assert.ThrowsAsync<PipelineException>(() => host.Files.ListAsync(new(Containers.Outputs, null, null, null, 3, "?")))).Problem);
    }

    [Fact]
    [Trait("Requirement", "A-38")]
    public async Task List_LastDay_IsWholeAndInclusive()
    {
        DateTime day = host.Clock.GetUtcNow().UtcDateTime.Date;
        host.Clock.Advance(day.AddDays(1).AddSeconds(-1) - host.Clock.GetUtcNow().UtcDateTime);
        await PutAsync("2026/01/01/late.wav", 1);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await PutAsync("2026/01/01/next.wav", 1);
        async Task<string[]> Names(DateTime? from, DateTime? to) => [.. (await host.Files.ListAsync(new(Containers.Outputs, from, to, null, 10, null))).Files.Select(file => Path.GetFileName(file.Ref.Path))];
        Assert.Equal(["late.wav"], await Names(day, day));
        Assert.Equal(["next.wav"], await Names(day.AddDays(1), null));
        Assert.Equal(["next.wav", "late.wav"], await Names(day, day.AddDays(1)));
    }

    [Fact]
    [Trait("Requirement", "A-37")]
    public async Task Count_EmptyAndFilled_TellsTotalsByType()
    {
        StoreTotals none = await host.Files.CountAsync(Containers.Outputs);
        Assert.Equal((0, 0L, null, null, 0), (none.TotalFiles, none.TotalSizeBytes, none.OldestFile, none.NewestFile, none.FileTypes.Count));
        await PutAsync("2026/01/01/a.WAV", 1 << 20);
        host.Clock.Advance(TimeSpan.FromDays(1));
        await PutAsync("2026/01/01/b.wav", 1 << 20);
        await PutAsync("2026/01/01/readme", 0);
        StoreTotals totals = await host.Files.CountAsync(Containers.Outputs);
        Assert.Equal((3, 2L << 20, 2.0), (totals.TotalFiles, totals.TotalSizeBytes, totals.TotalSizeMb));
        Assert.Equal(TimeSpan.FromDays(1), totals.NewestFile - totals.OldestFile);
        Assert.Equal(new Dictionary<string, int> { [""] = 1, [".wav"] = 2 }, totals.FileTypes);
    }

    [Fact]
    [Trait("Requirement", "A-35")]
    public async Task Clean_OnlyStrictlyOlderFilesOfEndedJobsGo_AndTheRowSaysSo()
    {
        Job old = await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        Job running = await host.SubmitAsync();
        Job done = await host.Ledger.GetAsync(old.JobId);
        Assert.Equal(JobStatus.Completed, done.Status);
        await PutAsync($"{running.DateFolder}/{running.JobId}.wav", 5);
        await PutAsync($"{done.DateFolder}/other.txt", 5);
        DateTime written = host.Clock.GetUtcNow().UtcDateTime;
        host.Clock.Advance(written.AddDays(30) - host.Clock.GetUtcNow().UtcDateTime);
        // Exactly thirty days old is not older than thirty days.
        Assert.DoesNotContain((await host.Retention.CleanAsync(30, dryRun: true)).Files, file => file.Contains("other", StringComparison.Ordinal));

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        string[] before = [.. host.Blobs.Names];
        CleanupReport would = await host.Retention.CleanAsync(30, dryRun: true);
        Assert.Equal(before, host.Blobs.Names);
        Assert.False((await host.Ledger.GetAsync(old.JobId)).Purged);
        CleanupReport did = await host.Retention.CleanAsync(30, dryRun: false);
        Assert.Equal(would.Files, did.Files);
        Assert.Contains(did.Files, file => file.EndsWith("other.txt", StringComparison.Ordinal));
        Assert.Contains(did.Files, file => file.Contains(old.JobId, StringComparison.Ordinal));
        Assert.Equal(did.Count, did.Files.Count);
        Assert.Equal([$"outputs/{running.DateFolder}/{running.JobId}.wav"], host.Blobs.Names.Where(name => !name.StartsWith("work/", StringComparison.Ordinal)));
        Assert.True((await host.Ledger.GetAsync(old.JobId)).Purged);
        Assert.Equal(JobStatus.Completed, (await host.Ledger.GetAsync(old.JobId)).Status);
        Assert.Equal(0, (await host.Retention.CleanAsync(30, dryRun: false)).Count);
    }

    async Task<BlobRef> PutAsync(string path, int bytes)
    {
        BlobRef name = StorePaths.Parse(path);
        await using BlobWriter writer = await host.Blobs.CreateAsync(name);
        await writer.Stream.WriteAsync(new byte[bytes]);
        await writer.CommitAsync();
        return name;
    }
}
