using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DgxMusic.Models.Weights;

/// <summary>What the few calls that published weight files contain come to. Every other one is refused by its name.</summary>
static class PickleCalls
{
    /// <summary>Values may be shared, so that a small pickle could have a long text worked on again and again.</summary>
    const int MostText = 64, MostDimensions = 16;
    static readonly HashSet<string> names =
    [
        "collections.OrderedDict", "fractions.Fraction", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter", "demucs.htdemucs.HTDemucs",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype", "_codecs.encode",
    ];

    public static bool Knows(PickleName name) => names.Contains(name.ToString()) || (name.Module == "torch" && ElementTypes.FromTorchStorage(name.Name) is not null);

    /// <summary>The value of a call; null if the name may not be called, or not with these arguments.</summary>
    public static object? Evaluate(PickleName name, object?[] arguments) => (name.ToString(), arguments) switch
    {
        ("collections.OrderedDict", []) => new PickleDict(),
        ("fractions.Fraction", [long above, long below]) when below != 0 => (double)above / below,
        ("fractions.Fraction", [string { Length: <= MostText } text]) => Fraction(text),
        ("torch._utils._rebuild_tensor_v2", [PickleStorage storage, long offset, object?[] sizes, object?[] strides, bool, PickleDict { Items.Count: 0 }, ..])
            when Numbers(sizes) is { } shape && Numbers(strides) is { } steps => new PickleTensor(storage, offset, shape, steps),

        // Parameters are tensors; whoever saved them so went on training.
        ("torch._utils._rebuild_parameter", [PickleTensor tensor, bool, PickleDict { Items.Count: 0 }]) => tensor,

        // The measured quality of a model stands in its package as NumPy scalars.
        ("_codecs.encode", [string { Length: <= MostText } text, "latin1"]) when text.All(c => c <= 0xff) => Encoding.Latin1.GetBytes(text),
        ("numpy.dtype", [string code, ..]) when code is "f8" or "f4" or "i8" or "i4" => new PickleNumpyType(code),
        ("numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar", [PickleNumpyType type, byte[] bytes]) => Scalar(type.Code, bytes),
        _ => null,
    };

    static object? Fraction(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long above)) return null;
        long below = 1;
        if (parts.Length == 2 && !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out below)) return null;
        return below == 0 ? null : (double)above / below;
    }

    static object? Scalar(string code, byte[] bytes) => (code, bytes.Length) switch
    {
        ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ("i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ("i4", 4) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => null,
    };

    static long[]? Numbers(object?[] values) => values.Length <= MostDimensions && values.All(value => value is long) ? [.. values.Cast<long>()] : null;
}
