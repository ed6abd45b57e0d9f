using System.Globalization;
using DgxMusic.Api.Resources;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>Progress on standard error: a bar on a terminal, nothing elsewhere.</summary>
static class ProgressBar
{
    public static Task<JobResource> ShowAsync(Func<Action<JobResource>, Task<JobResource>> work) =>
        ShowAsync<JobResource>("Waiting", show => work(job => show(job.StatusMessage + LeftOf(job), job.Progress)));

    static string LeftOf(JobResource job)
    {
        if (job.ExpectedCompletion is not { } end) return "";
        double seconds = Math.Ceiling(Math.Max(0, (end - DateTime.UtcNow).TotalSeconds));
        return string.Create(CultureInfo.InvariantCulture, $" {Math.Floor(seconds / 60)}:{seconds % 60:00} left");
    }

    /// <param name="work">Gets what shows a description and a percentage.</param>
    public static async Task<T> ShowAsync<T>(string description, Func<Action<string, double>, Task<T>> work)
    {
        if (Console.IsErrorRedirected) return await work((_, _) => { });
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask(description);
                return await work((text, percent) =>
                {
                    bar.Description = Markup.Escape(text);
                    bar.Value = percent;
                });
            });
    }
}
