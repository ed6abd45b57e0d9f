using System.Globalization;
using System.Runtime.CompilerServices;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Stores;

/// <summary>Blobs as files: a container is a folder, a name is a path. A file is never changed once it has its name, so names can share bytes.</summary>
/// <param name="root">The containers' folders lie in it.</param>
/// <param name="outputs">The folder of the outputs where they lie elsewhere.</param>
public sealed class FolderBlobStore(string root, string? outputs = null) : IBlobStore
{
    readonly BlobPaths paths = new(Path.GetFullPath(root), outputs is null ? null : Path.GetFullPath(outputs));
    long lastStamp;

    /// <summary>Removes what interrupted writers left. Only who holds the data folder may: the temporaries of a living writer look the same.</summary>
    public void RemoveTemporaries()
    {
        foreach (string container in Containers.All)
        {
            string folder = paths.TemporariesOf(container);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Where a blob lies, or would.</summary>
    public string PathOf(BlobRef blob) => paths.PathOf(blob);

    public Task<BlobInfo?> FindAsync(BlobRef blob, CancellationToken cancel = default)
    {
        var file = new FileInfo(paths.PathOf(blob));
        return Task.FromResult(file.Exists ? Describe(blob, file) : null);
    }

    public Task<Stream?> OpenReadAsync(BlobRef blob, CancellationToken cancel = default)
    {
        string path = paths.PathOf(blob);
        if (!File.Exists(path)) return Task.FromResult<Stream?>(null);
        try
        {
            return Task.FromResult<Stream?>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<BlobWriter> CreateAsync(BlobRef blob, CancellationToken cancel = default, long expectedBytes = 0)
    {
        string target = paths.PathOf(blob);
        return Task.FromResult<BlobWriter>(StoreFaults.Translate(
            blob, () => new FolderBlobWriter(blob, paths.DrawTemporary(blob.Container), expectedBytes, temporary => Publish(blob, temporary, target))));
    }

    public Task<bool> CopyAsync(BlobRef from, BlobRef to, CancellationToken cancel = default)
    {
        string source = paths.PathOf(from), target = paths.PathOf(to);
        if (!File.Exists(source)) return Task.FromResult(false);
        return Task.FromResult(StoreFaults.Translate(to, () => Copy(source, paths.DrawTemporary(to.Container), target)));
    }

    public Task<bool> DeleteAsync(BlobRef blob, CancellationToken cancel = default)
    {
        string path = paths.PathOf(blob);
        if (!File.Exists(path)) return Task.FromResult(false);
        StoreFaults.Translate(blob, () => { File.Delete(path); return true; });
        RemoveEmptyFolders(Path.GetDirectoryName(path)!, paths.FolderOf(blob.Container));
        return Task.FromResult(true);
    }

    public Task<int> RemoveEmptyFoldersAsync(string container, CancellationToken cancel = default)
    {
        string root = paths.FolderOf(container), temporaries = paths.TemporariesOf(container);
        if (!Directory.Exists(root)) return Task.FromResult(0);
        int removed = 0;
        // The deepest first: a folder's own path is shorter than those in it.
        foreach (string folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length))
        {
            cancel.ThrowIfCancellationRequested();
            if (folder == temporaries || Directory.EnumerateFileSystemEntries(folder).Any()) continue;
            try
            {
                Directory.Delete(folder);
                removed++;
            }
            catch (IOException)
            {
                // Somebody put a file into it meanwhile.
            }
        }

        return Task.FromResult(removed);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string container, string prefix, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        await Task.CompletedTask;
        string folder = paths.FolderOf(container);
        foreach (string path in BlobListing.PathsIn(folder, prefix))
        {
            cancel.ThrowIfCancellationRequested();
            var file = new FileInfo(Path.Combine(folder, path));
            if (file.Exists) yield return Describe(new(container, path), file);
        }
    }

    BlobInfo Publish(BlobRef blob, string temporary, string target)
    {
        File.SetLastWriteTimeUtc(temporary, DrawStamp());
        BlobInfo info = Describe(blob, new FileInfo(temporary));
        DurableFiles.Publish(temporary, target);
        return info;
    }

    static bool Copy(string source, string temporary, string target)
    {
        try
        {
            DurableFiles.Link(source, temporary);
            DurableFiles.Publish(temporary, target);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Two writes within one tick of the file system's clock would look alike, so every file gets a time of its own.
    DateTime DrawStamp()
    {
        while (true)
        {
            long last = Volatile.Read(ref lastStamp), next = Math.Max(last + 1, DateTime.UtcNow.Ticks);
            if (Interlocked.CompareExchange(ref lastStamp, next, last) == last) return new DateTime(next, DateTimeKind.Utc);
        }
    }

    static void RemoveEmptyFolders(string folder, string container)
    {
        try
        {
            for (; folder.Length > container.Length; folder = Path.GetDirectoryName(folder)!) Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Not empty: somebody else's blobs lie in it.
        }
    }

    static BlobInfo Describe(BlobRef blob, FileInfo file) =>
        new(blob, file.Length, file.LastWriteTimeUtc, string.Create(CultureInfo.InvariantCulture, $"{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}"));
}
