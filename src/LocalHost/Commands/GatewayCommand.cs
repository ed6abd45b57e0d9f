using System.CommandLine;
using DgxMusic.LocalHost.Hosting;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What a command has to say.</summary>
/// <param name="Report">For <c>--json</c>.</param>
/// <param name="Print">For people.</param>
sealed record CommandAnswer(object Report, Action Print)
{
    public int ExitCode { get; init; } = Commands.ExitCode.Done;
}

/// <summary>The manners of every command that talks to the API.</summary>
static class GatewayCommand
{
    /// <summary>Gives a command its options for where to work and what to print, and its action.</summary>
    /// <param name="engines">What engines are to be like where the work is done in this process; null: as the settings say.</param>
    public static Command Asking(this Command command, Func<Gateway, ParseResult, CancellationToken, Task<CommandAnswer>> act, Func<ParseResult, OwnEngines>? engines = null)
    {
        var flags = new GatewayFlags();
        Option<bool> json = SharedOptions.Json();
        flags.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            await using Gateway gateway = await flags.OpenAsync(parsed, cancel, engines?.Invoke(parsed));
            CommandAnswer answer = await act(gateway, parsed, cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(answer.Report);
            else answer.Print();
            return answer.ExitCode;
        }));
        return command;
    }
}
