namespace DgxMusic.Models.Separation;

/// <summary>Files on their way into a folder, of which nothing outlasts a process that is killed.</summary>
static class TrackFiles
{
    const string PartExtension = ".dgxmusic-part";

    /// <summary>A file without a name, to write and to read: the system takes its room back when the process ends, however it does.</summary>
    public static FileStream CreateNameless(string folder)
    {
        string path = Path.Combine(folder, $".{Path.GetRandomFileName()}{PartExtension}");

        // Windows keeps the name until the file is closed, which it does for a dead process too.
        FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        FileStream file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, options);
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return file;
    }

    /// <summary>Writes a file that gets its name once it is whole, and meanwhile has a hidden one beside it. Held open until then, so that <see cref="Sweep"/> knows it is wanted.</summary>
    public static void Publish(string target, Action<Stream> write)
    {
        string part = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}{PartExtension}");
        try
        {
            using FileStream file = new(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
            write(file);
            file.Flush(flushToDisk: true);
            File.Move(part, target, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Deletes the parts that a process left when it was killed: those that nobody holds open.</summary>
    public static void Sweep(string folder)
    {
        foreach (string part in Directory.EnumerateFiles(folder, $".*{PartExtension}"))
        {
            try
            {
                new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception held) when (held is IOException or UnauthorizedAccessException)
            {
                // Another process is at work on it, or it is another user's.
            }
        }
    }
}
