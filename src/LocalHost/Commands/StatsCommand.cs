using System.CommandLine;
using DgxMusic.Api.Resources;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Storage;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

sealed record StatsReport(QueueReport Jobs, IReadOnlyDictionary<string, StoreTotals> Storage);

/// <summary><c>dgxmusic stats</c>: counts of jobs and files.</summary>
static class StatsCommand
{
    public static Command Create() => new Command("stats", "Count jobs and files.").Asking(async (gateway, _, cancel) =>
    {
        var report = new StatsReport(await gateway.GetAsync<QueueReport>($"{Links.Root}/queue/stats", cancel), await CountFilesAsync(gateway, cancel));
        return new(report, () => Print(report));
    });

    static async Task<Dictionary<string, StoreTotals>> CountFilesAsync(Gateway gateway, CancellationToken cancel)
    {
        var storage = new Dictionary<string, StoreTotals>();
        foreach (string container in StorePaths.Containers) storage[container] = await gateway.GetAsync<StoreTotals>($"{Links.Root}/storage/stats?container={container}", cancel);
        return storage;
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
