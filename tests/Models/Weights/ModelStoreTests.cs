using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

public sealed class ModelStoreTests : IDisposable
{
    static readonly byte[] weights = ArchiveBuilder.Torch(PickleBuilder.State([100_000], [1], count: 100_000), ("0", new byte[400_000]));
    readonly TemporaryFolder folder = new();
    readonly FileServer server = new(weights);

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task InstallAsync_FromAddress_DownloadsChecksAndRemembers()
    {
        ModelStore store = Store();
        ModelStatus status = await store.InstallAsync(new("tiny"));
        Assert.Equal(ModelState.Installed, status.State);
        string path = Assert.Single(store.Weights("tiny"));
        Assert.Equal(weights, File.ReadAllBytes(path));
        Assert.Equal(["installed.json", "w.th"], Names());
        Assert.True((await store.VerifyAsync("tiny")).IsSound);
        Assert.Equal(["/w.th"], server.Requests);
    }

    [Fact]
    public async Task InstallAsync_ConnectionCutTwice_GoesOnWhereItBroke()
    {
        server.Cuts.Enqueue(150_000);
        server.Cuts.Enqueue(50_000);
        await Store().InstallAsync(new("tiny"));
        string[] requests = [.. server.Requests];
        Assert.Equal(3, requests.Length);
        Assert.Equal("/w.th", requests[0]);

        // How much of what was sent before the cut arrives is the network's affair; that it goes on from there is ours.
        long second = Start(requests[1]), third = Start(requests[2]);
        Assert.InRange(second, 1, 150_000);
        Assert.InRange(third, second, second + 50_000);
        Assert.True((await Store().VerifyAsync("tiny")).IsSound);
    }

    [Fact]
    public async Task InstallAsync_AnotherProcessAfterABreak_GoesOnWhereItBroke()
    {
        long length = await BreakOffAsync();
        await Store().InstallAsync(new("tiny"));
        Assert.Equal($"/w.th bytes={length}-", server.Requests.Last());
        Assert.Equal(["installed.json", "w.th"], Names());
    }

    [Fact]
    public async Task InstallAsync_FileChangedAfterABreak_StartsAnew()
    {
        await BreakOffAsync(Store(sha256: null));
        server.ETag = "\"two\"";
        server.Content = ArchiveBuilder.Torch(PickleBuilder.State([1], [1], count: 1), ("0", new byte[4]));
        await Store(sha256: null, bytes: null).InstallAsync(new("tiny"));
        Assert.Equal(server.Content, File.ReadAllBytes(folder.File("tiny/w.th")));
    }

    [Fact]
    public async Task InstallAsync_ServerWithoutRanges_StartsAnew()
    {
        server.Ranges = false;
        server.Cuts.Enqueue(150_000);
        await Store().InstallAsync(new("tiny"));
        Assert.Equal(["/w.th", "/w.th"], server.Requests);
    }

    [Fact]
    public async Task InstallAsync_RangeTheServerCannotGive_StartsAnew()
    {
        long length = await BreakOffAsync();
        int before = server.Requests.Count;
        server.Statuses.Enqueue(416);
        await Store().InstallAsync(new("tiny"));
        Assert.Equal([$"/w.th bytes={length}-", "/w.th"], server.Requests.Skip(before));
        Assert.True((await Store().VerifyAsync("tiny")).IsSound);
    }

    [Fact]
    public async Task InstallAsync_ServerThatTellsNoLength_IsReadToItsEnd()
    {
        server.Chunked = true;
        await Store().InstallAsync(new("tiny"));
        Assert.True((await Store().VerifyAsync("tiny")).IsSound);
    }

    [Fact]
    public async Task InstallAsync_ServerThatSendsWithoutEnd_IsStopped()
    {
        server.Chunked = true;
        server.Content = new byte[2_000_000];
        Assert.Contains("sends more than the file has", (await FailsAsync(Store(sha256: null, bytes: null), Problem.DownloadFailed)).Message);
        Assert.InRange(new FileInfo(folder.File("tiny/w.th.part")).Length, 1, 1_500_000);
    }

