using DgxMusic.Api.Resources;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>A job's progress on standard error: a bar on a terminal, nothing elsewhere.</summary>
static class ProgressBar
{
    public static async Task<JobResource> ShowAsync(Func<Action<JobResource>, Task<JobResource>> work)
    {
        if (Console.IsErrorRedirected) return await work(_ => { });
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("Waiting");
                return await work(job =>
                {
                    bar.Description = Markup.Escape(job.StatusMessage);
                    bar.Value = job.Progress;
                });
            });
    }
}
