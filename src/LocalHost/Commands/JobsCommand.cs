using System.CommandLine;
using System.Globalization;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Jobs;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic jobs</c>: what was asked for and what became of it.</summary>
static class JobsCommand
{
    const int MostRows = 1000;
    static readonly string[] statuses = [.. Enum.GetNames<JobStatus>().Select(name => name.ToLowerInvariant())];

    public static Command Create() => new("jobs", "List, show, follow and cancel jobs, and fetch their files.")
    {
        List(),
        OnJob("show", "All about a job.", ["status"], JobFollower.ReadAsync),
        OnJob("watch", "Follow a job to its end; interrupting this leaves it alone.", [], JobFollower.WatchAsync),
        OnJob("cancel", "Take a job back, also one that runs.", [], CancelAsync),
        OnJob("dismiss", "Put an ended job out of sight; its files stay.", [], DismissAsync),
        Download(),
    };

    static Command List()
    {
        var limit = new Option<int>("--limit") { Description = $"At most so many, 0 to {MostRows}.", DefaultValueFactory = _ => 20 };
        var status = new Option<string?>("--status") { Description = $"Only jobs of this status: {string.Join(", ", statuses)}." };
        var dismissed = new Option<bool>("--dismissed") { Description = "Those that were put out of sight as well." };
        return new Command("list", "Jobs, newest first.") { Aliases = { "history" }, Options = { limit, status, dismissed } }.Asking(async (gateway, parsed, cancel) =>
        {
            string filter = parsed.GetValue(status) is { } wanted ? $"&status={Uri.EscapeDataString(wanted)}" : "";
            string address = string.Create(CultureInfo.InvariantCulture, $"{Links.Root}/jobs?limit={parsed.GetValue(limit)}{filter}{(parsed.GetValue(dismissed) ? "&include_dismissed=true" : "")}");
            JobList list = await gateway.GetAsync<JobList>(address, cancel);
            return new(list, () => Print(list.Jobs));
        });
    }

    static Command OnJob(string name, string description, string[] aliases, Func<Gateway, string, CancellationToken, Task<JobResource>> act)
    {
        Argument<string> id = IdArgument();
        var command = new Command(name, description) { id };
        foreach (string alias in aliases) command.Aliases.Add(alias);
        return command.Asking(async (gateway, parsed, cancel) =>
        {
            JobResource job = await act(gateway, parsed.GetValue(id)!, cancel);
            return new(job, () => Print([job]));
        });
    }

    static Command Download()
    {
        Argument<string> id = IdArgument();
        var output = new Option<string>("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => ".", HelpName = "DIR" };
        var only = new Option<string[]>("--only") { Description = "Only these of its files, such as file, mix, midi, manifest, a stem's name, or original for what was taken apart.", AllowMultipleArgumentsPerToken = true, HelpName = "NAME" };
        return new Command("download", "Fetch the files of a completed job.") { id, output, only }.Asking(async (gateway, parsed, cancel) =>
        {
            JobResource job = await JobFollower.ReadAsync(gateway, parsed.GetValue(id)!, cancel);
            IReadOnlyDictionary<string, FileLink> files = Wanted(job, parsed.GetValue(only) ?? []);
            var written = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach ((string name, FileLink file) in files)
                written[name] = await gateway.FetchAsync(file, parsed.GetValue(output), JobFileLinks.NameOf(job, name, file), cancel);
            return new(new { job_id = job.JobId, files = written }, () =>
            {
                Table table = Tables.New("Job", job.JobId);
                foreach ((string name, string path) in written) Tables.Row(table, name, path);
                Tables.Print(table);
            });
        });
    }

    static Dictionary<string, FileLink> Wanted(JobResource job, string[] only)
    {
        Dictionary<string, FileLink> files = JobFileLinks.Of(job);
        if (job.Status != JobStatus.Completed) throw new PipelineException(Problem.JobState, $"Job {job.JobId} is {job.Status.ToString().ToLowerInvariant()}; it has files once it is completed.");
        if (files.Count == 0) throw new PipelineException(Problem.FileNotFound, $"Job {job.JobId} made no files.");
        string[] unknown = [.. only.Where(name => !files.ContainsKey(name))];
        if (unknown.Length > 0) throw new PipelineException(Problem.FileNotFound, $"Job {job.JobId} has no file '{unknown[0]}'; it has {string.Join(", ", files.Keys)}.");

        // What was handed in, its owner has.
        if (only.Length == 0) files.Remove(JobFileLinks.Original);
        return only.Length == 0 ? files : only.Distinct().ToDictionary(name => name, name => files[name]);
    }

    static async Task<JobResource> CancelAsync(Gateway gateway, string id, CancellationToken cancel)
    {
        await gateway.SendAsync<Cancellation>(HttpMethod.Post, $"{Links.Job(Uri.EscapeDataString(id))}/cancel", null, cancel);
        return await JobFollower.ReadAsync(gateway, id, cancel);
    }

    static async Task<JobResource> DismissAsync(Gateway gateway, string id, CancellationToken cancel)
    {
        await gateway.SendAsync<object>(HttpMethod.Post, $"{Links.Job(Uri.EscapeDataString(id))}/dismiss", null, cancel);
        return await JobFollower.ReadAsync(gateway, id, cancel);
    }

    static Argument<string> IdArgument() => new("id") { Description = "Such as gen_ab12cd34 or sep_ab12cd34." };

    static void Print(IReadOnlyList<JobResource> jobs)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in (string[])["Job", "Status", "Done", "Created", "Engine", "About"]) table.AddColumn(column);
        foreach (JobResource job in jobs)
        {
            table.AddRow(
                job.JobId, StateOf(job), string.Create(CultureInfo.InvariantCulture, $"{job.Progress} %"),
                job.CreatedAt.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture), Markup.Escape(job.Model), Markup.Escape(job.ErrorMessage ?? About(job).ReplaceLineEndings(" ")));
        }

        Tables.Print(table);
    }

    static string About(JobResource job) => job.Prompt ?? job.FilePath ?? "";

    static string StateOf(JobResource job)
    {
        string status = job.Status.ToString().ToLowerInvariant();
        string place = job.QueuePosition is > 0 and { } position ? string.Create(CultureInfo.InvariantCulture, $", {position} in line") : "";
        string retries = job.RetryCount > 0 ? string.Create(CultureInfo.InvariantCulture, $", retry {job.RetryCount}") : "";
        return status + place + retries;
    }
}
