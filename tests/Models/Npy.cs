using System.Runtime.InteropServices;
using System.Text;

namespace DgxMusic.Models.Tests;

/// <summary>Recorded arrays: NumPy's format, version 1, little-endian float32 or int32 in C order.</summary>
static class Npy
{
    const int FixedBytes = 10;

    public static float[] Read(params string[] path) => Read<float>("'<f4'", path);

    public static int[] ReadIntegers(params string[] path) => Read<int>("'<i4'", path);

    static T[] Read<T>(string type, string[] path) where T : unmanaged
    {
        byte[] file = File.ReadAllBytes(GoldenFiles.Path(path));
        int headerBytes = BitConverter.ToUInt16(file, 8);
        string header = Encoding.ASCII.GetString(file, FixedBytes, headerBytes);
        if (!header.Contains(type, StringComparison.Ordinal) || !header.Contains("'fortran_order': False", StringComparison.Ordinal)) throw new InvalidDataException(header);
        return MemoryMarshal.Cast<byte, T>(file.AsSpan(FixedBytes + headerBytes)).ToArray();
    }
}
