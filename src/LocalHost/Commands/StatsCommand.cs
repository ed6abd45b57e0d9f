using System.CommandLine;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

sealed record StoreTotals(int TotalFiles, long TotalSizeBytes, double TotalSizeMb, IReadOnlyDictionary<string, int> FileTypes);

sealed record StatsReport(QueueReport Jobs, IReadOnlyDictionary<string, StoreTotals> Storage);

/// <summary><c>dgxmusic stats</c>: counts of jobs and files.</summary>
static class StatsCommand
{
    const double BytesPerMebibyte = 1 << 20;

    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("stats", "Count jobs and files.") { data, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            await using Gateway gateway = await Gateway.OpenAsync(parsed.GetValue(data)!, cancel);
            var storage = new Dictionary<string, StoreTotals>();
            foreach (string container in Containers.All) storage[container] = await CountAsync(new FolderBlobStore(gateway.DataPath), container, cancel);
            var report = new StatsReport(await gateway.StatisticsAsync(cancel), storage);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        }));
        return command;
    }

    static async Task<StoreTotals> CountAsync(FolderBlobStore store, string container, CancellationToken cancel)
    {
        (int files, long bytes) = (0, 0);
        var types = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (BlobInfo blob in store.ListAsync(container, "", cancel))
        {
            (files, bytes) = (files + 1, bytes + blob.Bytes);
            string type = Path.GetExtension(blob.Ref.Path).ToLowerInvariant();
            types[type] = types.GetValueOrDefault(type) + 1;
        }

        return new(files, bytes, bytes / BytesPerMebibyte, types);
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
