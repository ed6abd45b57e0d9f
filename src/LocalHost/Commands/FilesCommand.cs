using System.CommandLine;
using System.Globalization;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Storage;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic files</c>: what lies in the store, by its paths there.</summary>
static class FilesCommand
{
    const string Address = $"{Links.Root}/storage";

    public static Command Create() => new("files", "List, find, move, copy and remove files of the store.") { List(), PathOf(), Size(), Exists(), Transfer("move", "Give a file another place."), Transfer("copy", "Give a file a second place."), Delete() };

    static Command List()
    {
        var container = new Option<string>("--in") { Description = "Where to look.", DefaultValueFactory = _ => "outputs", HelpName = string.Join('|', StorePaths.Containers) };
        var from = new Option<string?>("--from") { Description = "First day of modification, UTC.", HelpName = "YYYY-MM-DD" };
        var to = new Option<string?>("--to") { Description = "Last day, all of it.", HelpName = "YYYY-MM-DD" };
        var extension = new Option<string?>("--extension") { Description = "Only these, such as .wav." };
        var limit = new Option<int>("--limit") { Description = "At most so many, 0 to 1000.", DefaultValueFactory = _ => 100 };
        var continuation = new Option<string?>("--continue") { Description = "What the page before ended with.", HelpName = "TOKEN" };
        return new Command("list", "Files, newest first.") { container, from, to, extension, limit, continuation }.Asking(async (gateway, parsed, cancel) =>
        {
            StoredFiles files = await gateway.GetAsync<StoredFiles>(
                $"{Address}/files{Query(("container", parsed.GetValue(container)), ("start_date", parsed.GetValue(from)), ("end_date", parsed.GetValue(to)), ("extension", parsed.GetValue(extension)), ("limit", parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture)), ("continuation", parsed.GetValue(continuation)))}",
                cancel);
            return new(files, () => Print(files));
        });
    }

    static Command PathOf()
    {
        var job = new Argument<string>("job") { Description = "A job's id or another name." };
        var extension = new Option<string?>("--extension") { Description = "With or without its dot; .wav unless given." };
        var date = new Option<string?>("--date") { Description = "Its day; today, UTC, unless given.", HelpName = "YYYY-MM-DD" };
        return new Command("path", "Where a job's output lies, or would.") { job, extension, date }.Asking(async (gateway, parsed, cancel) =>
            Tell(await gateway.GetAsync<StoredPath>($"{Address}/path{Query(("job_id", parsed.GetValue(job)), ("extension", parsed.GetValue(extension)), ("date", parsed.GetValue(date)))}", cancel)));
    }

    static Command Exists()
    {
        Argument<string> path = PathArgument();
        return new Command("exists", "Whether there is a file; fails where there is none.") { path }.Asking(async (gateway, parsed, cancel) =>
        {
            StoredPath found = await gateway.GetAsync<StoredPath>($"{Address}/exists{Query(("path", parsed.GetValue(path)))}", cancel);
            return Tell(found) with { ExitCode = found.Exists ? ExitCode.Done : ExitCode.Failed };
        });
    }

    static Command Size()
    {
        Argument<string> path = PathArgument();
        return new Command("size", "How large a file is.") { path }.Asking(async (gateway, parsed, cancel) =>
            Tell(await gateway.GetAsync<StoredFile>($"{Address}/size{Query(("path", parsed.GetValue(path)))}", cancel)));
    }

    static Command Transfer(string verb, string description)
    {
        var source = new Argument<string>("from") { Description = "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav." };
        var destination = new Argument<string>("to") { Description = "Another; folders come into being." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace what is there." };
        return new Command(verb, description) { source, destination, overwrite }.Asking(async (gateway, parsed, cancel) =>
        {
            var body = new { source = parsed.GetValue(source), destination = parsed.GetValue(destination), overwrite = parsed.GetValue(overwrite) };
            return Tell(await gateway.SendAsync<StoredFile>(HttpMethod.Post, $"{Address}/{verb}", body, cancel));
        });
    }

    static Command Delete()
    {
        Argument<string> path = PathArgument();
        return new Command("delete", "Remove a file; says whether there was one.") { path }.Asking(async (gateway, parsed, cancel) =>
        {
            Deletion deletion = await gateway.SendAsync<Deletion>(HttpMethod.Delete, $"{Address}/files{Query(("path", parsed.GetValue(path)))}", null, cancel);
            return new(deletion, () => Console.Out.WriteLine(deletion.Deleted ? "Removed." : "There was none."));
        });
    }

    static Argument<string> PathArgument() => new("path") { Description = "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav." };

    static string Query(params (string Name, string? Value)[] fields)
    {
        string[] given = [.. fields.Where(field => !string.IsNullOrEmpty(field.Value)).Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value!)}")];
        return given.Length == 0 ? "" : $"?{string.Join('&', given)}";
    }

    static CommandAnswer Tell(StoredPath path) => new(path, () => Console.Out.WriteLine($"{path.Path}{(path.Exists ? "" : " (nothing there)")}"));

    static CommandAnswer Tell(StoredFile file) => new(file, () => Print(new([file], null)));

    static void Print(StoredFiles files)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in (string[])["Path", "MiB", "Modified"]) table.AddColumn(column);
        foreach (StoredFile file in files.Files)
            table.AddRow(Markup.Escape(file.Path), Tables.Number(file.SizeMb, "F2"), file.ModifiedAt.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture));
        Tables.Print(table);
        if (files.Continuation is { } next) Console.Out.WriteLine($"More: --continue {next}");
    }
}
