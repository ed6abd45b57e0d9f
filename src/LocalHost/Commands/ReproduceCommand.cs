using System.CommandLine;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Activities;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic reproduce</c>: makes a generation or a separation again and says whether every byte is the same.</summary>
static class ReproduceCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "A completed generation or separation, such as gen_ab12cd34 or sep_ab12cd34." };
        var keep = new Option<bool>("--keep") { Description = "Keep the files made again, as those of a job of their own." };
        var writer = new WriterFlags();
        var command = new Command("reproduce", "Make a generation or separation again from its manifest and compare every file; fails where they differ.") { id, keep };
        writer.AddTo(command);
        return command.Asking(async (gateway, parsed, cancel) =>
        {
            string address = $"{Links.Job(Uri.EscapeDataString(parsed.GetValue(id)!))}/reproduce?keep={(parsed.GetValue(keep) ? "true" : "false")}";
            AcceptedJob accepted = await gateway.SendAsync<AcceptedJob>(HttpMethod.Post, address, null, cancel);
            ReproductionReport report = (await JobFollower.CompleteAsync(gateway, accepted.JobId, cancel)).ReadResult<ReproductionReport>();
            return new(report, () => Print(report)) { ExitCode = report.Identical ? ExitCode.Done : ExitCode.Failed };
        }, writer.Read);
    }

    static void Print(ReproductionReport report)
    {
        Table table = Tables.New("Original", report.SourceId);
        Tables.Row(table, "Verdict", report.Identical ? "identical, byte for byte" : "not identical");
        if (!report.SameNumerics) Tables.Row(table, "Arithmetic", $"another class than the original's, where other bytes are to be expected: {report.OriginalNumerics} then, {report.Numerics} here");
        foreach (FileComparison file in report.Files) Tables.Row(table, file.Name, Describe(file));
        Tables.Print(table);
    }

    static string Describe(FileComparison file) => file.Identical ? "identical"
        : file.DifferenceDb is { } difference ? Tables.Text($"differs: {difference:F1} dB of the original") : $"differs: {file.Remark}";
}
