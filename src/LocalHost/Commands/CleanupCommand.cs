using System.CommandLine;
using System.Globalization;
using DgxMusic.Api.Resources;
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
        return new Command("cleanup", "Remove old files; those of jobs that run stay.") { days, dryRun }.Asking(async (gateway, parsed, cancel) =>
        {
            string address = string.Create(CultureInfo.InvariantCulture, $"{Links.Root}/storage/cleanup?days_old={parsed.GetValue(days)}&dry_run={(parsed.GetValue(dryRun) ? "true" : "false")}");
            CleanupReport report = await gateway.SendAsync<CleanupReport>(HttpMethod.Post, address, null, cancel);
            return new(report, () => Print(report));
        });
    }

    static void Print(CleanupReport report)
    {
        const double bytesPerMebibyte = 1 << 20;
        Table table = Tables.New(report.DryRun ? "Would go" : "Removed", Tables.Text($"{report.Count} files, {report.Bytes / bytesPerMebibyte:F1} MiB, older than {report.DaysOld} days"));
        foreach (string file in report.Files) Tables.Row(table, "", file);
        Tables.Print(table);
    }
}
