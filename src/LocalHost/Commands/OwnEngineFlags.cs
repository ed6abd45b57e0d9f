using System.CommandLine;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What engines are to be like where the work is done in the command's own process, as options of it.</summary>
/// <param name="weightsHelp">What weights the command takes.</param>
sealed class OwnEngineFlags(string weightsHelp)
{
    readonly Option<string?> weights = new("--weights") { Description = weightsHelp, HelpName = "PATH" };
    readonly Option<int> threads = new("--threads") { Description = "Of the processor; 0: all. Not with a server." };
    readonly Option<string?> models = SharedOptions.Models();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[weights, threads, models]) command.Options.Add(option);
    }

    public string? WeightsOf(ParseResult parsed) => parsed.GetValue(weights);

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>.</exception>
    public OwnEngines Read(ParseResult parsed)
    {
        int count = parsed.GetValue(threads);
        if (count is < 0 or > EngineOptions.MostThreads)
            throw new PipelineException(Problem.InvalidRequest, $"{count} is not between 0 and {EngineOptions.MostThreads} threads.", new Dictionary<string, string> { ["threads"] = "Out of range." });
        return new(parsed.GetResult(models) is { Implicit: false } ? parsed.GetValue(models) : null, parsed.GetResult(threads) is { Implicit: false } ? count : null);
    }
}
