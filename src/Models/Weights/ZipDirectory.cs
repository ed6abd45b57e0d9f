using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Models.Weights;

/// <summary>Where one stored file lies in an archive.</summary>
readonly record struct ZipEntry(string Name, long Start, long Length);

/// <summary>
/// The files in a ZIP archive that lie there as they are, so that they can be read in place. Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.
/// </summary>
sealed class ZipDirectory
{
    const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, Locator64Mark = 0x07064b50, CentralMark = 0x02014b50, LocalMark = 0x04034b50;
    const int EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56, CentralBytes = 46, LocalBytes = 30, MostComment = 65_535;
    const int MostEntries = 200_000, MostDirectoryBytes = 64 << 20;
    readonly MappedFile file;
    readonly Dictionary<string, ZipEntry> entries = [];

    ZipDirectory(MappedFile file) => this.file = file;

    /// <summary>The entries by name.</summary>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/>, or <see cref="Contracts.Problem.WeightsRefused"/> for a name that leads out of the archive.</exception>
    public static IReadOnlyDictionary<string, ZipEntry> Read(MappedFile file)
    {
        var directory = new ZipDirectory(file);
        directory.ReadAll();
        return directory.entries;
    }

    void ReadAll()
    {
        (long start, long length, long count) = FindDirectory();
        if (count > MostEntries || length > MostDirectoryBytes) throw Broken($"its directory of {count} entries in {length} bytes is larger than we read");
        if (start < 0 || length < 0 || start > file.Length - length) throw Broken("its directory lies outside the file");
        ReadOnlySpan<byte> directory = file.Slice(start, (int)length);
        for (long i = 0; i < count; i++) directory = directory[ReadEntry(directory, start)..];
        long end = 0;
        foreach (ZipEntry entry in entries.Values.OrderBy(entry => entry.Start))
        {
            if (entry.Start < end) throw Broken($"entry '{entry.Name}' overlaps another");
            end = entry.Start + entry.Length;
        }
    }

    (long Start, long Length, long Count) FindDirectory()
    {
        int tail = (int)Math.Min(file.Length, EndBytes + MostComment);
        ReadOnlySpan<byte> bytes = file.Slice(file.Length - tail, tail);
        for (int i = tail - EndBytes; i >= 0; i--)
        {
            ReadOnlySpan<byte> end = bytes[i..];
            if (U32(end, 0) != EndMark || U16(end, 20) != end.Length - EndBytes) continue;
            return Find64(file.Length - tail + i) ?? (U32(end, 16), U32(end, 12), U16(end, 10));
        }

        throw Broken("it has no ZIP directory at its end, so it is cut off or no archive");
    }

    /// <summary>The directory by the record that archives above 4 GiB have as well.</summary>
    (long Start, long Length, long Count)? Find64(long end)
    {
        if (end < Locator64Bytes || U32(file.Slice(end - Locator64Bytes, 4), 0) != Locator64Mark) return null;
        long record = I64(file.Slice(end - Locator64Bytes, Locator64Bytes), 8);
        if (record < 0 || record > file.Length - End64Bytes) throw Broken("its directory lies outside the file");
        ReadOnlySpan<byte> bytes = file.Slice(record, End64Bytes);
        return U32(bytes, 0) == End64Mark ? (I64(bytes, 48), I64(bytes, 40), I64(bytes, 32)) : throw Broken("its directory is damaged");
    }

    /// <summary>Takes one entry in; returns the bytes that it takes in the directory.</summary>
    int ReadEntry(ReadOnlySpan<byte> directory, long directoryStart)
    {
        if (directory.Length < CentralBytes || U32(directory, 0) != CentralMark) throw Broken("its directory is damaged");
        int nameBytes = U16(directory, 28), extraBytes = U16(directory, 30), total = CentralBytes + nameBytes + extraBytes + U16(directory, 32);
        if (total > directory.Length) throw Broken("its directory is damaged");
        string name = Name(directory.Slice(CentralBytes, nameBytes));
        long packed = U32(directory, 20), length = U32(directory, 24), local = U32(directory, 42);
        Widen(directory.Slice(CentralBytes + nameBytes, extraBytes), ref length, ref packed, ref local);
        if ((U16(directory, 8) & 1) != 0) throw Broken($"entry '{name}' is encrypted");
        if (U16(directory, 10) != 0 || packed != length) throw Broken($"entry '{name}' is compressed; PyTorch stores weights as they are");
        if (local < 0 || length < 0 || local > directoryStart - LocalBytes) throw Broken($"entry '{name}' lies outside the archive");
        ReadOnlySpan<byte> header = file.Slice(local, LocalBytes);
        if (U32(header, 0) != LocalMark || U16(header, 8) != 0) throw Broken($"entry '{name}' has no header of its own");
        long start = local + LocalBytes + U16(header, 26) + U16(header, 28);
        if (length > directoryStart - start) throw Broken($"entry '{name}' of {length} bytes runs over the archive's end");
        if (!entries.TryAdd(name, new ZipEntry(name, start, length))) throw Broken($"it has two entries '{name}'");
        return total;
    }

    /// <summary>Replaces the fields that say "see the extra field" by what it says (APPNOTE 4.5.3).</summary>
    static void Widen(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            int size = U16(extra, 2);
            if (size > extra.Length - 4) return;
            ReadOnlySpan<byte> field = extra.Slice(4, size);
            if (U16(extra, 0) == 1)
            {
                Take(ref field, ref length);
                Take(ref field, ref packed);
                Take(ref field, ref local);
            }

            extra = extra[(4 + size)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue || field.Length < 8) return;
            value = I64(field, 0);
            field = field[8..];
        }
    }

    string Name(ReadOnlySpan<byte> bytes)
    {
        string name = Encoding.UTF8.GetString(bytes);
        bool plain = name.Length is > 0 and <= 1024 && !name.Contains('\\') && !name.Contains(':') && !name.Any(char.IsControl);
        if (!plain || name.Split('/').Any(part => part is "" or "." or ".."))
            throw WeightFault.Refused(file.Path, $"its entry '{name[..Math.Min(100, name.Length)]}' has a name that leads elsewhere");
        return name;
    }

    Exception Broken(string reason) => WeightFault.Unreadable(file.Path, reason);

    static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