    [Fact]
    public async Task InstallAsync_OtherBytes_AreRemovedAndReported()
    {
        server.Content = [.. weights];
        server.Content[1000] ^= 1;
        PipelineException refusal = await FailsAsync(Store(), Problem.HashMismatch);
        Assert.Contains("is not the published w.th", refusal.Message);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task InstallAsync_OtherLength_IsReportedBeforeTheDownload()
    {
        server.Content = new byte[10];
        Assert.Contains($"has 10 bytes; the published w.th has {weights.Length}", (await FailsAsync(Store(), Problem.HashMismatch)).Message);
    }

    [Fact]
    public async Task InstallAsync_ContentThatIsNoWeights_IsReported()
    {
        server.Content = "<html>Please log in.</html>"u8.ToArray();
        await FailsAsync(Store(sha256: null, bytes: null), Problem.WeightsUnreadable);
        Assert.Equal(ModelState.Partial, (await Store().ListAsync()).Single().State);
    }

    [Fact]
    public async Task InstallAsync_PageInsteadOfSettings_IsReported()
    {
        server.Content = "<html>Please log in.</html>"u8.ToArray();
        Assert.Contains("/config.json is not JSON", (await FailsAsync(Store(sha256: null, bytes: null, name: "config.json"), Problem.DownloadFailed)).Message);
        Assert.Empty(Names());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task InstallAsync_NotThere_FailsAtOnce(int status)
    {
        server.Statuses.Enqueue(status);
        Assert.Contains($"the server answered {status}", (await FailsAsync(Store(), Problem.DownloadFailed)).Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task InstallAsync_ServerBusyAtFirst_TriesAgain()
    {
        foreach (int status in (int[])[503, 429]) server.Statuses.Enqueue(status);
        await Store().InstallAsync(new("tiny"));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task InstallAsync_NothingEverArrives_GivesUp()
    {
        for (int i = 0; i < 20; i++) server.Cuts.Enqueue(0);
        Assert.Contains("3 times in a row", (await FailsAsync(Store(), Problem.DownloadFailed)).Message);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task InstallAsync_SilentServer_GivesUp()
    {
        server.Silent = true;
        Assert.Contains("the server fell silent", (await FailsAsync(Store(stall: TimeSpan.FromMilliseconds(100)), Problem.DownloadFailed)).Message);
    }

    [Fact]
    public async Task InstallAsync_NoServer_GivesUp()
    {
        server.Dispose();
        await FailsAsync(Store(), Problem.DownloadFailed);
    }

    [Fact]
    public async Task InstallAsync_RedirectedWithAnnouncedHash_ComparesIt()
    {
        server.Redirection = ("/final", Convert.ToHexStringLower(SHA256.HashData(weights)));
        await Store(sha256: null).InstallAsync(new("tiny"));
        Assert.Equal(["/w.th", "/final"], server.Requests);
        File.Delete(folder.File("tiny/w.th"));
        server.Redirection = ("/final", new string('0', 64));
        await FailsAsync(Store(sha256: null), Problem.HashMismatch);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/w.th", "redirects to ftp")]
    [InlineData("/w.th", "redirects without end")]
    public async Task InstallAsync_StrangeRedirection_IsRefused(string location, string sentence)
    {
        server.Redirection = (location, null);
        Assert.Contains(sentence, (await FailsAsync(Store(), Problem.DownloadFailed)).Message);
    }

    [Fact]
    public async Task InstallAsync_TooLittleSpace_SaysHowMuch()
    {
        Assert.Contains("the disk has 1 MB free", (await FailsAsync(Store(free: 100_000), Problem.StorageWriteFailed)).Message);
        Assert.DoesNotContain("w.th", Names());
    }

    // /dev/full takes no byte: the disk fills up while we write.
    [Fact]
    public async Task InstallAsync_DiskFillsUp_SaysSo()
    {
        if (!File.Exists("/dev/full")) return;
        Directory.CreateDirectory(folder.File("tiny"));
        File.CreateSymbolicLink(folder.File("tiny/installed.json.part"), "/dev/full");
        Assert.Contains("could not be written", (await FailsAsync(Store(), Problem.StorageWriteFailed)).Message);
        Assert.NotEqual(ModelState.Installed, (await Store().ListAsync()).Single().State);
    }

    [Fact]
    public async Task InstallAsync_TwiceAtOnce_DownloadsOnce()
    {
        ModelStatus[] both = await Task.WhenAll(Task.Run(() => Store().InstallAsync(new("tiny"))), Task.Run(() => Store().InstallAsync(new("tiny"))));
        Assert.All(both, status => Assert.Equal(ModelState.Installed, status.State));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task InstallAsync_FromFileFolderOrOtherAddress_TakesIt()
    {
        string file = folder.Write("mirror.bin", weights);
        Directory.CreateDirectory(folder.File("mirror"));
        File.Copy(file, folder.File("mirror/w.th"));
        foreach (string from in (string[])[file, folder.File("mirror"), $"{server.Address}other/", $"{server.Address}elsewhere.bin"])
        {
            await Store().InstallAsync(new("tiny", from));
            Assert.True((await Store().VerifyAsync("tiny")).IsSound, from);
            Directory.Delete(folder.File("tiny"), recursive: true);
        }

        Assert.Equal(["/other/w.th", "/elsewhere.bin"], server.Requests);
        Assert.Equal(Problem.FileNotFound, (await Assert.ThrowsAsync<PipelineException>(() => Store().InstallAsync(new("tiny", folder.File("nowhere.th"))))).Problem);
    }

    [Fact]
    public async Task VerifyAsync_FileChangedOrGone_SaysWhich()
    {
        await Store().InstallAsync(new("tiny"));
        byte[] altered = [.. weights];
        altered[^1] ^= 1;
        File.WriteAllBytes(folder.File("tiny/w.th"), altered);
        Assert.Contains("has the SHA-256", Assert.Single((await Store().VerifyAsync("tiny")).Files).Fault);
        File.Delete(folder.File("tiny/w.th"));
        Assert.Equal("The file is missing.", Assert.Single((await Store().VerifyAsync("tiny")).Files).Fault);
        Assert.Equal(ModelState.Partial, Assert.Single(await Store().ListAsync()).State);

        // Installing mends it.
        Assert.Equal(ModelState.Installed, (await Store().InstallAsync(new("tiny"))).State);
    }

    [Fact]
    public async Task Weights_NotInstalled_NamesTheCommand()
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => Store().Weights("tiny"));
        Assert.Equal(Problem.ModelNotInstalled, refusal.Problem);
        Assert.Contains("'dgxmusic models install tiny'", refusal.Message);
        Assert.Equal(Problem.ModelNotInstalled, (await Assert.ThrowsAsync<PipelineException>(() => Store().VerifyAsync("tiny"))).Problem);
        Assert.Equal(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => Store().Weights("gpt")).Problem);
    }

    ModelStore Store(string? sha256 = "known", long? bytes = -1, TimeSpan? stall = null, long free = long.MaxValue, string name = "w.th")
    {
        string? digest = sha256 == "known" ? Convert.ToHexStringLower(SHA256.HashData(weights)) : sha256;
        var file = new ModelFile(name, new Uri(server.Address, name), bytes < 0 && digest is not null ? weights.Length : bytes < 0 ? null : bytes, digest, weights.Length);
        var model = new ModelInfo("tiny", "separation", new ModelLicence("MIT", "https://example.org", "", false), [file], [name]);
        var rules = new DownloadRules { Attempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1), StallTime = stall ?? TimeSpan.FromSeconds(20), SpareBytes = 0, FreeBytes = _ => free };
        return new ModelStore(folder.Path, [model], rules);
    }

    /// <summary>An installation that is stopped in the middle; returns how much arrived.</summary>
    async Task<long> BreakOffAsync(ModelStore? store = null)
    {
        for (int i = 0; i < 20; i++) server.Cuts.Enqueue(i == 0 ? 150_000 : 0);
        await FailsAsync(store ?? Store(), Problem.DownloadFailed);
        server.Cuts.Clear();
        Assert.Equal(["w.th.part", "w.th.part.json"], Names());
        return new FileInfo(folder.File("tiny/w.th.part")).Length;
    }

    static async Task<PipelineException> FailsAsync(ModelStore store, Problem problem)
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => store.InstallAsync(new("tiny")));
        Assert.Equal(problem, refusal.Problem);
        return refusal;
    }

    static long Start(string request) => long.Parse(request["/w.th bytes=".Length..].TrimEnd('-'));

    string[] Names() => [.. Directory.EnumerateFiles(folder.File("tiny")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
