using System.CommandLine;
using DgxMusic.Contracts;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What kind of file a track goes into, as options of a command.</summary>
sealed class FileFlags
{
    readonly Option<string?> format = new("--format")
    {
        Description = "File format; as the extension of OUT says unless given, and WAV where that says nothing.",
        HelpName = string.Join('|', FileFormats.ByName.Keys),
    };

    readonly Option<string> tags = new("--tags")
    {
        Description = "Title, artist, album, year, track, genre, comment and cover of the source.",
        DefaultValueFactory = _ => "keep",
        HelpName = "keep|none",
    };

    readonly Option<bool> bext = new("--bext") { Description = "WAV only: write the measured loudness into the header as EBU Tech 3285 lays it out." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[format, tags, bext]) command.Options.Add(option);
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: no such format.</exception>
    public FileFormat FormatOf(ParseResult parsed, string target) => parsed.GetValue(format) is { } name ? FileFormats.Parse(name) : FileFormats.OfName(target);

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: neither of the two.</exception>
    public bool KeepsTags(ParseResult parsed)
    {
        string choice = parsed.GetValue(tags)!;
        if (choice is "keep" or "none") return choice == "keep";
        const string fault = "'tags' is not one of keep, none.";
        throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["tags"] = fault });
    }

    public bool WritesBext(ParseResult parsed) => parsed.GetValue(bext);
}
