using System.CommandLine;
using System.Globalization;
using DgxMusic.Api.Resources;
using DgxMusic.LocalHost.Hosting;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic jobs</c>: what was asked for and what became of it.</summary>
static class JobsCommand
{
    public static Command Create()
    {
        var command = new Command("jobs", "List, show and cancel jobs.");
        command.Subcommands.Add(List("list", "Jobs, newest first."));
        command.Subcommands.Add(OnJob("show", "All about a job.", (gateway, id, cancel) => gateway.ReadAsync(id, cancel)));
        command.Subcommands.Add(OnJob("cancel", "Take a job back, also one that runs.", async (gateway, id, cancel) =>
        {
            await gateway.CancelAsync(id, cancel);
            return await gateway.ReadAsync(id, cancel);
        }));
        return command;
    }

    static Command List(string name, string description)
    {
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 20 };
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command(name, description) { limit, data, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            await using Gateway gateway = await Gateway.OpenAsync(parsed.GetValue(data)!, cancel);
            IReadOnlyList<JobResource> jobs = await gateway.ListAsync(Math.Clamp(parsed.GetValue(limit), 0, 1000), cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(new JobList(jobs));
            else Print(jobs);
            return ExitCode.Done;
        }));
        return command;
    }

    static Command OnJob(string name, string description, Func<Gateway, string, CancellationToken, Task<JobResource>> act)
    {
        var id = new Argument<string>("id") { Description = "Such as gen_ab12cd34." };
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command(name, description) { id, data, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            await using Gateway gateway = await Gateway.OpenAsync(parsed.GetValue(data)!, cancel);
            JobResource job = await act(gateway, parsed.GetValue(id)!, cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(job);
            else Print([job]);
            return ExitCode.Done;
        }));
        return command;
    }

    static void Print(IReadOnlyList<JobResource> jobs)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in (string[])["Job", "Status", "Done", "Created", "Engine", "Prompt"]) table.AddColumn(column);
        foreach (JobResource job in jobs)
        {
            table.AddRow(
                job.JobId, job.Status.ToString().ToLowerInvariant(), string.Create(CultureInfo.InvariantCulture, $"{job.Progress} %"),
                job.CreatedAt.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture), job.Model, Markup.Escape(job.ErrorMessage ?? (job.Prompt ?? job.FilePath ?? "").ReplaceLineEndings(" ")));
        }

        Tables.Print(table);
    }
}
