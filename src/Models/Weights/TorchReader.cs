using System.Text;

namespace DgxMusic.Models.Weights;

/// <summary>What a PyTorch archive holds besides its tensors.</summary>
/// <param name="ClassName">The class it was written from, such as <c>demucs.htdemucs.HTDemucs</c>; null for bare tensors.</param>
/// <param name="Arguments">What that class was made with.</param>
public sealed record ModelPackage(string ClassName, ModelArguments Arguments);

/// <summary>
/// Reads archives as <c>torch.save</c> writes them since PyTorch 1.6: a ZIP with the objects in <c>ROOT/data.pkl</c> and each storage's numbers in <c>ROOT/data/KEY</c>.
/// Both kinds in use: a package of class, arguments and state, and a bare dictionary of tensors.
/// </summary>
sealed class TorchReader
{
    const int MostPickleBytes = 16 << 20;
    readonly MappedFile file;
    readonly IReadOnlyDictionary<string, ZipEntry> entries;
    readonly string root;

    TorchReader(MappedFile file)
    {
        this.file = file;
        entries = ZipDirectory.Read(file);
        string[] pickles = [.. entries.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal))];
        if (pickles.Length != 1) throw Broken($"it has {pickles.Length} entries data.pkl instead of one");
        root = pickles[0][..^"data.pkl".Length];
        if (root.IndexOf('/') != root.Length - 1) throw Broken("its data.pkl does not lie in the first folder");
        if (entries.Keys.FirstOrDefault(name => !name.StartsWith(root, StringComparison.Ordinal)) is { } stray) throw Broken($"its entry '{stray}' lies outside '{root}'");
        if (entries.TryGetValue(root + "byteorder", out ZipEntry order) && (order.Length > 16 || Encoding.ASCII.GetString(Bytes(order)).Trim() != "little"))
            throw Broken("its numbers are not little-endian");
    }

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/> or <see cref="Contracts.Problem.WeightsRefused"/>.</exception>
    public static (Dictionary<string, WeightTensor> Tensors, ModelPackage? Package) Read(MappedFile file)
    {
        var reader = new TorchReader(file);
        ZipEntry pickle = reader.entries[reader.root + "data.pkl"];
        if (pickle.Length > MostPickleBytes) throw reader.Broken($"its pickle of {pickle.Length} bytes is larger than the {MostPickleBytes} that we read");
        if (PickleReader.Read(file.Path, reader.Bytes(pickle).ToArray()) is not PickleDict top) throw reader.Broken("it holds no dictionary");
        return top.TryGet("state", out object? state) ? (reader.Tensors(state as PickleDict), reader.Package(top)) : (reader.Tensors(top), null);
    }

    ModelPackage Package(PickleDict top)
    {
        if (!top.TryGet("klass", out object? klass) || klass is not PickleName { Module: not "torch" } name) throw Broken("its package does not name its class");
        if (top.TryGet("args", out object? args) && args is not object?[] { Length: 0 }) throw Broken("its package has arguments without names");
        if (!top.TryGet("kwargs", out object? kwargs) || kwargs is not PickleDict named) throw Broken("its package does not say what its class was made with");
        return new ModelPackage(name.ToString(), ModelArguments.From(file.Path, named));
    }

    Dictionary<string, WeightTensor> Tensors(PickleDict? state)
    {
        if (state is null) throw Broken("its state is no dictionary");
        var tensors = new Dictionary<string, WeightTensor>(state.Items.Count);
        foreach ((object key, object? value) in state.Items)
        {
            if (key is not string name || value is not PickleTensor tensor) throw Broken($"its entry '{key}' is no tensor; quantised packages are not supported");
            tensors.Add(name, Tensor(name, tensor));
        }

        return tensors;
    }

    WeightTensor Tensor(string name, PickleTensor tensor)
    {
        (PickleStorage storage, long offset, IReadOnlyList<long> sizes, IReadOnlyList<long> strides) = tensor;
        if (!entries.TryGetValue($"{root}data/{storage.Key}", out ZipEntry entry)) throw Broken($"tensor '{name}' lies in the storage '{storage.Key}', which is missing");
        if (storage.Count < 0 || storage.Count > entry.Length / storage.Type.Bytes() || storage.Count * storage.Type.Bytes() != entry.Length)
            throw Broken($"the storage of tensor '{name}' should have {storage.Count} numbers and has {entry.Length} bytes");
        int[] shape = Shapes.Check(sizes) ?? throw Broken($"tensor '{name}' has the impossible shape [{string.Join(", ", sizes.Take(16))}]");
        if (strides.Count != shape.Length || strides.Any(stride => stride is < 0 or > int.MaxValue)) throw Broken($"tensor '{name}' has the impossible strides [{string.Join(", ", strides.Take(16))}]");
        int count = Shapes.Count(shape);
        // Both factors are below 2³¹ and there are at most 16 of them, so that the sum stays below 2⁶⁶: too much for a long, not for an Int128.
        Int128 last = shape.Zip(strides).Aggregate((Int128)offset, (sum, dimension) => sum + ((Int128)Math.Max(0, dimension.First - 1) * dimension.Second));
        if (offset < 0 || count > storage.Count || (count > 0 && last >= storage.Count))
            throw Broken($"tensor '{name}' of shape {WeightFault.Text(shape)} reaches beyond the {storage.Count} numbers of its storage");
        return new WeightTensor(name, storage.Type, shape, file, entry.Start + (offset * storage.Type.Bytes()), [.. strides]);
    }

    ReadOnlySpan<byte> Bytes(ZipEntry entry) => file.Slice(entry.Start, (int)entry.Length);

    Exception Broken(string reason) => WeightFault.Unreadable(file.Path, reason);
}
