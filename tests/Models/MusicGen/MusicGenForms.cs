using System.Text;
using System.Text.Json;
using DgxMusic.Models.Tests.Weights;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.MusicGen;

/// <summary>The small MusicGen in the forms in which the larger ones are published.</summary>
static class MusicGenForms
{
    const string Tied = "text_encoder.shared.weight", Twin = "text_encoder.encoder.embed_tokens.weight";

    public static string Weights => GoldenFiles.Path("musicgen_small", "model.safetensors");

    public static string Config => GoldenFiles.Path("musicgen_small", "config.json");

    /// <summary>As a module's state is saved by PyTorch: an ordered dictionary with an attribute, two names for one storage.</summary>
    public static byte[] Torch(Func<string, bool>? isHere = null)
    {
        using WeightFile weights = WeightFile.Open(Weights);
        var pickle = new PickleBuilder().Global("collections", "OrderedDict").Op(')').Op('R').Op('(');
        var storages = new List<(string, byte[])>();
        foreach (WeightTensor tensor in weights.Tensors.Values.Where(tensor => isHere?.Invoke(tensor.Name) ?? true))
        {
            string key = $"{storages.Count}", storage = tensor.Type == ElementType.F32 ? "FloatStorage" : throw new NotSupportedException($"{tensor.Name} is {tensor.Type}");
            long[] sizes = [.. tensor.Shape.Select(size => (long)size)], strides = [.. sizes.Index().Select(axis => sizes.Skip(axis.Index + 1).Aggregate(1L, (product, size) => product * size))];
            foreach (string name in tensor.Name == Tied ? (string[])[Tied, Twin] : [tensor.Name]) pickle.Text(name).Tensor(sizes, strides, 0, tensor.Count, storage, key);
            storages.Add((key, tensor.Raw().ToArray()));
        }

        return ArchiveBuilder.Torch(pickle.Op('u').Op('}').Text("_metadata").Op('}').Op('s').Op('b').Stop(), [.. storages]);
    }

    /// <summary>Two files and their index.</summary>
    /// <returns>The index's path.</returns>
    public static string Shards(TemporaryFolder folder, bool asTorch)
    {
        using WeightFile weights = WeightFile.Open(Weights);
        (string stem, string extension) = asTorch ? ("pytorch_model", ".bin") : ("model", ".safetensors");
        string[] files = [$"{stem}-00001-of-00002{extension}", $"{stem}-00002-of-00002{extension}"];
        Dictionary<string, string> places = weights.Tensors.Keys.ToDictionary(name => name, name => files[name.StartsWith("decoder.", StringComparison.Ordinal) ? 1 : 0]);
        foreach (string file in files) folder.Write(file, asTorch ? Torch(name => places[name] == file) : SafeTensors(weights, name => places[name] == file));
        return folder.Write($"{stem}{extension}.index.json", JsonSerializer.SerializeToUtf8Bytes(new { metadata = new { total_size = 1 }, weight_map = places }));
    }

    static byte[] SafeTensors(WeightFile weights, Func<string, bool> isHere)
    {
        using var data = new MemoryStream();
        var header = new Dictionary<string, object>();
        foreach (WeightTensor tensor in weights.Tensors.Values.Where(tensor => isHere(tensor.Name)))
        {
            long start = data.Length;
            data.Write(tensor.Raw());
            header[tensor.Name] = new { dtype = $"{tensor.Type}", shape = tensor.Shape, data_offsets = new[] { start, data.Length } };
        }

        byte[] text = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. data.ToArray()];
    }
}
