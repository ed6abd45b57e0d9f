using System.CommandLine;
using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>export --json</c> prints.</summary>
/// <param name="BitDepth">Null: coded with loss.</param>
sealed record ExportReport(
    string Path, FileFormat Format, long FileSizeBytes, int SampleRate, int Channels, double DurationSeconds, BitDepth? BitDepth, LoudnessReport Loudness,
    IReadOnlyList<string> Warnings);

/// <summary><c>dgxmusic export</c>: a file, mastered.</summary>
static class ExportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("in") { Description = "Audio of any format that analyze reads." };
        var target = new Argument<string>("out") { Description = "The file to write; replaced if it exists, and only by a whole one." };
        Option<bool> json = SharedOptions.Json();
        var flags = new ExportFlags();
        var file = new FileFlags();
        var command = new Command("export", "Master a file: sample rate, loudness, bit depth, format.") { source, target };
        flags.AddTo(command);
        file.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () => Task.Run(() =>
        {
            string from = parsed.GetValue(source)!, to = Path.GetFullPath(parsed.GetValue(target)!);
            ExportOptions options = flags.Read(parsed) with { Format = file.FormatOf(parsed, to) };
            ExportReport report = Export(from, to, options, file.KeepsTags(parsed), file.WritesBext(parsed), cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        })));
        return command;
    }

    static ExportReport Export(string source, string target, ExportOptions options, bool keepsTags, bool writesBext, CancellationToken cancel)
    {
        if (string.Equals(Path.GetFullPath(source), target, StringComparison.Ordinal))
            throw new PipelineException(Problem.InvalidRequest, "Source and target are one file; mastering would lose the original.");
        var warnings = new List<string>();
        var extras = new ExportExtras
        {
            Tags = keepsTags ? AudioFile.ReadTags(source, null, warnings, cancel) : Tags.None,
            Broadcast = writesBext ? AudioFile.ReadBroadcast(source) ?? new BroadcastInfo() : null,
        };
        MasteredTrack track = FileCopies.Write(
            target, stream => TrackExporter.Export(SampleSource.OfFile(source, null, cancel), options, extras, stream, null, cancel));
        BitDepth? depth = track.IsLossless ? track.BitDepth : null;
        return new(
            target, track.Format, track.Bytes, track.SampleRateHz, track.Channels, track.Seconds, depth, track.Loudness, [.. track.Warnings, .. warnings]);
    }

    static void Print(ExportReport report)
    {
        Table table = Tables.New("File", report.Path);
        string format = FileFormats.NameOf(report.Format), depth = report.BitDepth is { } bits ? BitDepths.NameOf(bits) : "coded with loss";
        Tables.Row(table, "Length", Tables.Text($"{report.DurationSeconds:F2} s, {report.SampleRate} Hz, {report.Channels} channels, {format}, {depth}"));
        Tables.Row(table, "Size", Tables.Text($"{report.FileSizeBytes} bytes"));
        Tables.Row(table, "Loudness", Tables.Describe(report.Loudness));
        foreach (string warning in report.Warnings) Tables.Row(table, "Warning", warning);
        Tables.Print(table);
    }
}
