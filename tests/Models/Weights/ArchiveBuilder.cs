using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>Writes archives as <c>torch.save</c> does, and such as it never would.</summary>
sealed class ArchiveBuilder
{
    readonly List<(string Name, byte[] Data, int Method)> entries = [];

    public ArchiveBuilder Add(string name, byte[] data, int method = 0)
    {
        entries.Add((name, data, method));
        return this;
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>An archive of one pickle and storages by key.</summary>
    public static byte[] Torch(byte[] pickle, params (string Key, byte[] Data)[] storages)
    {
        var builder = new ArchiveBuilder().Add("archive/data.pkl", pickle);
        foreach ((string key, byte[] data) in storages) builder.Add($"archive/data/{key}", data);
        return builder.Add("archive/version", "3\n"u8.ToArray()).Build();
    }

    /// <param name="wide">Write sizes and places in the 64-bit fields, as archives above 4 GiB do.</param>
    public byte[] Build(bool wide = false)
    {
        using var file = new MemoryStream();
        var places = new List<long>();
        foreach ((string name, byte[] data, int method) in entries)
        {
            places.Add(file.Length);
            byte[] text = Encoding.UTF8.GetBytes(name);
            Write(file, 0x04034b50u, (ushort)0, (ushort)0x0800, (ushort)method, 0u, 0u, (uint)data.Length, (uint)data.Length, (ushort)text.Length, (ushort)0);
            file.Write(text);
            file.Write(data);
        }

        long directory = file.Length;
        for (int i = 0; i < entries.Count; i++) WriteCentral(file, entries[i], places[i], wide);
        long length = file.Length - directory;
        if (wide)
        {
            long record = file.Length;
            Write(file, 0x06064b50u, 44ul, (ushort)45, (ushort)45, 0u, 0u, (ulong)entries.Count, (ulong)entries.Count, (ulong)length, (ulong)directory);
            Write(file, 0x07064b50u, 0u, (ulong)record, 1u);
        }

        uint Limit(long value) => wide ? uint.MaxValue : (uint)value;
        Write(file, 0x06054b50u, 0u, (ushort)entries.Count, (ushort)entries.Count, Limit(length), Limit(directory), (ushort)0);
        return file.ToArray();
    }

    static void WriteCentral(MemoryStream file, (string Name, byte[] Data, int Method) entry, long place, bool wide)
    {
        byte[] text = Encoding.UTF8.GetBytes(entry.Name);
        uint size = wide ? uint.MaxValue : (uint)entry.Data.Length;
        Write(file, 0x02014b50u, (ushort)0, (ushort)0, (ushort)0x0800, (ushort)entry.Method, 0u, 0u, size, size, (ushort)text.Length, (ushort)(wide ? 28 : 0));
        Write(file, (ushort)0, (ushort)0, (ushort)0, 0u, wide ? uint.MaxValue : (uint)place);
        file.Write(text);
        if (wide) Write(file, (ushort)1, (ushort)24, (ulong)entry.Data.Length, (ulong)entry.Data.Length, (ulong)place);
    }

    static void Write(MemoryStream file, params ReadOnlySpan<object> fields)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (object field in fields)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Convert.ToUInt64(field));
            file.Write(bytes[..(field switch { ushort => 2, uint => 4, _ => 8 })]);
        }
    }
}
