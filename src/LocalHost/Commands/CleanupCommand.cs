using System.CommandLine;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Storage;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic cleanup</c>: removes old files.</summary>
static class CleanupCommand
{
    public static Command Create()
    {
        var days = new Option<int>("--days") { Description = "Age in days from which a file goes.", DefaultValueFactory = _ => new RetentionOptions().DaysOld };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0) result.AddError("--days is 0 or more.");
        });
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say which files would go." };
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("cleanup", "Remove old files; those of jobs that run stay.") { days, dryRun, data, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            await using Gateway gateway = await Gateway.OpenAsync(parsed.GetValue(data)!, cancel);
            CleanupReport report = await gateway.CleanAsync(parsed.GetValue(days), parsed.GetValue(dryRun), cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        }));
        return command;
    }

    static void Print(CleanupReport report)
    {
        const double bytesPerMebibyte = 1 << 20;
        Table table = Tables.New(report.DryRun ? "Would go" : "Removed", Tables.Text($"{report.Count} files, {report.Bytes / bytesPerMebibyte:F1} MiB, older than {report.DaysOld} days"));
        foreach (string file in report.Files) Tables.Row(table, "", file);
        Tables.Print(table);
    }
}
