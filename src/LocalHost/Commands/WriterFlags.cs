using System.CommandLine;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Tensors;

namespace DgxMusic.LocalHost.Commands;

/// <summary>Which MusicGen weights a command uses and how they are kept, where it names no model otherwise.</summary>
sealed class WriterFlags
{
    readonly Option<string?> weights = new("--weights")
    {
        Description = "Weights of a MusicGen to use where they lie, installed or not: a folder with config.json and tokenizer, or a weight file with those beside it.",
        HelpName = "NAME=PATH",
    };

    readonly Option<WeightStorage?> precision = Precision();

    public static Option<WeightStorage?> Precision() => new("--precision")
    {
        Description = "What a MusicGen's weights are kept as; less is faster and a little off. Not with a server elsewhere.", HelpName = "float32|bfloat16|int8",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[weights, precision]) command.Options.Add(option);
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>.</exception>
    public OwnEngines Read(ParseResult parsed) => new(null, null) { Writer = parsed.GetValue(weights) is { } named ? Split(named) : null, Precision = parsed.GetValue(precision) };

    static (string Name, string Path) Split(string weights) => weights.IndexOf('=') is > 0 and int at
        ? (weights[..at], weights[(at + 1)..])
        : throw new PipelineException(Problem.InvalidRequest, $"'{weights}' is not a model and a path, such as musicgen-small=/models/musicgen-small.");
}
