using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>A file as bytes in memory that the system reads when they are touched. The file must not be cut shorter while it is open.</summary>
sealed unsafe partial class MappedFile : IDisposable
{
    const int DoNotNeed = 4;
    readonly MemoryMappedFile map;
    readonly MemoryMappedViewAccessor view;
    byte* start;

    MappedFile(string path, long length, MemoryMappedFile map)
    {
        (Path, Length, this.map) = (path, length, map);
        view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/>: there is no such file, it is empty or it may not be read.</exception>
    public static MappedFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length == 0) throw WeightFault.Unreadable(path, "it is empty");
            return new MappedFile(path, stream.Length, MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false));
        }
        catch (Exception fault)
        {
            stream?.Dispose();
            if (fault is FileNotFoundException or DirectoryNotFoundException) throw WeightFault.Unreadable(path, "there is no such file");
            if (fault is IOException or UnauthorizedAccessException) throw WeightFault.Unreadable(path, fault.Message.TrimEnd('.'));
            throw;
        }
    }

    /// <summary>Bytes of the file; valid until this is disposed of.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(start is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset < 0 || offset > Length - length) throw new ArgumentOutOfRangeException(nameof(offset), $"Bytes {offset} to {offset + length} of {Length}.");
        return new ReadOnlySpan<byte>(start + offset, length);
    }

    /// <summary>Lets bytes go that were read and are not needed soon, so that they do not count as this program's memory; touched again, they come again.</summary>
    public void Forget(long offset, long length)
    {
        if (!OperatingSystem.IsLinux() || start is null) return;
        // Whole pages only: what shares one with other bytes stays.
        nuint page = (nuint)Environment.SystemPageSize, from = ((nuint)(start + offset) + page - 1) / page * page, to = (nuint)(start + offset + length) / page * page;
        if (to > from) Advise(from, to - from, DoNotNeed);
    }

    public void Dispose()
    {
        if (start is null) return;
        start = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }

    // A mapping that is only read loses nothing by it; where the system refuses, the pages stay until it needs them.
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);
}
