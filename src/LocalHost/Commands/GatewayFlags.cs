using System.CommandLine;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;

namespace DgxMusic.LocalHost.Commands;

/// <summary>Whose jobs a command is about, as options that all such commands have.</summary>
sealed class GatewayFlags
{
    const string ServerVariable = "DGXMUSIC_SERVER", KeyVariable = "DGXMUSIC_KEY";
    readonly Option<string> data = SharedOptions.Data();

    readonly Option<string?> server = new("--server")
    {
        Description = $"Work with the server at this address instead of a data folder; what {ServerVariable} says unless given.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(ServerVariable),
        HelpName = "URL",
    };

    readonly Option<string?> key = Key();

    public static Option<string?> Key() => new("--key")
    {
        Description = $"The key that server knows you by; better kept in {KeyVariable}, where no process list shows it.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } secret ? secret : null,
        HelpName = "KEY",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[data, server, key]) command.Options.Add(option);
    }

    /// <param name="engines">As <see cref="Gateway.OpenAsync"/> takes them.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: the server's address is none, or its engines are not this command's.</exception>
    public Task<Gateway> OpenAsync(ParseResult parsed, CancellationToken cancel, OwnEngines? engines = null)
    {
        Uri? address = parsed.GetValue(server) is { Length: > 0 } text ? AddressOf(text) : null;
        if (address is not null && parsed.GetResult(data) is { Implicit: false } && parsed.GetResult(server) is { Implicit: false })
            throw new PipelineException(Problem.InvalidRequest, "--data and --server are two places; give one.");

        // A folder that was named wins over a server that the environment names.
        bool here = parsed.GetResult(data) is { Implicit: false };
        return Gateway.OpenAsync(new(parsed.GetValue(data)!, here ? null : address, parsed.GetValue(key) is { Length: > 0 } secret ? secret : null), cancel, engines);
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>.</exception>
    public static Uri AddressOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
        ? address : throw new PipelineException(Problem.InvalidRequest, $"'{text}' is not the address of a server, such as http://music.example:7071.");
}
