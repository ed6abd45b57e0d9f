using System.CommandLine;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

sealed record StatsReport(QueueReport Jobs, IReadOnlyDictionary<string, StoreTotals> Storage);

/// <summary><c>dgxmusic stats</c>: counts of jobs and files.</summary>
static class StatsCommand
{
    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("stats", "Count jobs and files.") { data, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            await using Gateway gateway = await Gateway.OpenAsync(parsed.GetValue(data)!, cancel);
            var storage = new Dictionary<string, StoreTotals>();
            var files = new StoreFiles(gateway.Store);
            foreach (string container in Containers.All) storage[container] = await files.CountAsync(container, cancel);
            var report = new StatsReport(await gateway.StatisticsAsync(cancel), storage);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        }));
        return command;
    }

    static void Print(StatsReport report)
    {
        Table table = Tables.New("Jobs", $"{report.Jobs.CompletedJobs} completed, {report.Jobs.FailedJobs} failed, {report.Jobs.CancelledJobs} cancelled");
        Tables.Row(table, "Queue", $"{report.Jobs.ProcessingJobs} running, {report.Jobs.PendingJobs} waiting");
        Tables.Row(table, "Mean time", $"{Tables.Number(report.Jobs.AverageProcessingTimeSeconds, "F1")} s");
        foreach ((string container, StoreTotals totals) in report.Storage) Tables.Row(table, container, Tables.Text($"{totals.TotalFiles} files, {totals.TotalSizeMb:F1} MiB"));
        Tables.Print(table);
    }
}
