using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>The tensors of a model by name, wherever they lie: safetensors, PyTorch archives, or several of one kind with an index. Reading is safe from many threads.</summary>
public sealed class WeightFile : IDisposable
{
    readonly MappedFile[] files;
    readonly Lazy<string> identity;

    internal WeightFile(string path, MappedFile[] files, Dictionary<string, WeightTensor> tensors, ModelPackage? package = null)
    {
        (Path, this.files, Tensors, Package) = (path, files, tensors, package);
        identity = new(() => IdentityOf([.. files.Select(file => file.Path)]));
    }

    public string Path { get; }

    public IReadOnlyDictionary<string, WeightTensor> Tensors { get; }

    /// <summary>Null where the file holds nothing but tensors.</summary>
    public ModelPackage? Package { get; }

    internal IReadOnlyList<MappedFile> Files => files;

    /// <summary>SHA-256 of the file, 64 lower-case hex digits; for several files the SHA-256 of their digests in the order of their names. Reads the files through once.</summary>
    public string Sha256 => identity.Value;

    /// <summary>Opens a weight file of any kind by what it holds, an index (<c>*.index.json</c>) with the files that it names.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/> or <see cref="Problem.WeightsRefused"/>.</exception>
    public static WeightFile Open(string path)
    {
        if (path.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase)) return ShardIndex.Open(path);
        MappedFile file = MappedFile.Open(path);
        try
        {
            if (file.Length >= 2 && file.Slice(0, 2).SequenceEqual("PK"u8))
            {
                (Dictionary<string, WeightTensor> tensors, ModelPackage? package) = TorchReader.Read(file);
                return new WeightFile(path, [file], tensors, package);
            }

            if (file.Length >= 2 && file.Slice(0, 1)[0] == 0x80) throw WeightFault.Unreadable(path, "it is a bare pickle as PyTorch wrote them before version 1.6");
            return new WeightFile(path, [file], SafeTensorsReader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A tensor whose shape is known, row-major, as float32.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: there is none of that name and shape, or its numbers are not floating-point of at most 32 bits.</exception>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        WeightTensor tensor = Find(name, shape);
        float[] numbers = GC.AllocateUninitializedArray<float>(tensor.Count);
        tensor.Read(numbers);
        return numbers;
    }

    /// <inheritdoc cref="Read(string, ReadOnlySpan{int})"/>
    /// <param name="destination">As long as the product of the shape.</param>
    public void Read(string name, ReadOnlySpan<int> shape, Span<float> destination) => Find(name, shape).Read(destination);

    /// <summary>A tensor of whatever length the destination has, for callers that do not care how it is shaped.</summary>
    /// <inheritdoc cref="Read(string, ReadOnlySpan{int})"/>
    public void Read(string name, Span<float> destination)
    {
        WeightTensor tensor = Find(name);
        if (tensor.Count != destination.Length) throw WeightFault.Mismatch(Path, $"tensor '{name}' has the shape {WeightFault.Text(tensor.Shape)}, {tensor.Count} numbers where {destination.Length} are needed");
        tensor.Read(destination);
    }

    public void Dispose()
    {
        foreach (MappedFile file in files) file.Dispose();
    }

    /// <inheritdoc cref="Read(string, ReadOnlySpan{int})" path="/exception"/>
    internal WeightTensor Find(string name, ReadOnlySpan<int> shape)
    {
        if (!Tensors.ContainsKey(name)) throw WeightFault.Mismatch(Path, $"it has no tensor '{name}', which should have the shape {WeightFault.Text(shape.ToArray())}");
        WeightTensor tensor = Find(name);
        return shape.SequenceEqual([.. tensor.Shape]) ? tensor
            : throw WeightFault.Mismatch(Path, $"tensor '{name}' has the shape {WeightFault.Text(tensor.Shape)} and should have {WeightFault.Text(shape.ToArray())}");
    }

    WeightTensor Find(string name)
    {
        if (!Tensors.TryGetValue(name, out WeightTensor? tensor)) throw WeightFault.Mismatch(Path, $"it has no tensor '{name}'");
        return tensor.Type is ElementType.F32 or ElementType.F16 or ElementType.BF16 ? tensor
            : throw WeightFault.Mismatch(Path, $"tensor '{name}' holds {tensor.Type} and should hold F32, F16 or BF16");
    }

    static string IdentityOf(string[] paths)
    {
        if (paths.Length == 1) return FileHash.Of(paths[0]);
        string[] digests = [.. paths.OrderBy(System.IO.Path.GetFileName, StringComparer.Ordinal).Select(path => FileHash.Of(path))];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', digests))));
    }
}
