using System.Runtime.InteropServices;

namespace DgxMusic.LocalHost.Stores;

/// <summary>What .NET's file API leaves out: names that survive a power cut, and second names for the same bytes.</summary>
static partial class DurableFiles
{
    /// <summary>Creates missing folders so that they outlive a power cut.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        string? parent = Path.GetDirectoryName(path);
        if (parent is not null) CreateFolder(parent);
        Directory.CreateDirectory(path);
        if (parent is not null) FlushFolder(parent);
    }

    /// <summary>Gives a file a name, replacing what had it, so that the name outlives a power cut. The folder may vanish and be made again meanwhile.</summary>
    public static void Publish(string temporary, string target)
    {
        string folder = Path.GetDirectoryName(target)!;
        for (int attempt = 1; ; attempt++)
        {
            CreateFolder(folder);
            try
            {
                File.Move(temporary, target, overwrite: true);
                // rename(2) leaves both names where they are one file already.
                File.Delete(temporary);
                FlushFolder(folder);
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < 5)
            {
                // A delete took the empty folder away between the two calls.
            }
        }
    }

    /// <summary>A second name for the same bytes: a hard link where the file system has them, else a flushed copy.</summary>
    public static void Link(string from, string to)
    {
        if (IsUnix && LinkFile(from, to) == 0) return;
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using FileStream copy = new(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
    }

    // A rename is on the disk only when its folder is. Windows has no such call; NTFS journals names itself.
    static void FlushFolder(string path)
    {
        if (!IsUnix) return;
        int folder = OpenFile(path, 0);
        if (folder < 0) return;
        int failed = FlushFile(folder);
        int error = Marshal.GetLastPInvokeError();
        CloseFile(folder);
        if (failed != 0) throw new IOException($"The folder {path} could not be flushed (errno {error}).");
    }

    static bool IsUnix => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushFile(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int file);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkFile(string from, string to);
}
