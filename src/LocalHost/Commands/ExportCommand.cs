using System.CommandLine;
using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Contracts;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>export --json</c> prints.</summary>
sealed record ExportReport(
    string Path, long FileSizeBytes, int SampleRate, int Channels, double DurationSeconds, BitDepth BitDepth, LoudnessReport Loudness, IReadOnlyList<string> Warnings);

/// <summary><c>dgxmusic export</c>: a file, mastered.</summary>
static class ExportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("in") { Description = "Audio of any format that analyze reads." };
        var target = new Argument<string>("out") { Description = "The WAV file to write; replaced if it exists, and only by a whole one." };
        Option<bool> json = SharedOptions.Json();
        var flags = new ExportFlags();
        var command = new Command("export", "Master a file: sample rate, loudness, bit depth.") { source, target };
        flags.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () => Task.Run(() =>
        {
            ExportReport report = Export(parsed.GetValue(source)!, Path.GetFullPath(parsed.GetValue(target)!), flags.Read(parsed), cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        })));
        return command;
    }

    static ExportReport Export(string source, string target, ExportOptions options, CancellationToken cancel)
    {
        if (string.Equals(Path.GetFullPath(source), target, StringComparison.Ordinal))
            throw new PipelineException(Problem.InvalidRequest, "Source and target are one file; mastering would lose the original.");
        MasteredTrack track = FileCopies.Write(target, stream => TrackExporter.Export(SampleSource.OfFile(source, null, cancel), options, stream, null, cancel));
        return new(target, track.Bytes, track.SampleRateHz, track.Channels, track.Seconds, track.BitDepth, track.Loudness, track.Warnings);
    }

    static void Print(ExportReport report)
    {
        Table table = Tables.New("File", report.Path);
        Tables.Row(table, "Length", Tables.Text($"{report.DurationSeconds:F2} s, {report.SampleRate} Hz, {report.Channels} channels, {BitDepths.NameOf(report.BitDepth)}"));
        Tables.Row(table, "Size", Tables.Text($"{report.FileSizeBytes} bytes"));
        Tables.Row(table, "Loudness", Tables.Describe(report.Loudness));
        foreach (string warning in report.Warnings) Tables.Row(table, "Warning", warning);
        Tables.Print(table);
    }
}
