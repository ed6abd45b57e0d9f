using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>What a package says its model was made with: null, bool, long, double (fractions too), string, and lists and dictionaries of these.</summary>
public sealed class ModelArguments
{
    const int MostDepth = 16, MostValues = 10_000;
    readonly string path;
    readonly Dictionary<string, object?> values = [];
    int converted;

    ModelArguments(string path) => this.path = path;

    public IReadOnlyDictionary<string, object?> Values => values;

    internal static ModelArguments From(string path, PickleDict dict)
    {
        var arguments = new ModelArguments(path);
        foreach ((object key, object? value) in dict.Items)
            arguments.values.Add(key as string ?? throw WeightFault.Unreadable(path, $"its model has an argument without a name ({key})"), arguments.Convert(value, 0));
        return arguments;
    }

    /// <summary>A whole number; the fallback where the package says nothing or None.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: something else stands there, or nothing and there is no fallback.</exception>
    public int Integer(string name, int? fallback = null) => Find(name, fallback) is long and >= int.MinValue and <= int.MaxValue and var number ? (int)number
        : fallback is { } usual && IsAbsent(name) ? usual : throw Unfit(name, "a whole number");

    /// <summary>A number, whole or not; a fraction is its value.</summary>
    /// <inheritdoc cref="Integer"/>
    public double Number(string name, double? fallback = null) => Find(name, fallback) switch
    {
        double number => number,
        long number => number,
        null when fallback is { } usual => usual,
        _ => throw Unfit(name, "a number"),
    };

    /// <inheritdoc cref="Integer"/>
    public bool Flag(string name, bool? fallback = null) => Find(name, fallback) is bool flag ? flag : fallback is { } usual && IsAbsent(name) ? usual : throw Unfit(name, "true or false");

    /// <inheritdoc cref="Integer"/>
    public string Text(string name, string? fallback = null) => Find(name, fallback) is string text ? text : fallback is not null && IsAbsent(name) ? fallback : throw Unfit(name, "a text");

    /// <summary>A list of texts, such as the names of the sources.</summary>
    /// <inheritdoc cref="Integer"/>
    public IReadOnlyList<string> Texts(string name) => Find(name, null) is IReadOnlyList<object?> list && list.All(item => item is string) ? [.. list.Cast<string>()] : throw Unfit(name, "a list of texts");

    object? Find(string name, object? fallback) => values.TryGetValue(name, out object? value) || fallback is not null ? value : throw Unfit(name, "a value");

    bool IsAbsent(string name) => values.GetValueOrDefault(name) is null;

    PipelineException Unfit(string name, string wanted) => WeightFault.Mismatch(path, $"its argument '{name}' is not {wanted}");

    object? Convert(object? value, int depth)
    {
        // Values may be shared, so a small pickle can stand for a tree without end.
        if (depth > MostDepth || ++converted > MostValues) throw WeightFault.Unreadable(path, $"its model's arguments are nested deeper than {MostDepth} or more than {MostValues}");
        return value switch
        {
            null or bool or long or double or string => value,
            object?[] tuple => tuple.Select(item => Convert(item, depth + 1)).ToArray(),
            List<object?> list => list.Select(item => Convert(item, depth + 1)).ToArray(),
            PickleDict dict => dict.Items.ToDictionary(item => item.Key.ToString()!, item => Convert(item.Value, depth + 1)),
            _ => throw WeightFault.Unreadable(path, "its model has an argument that is no plain value"),
        };
    }
}
