using System.Text.Json;

namespace DgxMusic.Models.Weights;

/// <summary>Weights in several files beside an index that says which tensor lies in which: <c>{"weight_map": {"name": "file", …}}</c>.</summary>
static class ShardIndex
{
    const int MostFiles = 1000;
    const long MostIndexBytes = 10_000_000;

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/> or <see cref="Contracts.Problem.WeightsRefused"/>.</exception>
    public static WeightFile Open(string path)
    {
        Dictionary<string, string> places = ReadMap(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var open = new List<WeightFile>();
        try
        {
            var tensors = new Dictionary<string, WeightTensor>();
            foreach (IGrouping<string, KeyValuePair<string, string>> shard in places.GroupBy(place => place.Value))
            {
                if (shard.Key.Length == 0 || shard.Key.AsSpan().ContainsAny("/\\:\0") || shard.Key is "." or "..") throw WeightFault.Refused(path, $"it names the file '{shard.Key}', which does not lie beside it");
                if (open.Count == MostFiles) throw WeightFault.Unreadable(path, $"it names more than {MostFiles} files");
                open.Add(WeightFile.Open(Path.Combine(folder, shard.Key)));
                foreach (string name in shard.Select(place => place.Key))
                    tensors.Add(name, open[^1].Tensors.GetValueOrDefault(name) ?? throw WeightFault.Unreadable(path, $"{shard.Key} lacks the tensor '{name}' that the index places there"));
            }

            return new WeightFile(path, [.. open.SelectMany(shard => shard.Files)], tensors);
        }
        catch
        {
            open.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    static Dictionary<string, string> ReadMap(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MostIndexBytes) throw WeightFault.Unreadable(path, $"its {stream.Length} bytes are more than an index has");
            using JsonDocument json = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var places = new Dictionary<string, string>();
            foreach (JsonProperty place in json.RootElement.GetProperty("weight_map").EnumerateObject()) places.Add(place.Name, place.Value.GetString() ?? "");
            return places;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw WeightFault.Unreadable(path, "it is not the JSON of a weight index");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw WeightFault.Unreadable(path, fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : fault.Message.TrimEnd('.'));
        }
    }
}
