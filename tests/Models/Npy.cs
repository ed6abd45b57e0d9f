using System.Runtime.InteropServices;
using System.Text;

namespace DgxMusic.Models.Tests;

/// <summary>Recorded arrays: NumPy's format, version 1, little-endian float32 in C order.</summary>
static class Npy
{
    const int FixedBytes = 10;

    public static float[] Read(params string[] path)
    {
        byte[] file = File.ReadAllBytes(GoldenFiles.Path(path));
        int headerBytes = BitConverter.ToUInt16(file, 8);
        string header = Encoding.ASCII.GetString(file, FixedBytes, headerBytes);
        if (!header.Contains("'<f4'", StringComparison.Ordinal) || !header.Contains("'fortran_order': False", StringComparison.Ordinal)) throw new InvalidDataException(header);
        return MemoryMarshal.Cast<byte, float>(file.AsSpan(FixedBytes + headerBytes)).ToArray();
    }
}
