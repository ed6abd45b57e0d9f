using System.Diagnostics;
using System.Text.Json;
using DgxMusic.Contracts;

namespace DgxMusic.LocalHost.Stores;

/// <summary>Who holds a data folder.</summary>
/// <param name="Port">Where it serves HTTP on loopback; null if it does not.</param>
/// <param name="Outputs">The folder of its outputs where they lie outside the data folder.</param>
public sealed record DataHolder(int Pid, int? Port, string? Outputs = null);

/// <summary>The folder all data lies in, held by one process. The system lets go of it when that process dies, however it dies.</summary>
public sealed class DataFolder : IDisposable
{
    const int Attempts = 4;
    static readonly TimeSpan betweenAttempts = TimeSpan.FromMilliseconds(50);
    readonly FileStream hold;

    DataFolder(string path, FileStream hold) => (Path, this.hold) = (path, hold);

    public string Path { get; }

    public string CatalogFile => System.IO.Path.Combine(Path, "catalog.db");

    /// <summary>Takes the folder, which is made if it is missing.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.DataInUse"/>: another process, or another part of this one, holds it.</exception>
    public static DataFolder Take(string path) => TryTake(path) ?? throw new PipelineException(
        Problem.DataInUse, $"{System.IO.Path.GetFullPath(path)} is used by process {ReadHolder(path)?.Pid.ToString() ?? "another"}.");

    /// <summary>Null if somebody holds it.</summary>
    public static DataFolder? TryTake(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        DurableFiles.CreateFolder(path);
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            // Somebody who only looks holds the lock for a moment, so that one refusal proves nothing.
            if (attempt > 1) Thread.Sleep(betweenAttempts);
            if (TryLock(path) is not { } hold) continue;
            var folder = new DataFolder(path, hold);
            folder.Announce(null);
            return folder;
        }

        return null;
    }

    /// <summary>Who holds the folder; null if nobody does.</summary>
    public static DataHolder? FindHolder(string path)
    {
        if (!File.Exists(LockFile(path))) return null;
        using FileStream? free = TryLock(path);
        return free is null ? ReadHolder(path) : null;
    }

    /// <summary>Tells other processes where this one serves.</summary>
    public void Announce(int? port, string? outputs = null)
    {
        string temporary = InfoFile(Path) + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(new DataHolder(Environment.ProcessId, port, outputs), JsonSerializerOptions.Web));
        File.Move(temporary, InfoFile(Path), overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(InfoFile(Path));
        hold.Dispose();
    }

    static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(LockFile(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            return null;
        }
    }

    static DataHolder? ReadHolder(string path)
    {
        try
        {
            DataHolder? holder = JsonSerializer.Deserialize<DataHolder>(File.ReadAllBytes(InfoFile(path)), JsonSerializerOptions.Web);
            return holder is not null && IsAlive(holder.Pid) ? holder : null;
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            return null;
        }
    }

    static bool IsAlive(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // .NET refuses to read a file that is held exclusively, so the lock and what is said about it are two files.
    static string LockFile(string path) => System.IO.Path.Combine(path, ".lock");

    static string InfoFile(string path) => System.IO.Path.Combine(path, "lock");
}
