using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen;

/// <summary>One object of a configuration; every question names what it expected.</summary>
sealed class ConfigSection(string path, string name, JsonElement values)
{
    public string Path => path;

    public ConfigSection this[string section] => values.ValueKind == JsonValueKind.Object && values.TryGetProperty(section, out JsonElement inner) && inner.ValueKind == JsonValueKind.Object
        ? new(path, section, inner)
        : throw Unfit($"it has no section '{section}'");

    public int Integer(string key, int usual) => Find(key) is not { } value ? usual
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(key, "a whole number");

    public double Number(string key, double usual) => Find(key) is not { } value ? usual
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw Wrong(key, "a number");

    public string Text(string key, string usual) => Find(key) is not { } value ? usual : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(key, "a text");

    public IReadOnlyList<int> Integers(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _))
            ? [.. list.EnumerateArray().Select(item => item.GetInt32())]
            : throw Wrong(key, "a list of whole numbers");

    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: it says something else. Where it says nothing, the only value there is holds.</exception>
    public void Require(string key, string only)
    {
        if (Text(key, only) is var found && found != only) throw Unfit($"its {name} has the {key} '{found}', not '{only}'");
    }

    /// <inheritdoc cref="Require(string, string)"/>
    public void Require(string key, bool only)
    {
        if (Find(key) is { } value && value.ValueKind != (only ? JsonValueKind.True : JsonValueKind.False)) throw Unfit($"its {name} has the {key} {value}, not {(only ? "true" : "false")}");
    }

    public PipelineException Unfit(string reason) => WeightFault.Mismatch(path, reason);

    JsonElement? Find(string key) => values.ValueKind == JsonValueKind.Object && values.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    PipelineException Wrong(string key, string wanted) => Unfit($"'{key}' of its {(name.Length == 0 ? "configuration" : name)} is not {wanted}");
}

/// <summary>What the shapes of a checkpoint tell of its model.</summary>
sealed class CheckpointShapes(WeightFile weights)
{
    const int Most = 512;

    public bool Has(string name) => weights.Tensors.ContainsKey(name);

    public int Size(string name, int axis) => weights.Tensors.TryGetValue(name, out WeightTensor? tensor) && axis < tensor.Shape.Count ? tensor.Shape[axis] : throw Foreign(name);

    /// <summary>How many there are, numbered from 0.</summary>
    public int Count(Func<int, string> name) => Enumerable.Range(0, Most).TakeWhile(n => Has(name(n))).Count();

    /// <summary>Shape of the weights of a convolution, in either form in which weight norm is written; null if there is none.</summary>
    public int[]? WeightOf(string module) =>
        new[] { "weight_v", "parametrizations.weight.original1" }.Select(form => weights.Tensors.GetValueOrDefault($"{module}.{form}")).FirstOrDefault(tensor => tensor is not null) is { } found
            ? [.. found.Shape]
            : null;

    public PipelineException Foreign(string name) => WeightFault.Mismatch(weights.Path, $"it has no tensor '{name}', which every MusicGen has");
}
