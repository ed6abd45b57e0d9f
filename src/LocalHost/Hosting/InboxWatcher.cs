using System.Text;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Looks into the inboxes again and again and takes what has stopped growing. Polling works on every file system; three small folders cost nothing.</summary>
sealed class InboxWatcher(FolderBlobStore store, InboxDesk desk, TimeProvider clock, ILogger<InboxWatcher> log) : BackgroundService
{
    const string KeeperFile = ".keep";

    static readonly TimeSpan interval = TimeSpan.FromSeconds(1), stillness = TimeSpan.FromSeconds(2), longestPause = TimeSpan.FromMinutes(5);
    static readonly string[] unfinished = [".part", ".partial", ".crdownload", ".download", ".tmp", ".temp", ".filepart", ".swp"];
    readonly Dictionary<string, Seen> seen = [];

    /// <param name="Since">When it was first seen as it is.</param>
    /// <param name="Failures">To take it, one after the other.</param>
    sealed record Seen(long Bytes, DateTime Modified, DateTimeOffset Since, int Failures, DateTimeOffset NotBefore);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            try
            {
                await ScanAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                log.LogError(fault, "The inboxes could not be looked into; the next look is in {Seconds} s.", interval.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One look into every inbox.</summary>
    internal async Task ScanAsync(CancellationToken cancel)
    {
        HashSet<string> present = [];
        foreach (string inbox in Inboxes.All)
        {
            DirectoryInfo folder = Directory.CreateDirectory(store.PathOf(new(Containers.Uploads, inbox)));
            // An empty folder would be tidied up, just when the next file is to be dropped into it.
            string keeper = Path.Combine(folder.FullName, KeeperFile);
            if (!File.Exists(keeper)) await File.WriteAllBytesAsync(keeper, [], cancel);
            foreach (FileInfo file in folder.EnumerateFiles().Where(IsFinished).OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                present.Add(file.FullName);
                if (IsStill(file)) await TakeAsync(inbox, file, cancel);
            }
        }

        foreach (string gone in seen.Keys.Where(path => !present.Contains(path)).ToArray()) seen.Remove(gone);
    }

    /// <summary>Not hidden, not half a download, and itself: a link may lead anywhere.</summary>
    static bool IsFinished(FileInfo file) =>
        file.Name[0] is not ('.' or '~') && !file.Name.EndsWith('~') && !unfinished.Contains(file.Extension.ToLowerInvariant())
        && (file.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Hidden)) == 0;

    bool IsStill(FileInfo file)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (!seen.TryGetValue(file.FullName, out Seen? before) || before.Bytes != file.Length || before.Modified != file.LastWriteTimeUtc)
            seen[file.FullName] = before = new(file.Length, file.LastWriteTimeUtc, now, 0, now);
        return now - before.Since >= stillness && now >= before.NotBefore;
    }

    async Task TakeAsync(string inbox, FileInfo file, CancellationToken cancel)
    {
        try
        {
            var name = new BlobRef(Containers.Uploads, $"{inbox}/{file.Name}");
            if (!BlobNames.IsOne(name)) Rename(file);
            else if (await store.FindAsync(name, cancel) is { } blob && await desk.TakeAsync(inbox, blob, cancel) is { } upload) Tell(inbox, file.Name, upload);
            seen.Remove(file.FullName);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Seen before = seen[file.FullName];
            TimeSpan pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, before.Failures), longestPause.TotalSeconds));
            seen[file.FullName] = before with { Failures = before.Failures + 1, NotBefore = clock.GetUtcNow() + pause };
            log.LogError(fault, "{File} could not be taken out of the inbox {Inbox}; the next attempt is in {Seconds} s.", file.Name, inbox, pause.TotalSeconds);
        }
    }

    void Tell(string inbox, string name, UploadRow upload)
    {
        if (upload.Problem is { } problem) log.LogWarning("{File} of the inbox {Inbox} was refused ({Problem}) and lies in uploads/{Path}.", name, inbox, problem.Message, upload.Blob.Path);
        else log.LogInformation("{File} of the inbox {Inbox} is upload {Id}. {Note}", name, inbox, upload.UploadId, upload.Note);
    }

    /// <summary>A name that not every store can keep gets the nearest one that can, in its place.</summary>
    static void Rename(FileInfo file)
    {
        string clean = string.Concat(file.Name.EnumerateRunes().Select(rune => rune == Rune.ReplacementChar || rune.Value == '\\' || Rune.IsControl(rune) ? "_" : rune.ToString()));
        string target = Path.Combine(file.DirectoryName!, clean);
        for (int n = 1; File.Exists(target); n++) target = Path.Combine(file.DirectoryName!, $"{Path.GetFileNameWithoutExtension(clean)}-{n}{Path.GetExtension(clean)}");
        file.MoveTo(target);
    }
}
