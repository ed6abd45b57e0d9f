namespace DgxMusic.Models.Weights;

/// <summary>The name of a class or function in a pickle. Nothing is ever looked up or called by it.</summary>
sealed record PickleName(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A Python dict with keys in the order of the file.</summary>
sealed class PickleDict
{
    readonly Dictionary<object, object?> values = [];

    public List<KeyValuePair<object, object?>> Items { get; } = [];

    /// <summary>False if the key is there already.</summary>
    public bool TryAdd(object key, object? value)
    {
        if (!values.TryAdd(key, value)) return false;
        Items.Add(new(key, value));
        return true;
    }

    public bool TryGet(string key, out object? value) => values.TryGetValue(key, out value);
}

/// <summary>A NumPy type by its code, such as <c>f8</c>.</summary>
sealed record PickleNumpyType(string Code);

/// <summary>A block of numbers under <c>data/KEY</c> in the archive.</summary>
sealed record PickleStorage(ElementType Type, string Key, long Count);

/// <summary>A view of a storage; offset and strides in elements.</summary>
sealed record PickleTensor(PickleStorage Storage, long Offset, IReadOnlyList<long> Sizes, IReadOnlyList<long> Strides);
