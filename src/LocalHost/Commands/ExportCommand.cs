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

/// <summary>One of several files: written, or refused with its reason.</summary>
sealed record ExportOutcome(string Source, ExportReport? File, string? Code, string? Error);

sealed record ExportBatchReport(IReadOnlyList<ExportOutcome> Results);

/// <summary><c>dgxmusic export</c>: a file, or several, mastered.</summary>
static class ExportCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "IN and OUT: audio of any format that analyze reads, and the file to write, replaced if it exists, and only by a whole one. With --out any number of IN.",
            Arity = ArgumentArity.OneOrMore,
        };
        var folder = new Option<string?>("--out") { Description = "Write every file into this folder, under its own name.", HelpName = "DIR" };
        var goOn = new Option<bool>("--continue-on-error") { Description = "With --out: go on after a file that failed instead of stopping there." };
        Option<bool> json = SharedOptions.Json();
        var flags = new ExportFlags();
        var file = new FileFlags();
        var command = new Command("export", "Master a file: sample rate, loudness, bit depth, format.") { files, folder, goOn };
        flags.AddTo(command);
        file.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () => Task.Run(() =>
        {
            string[] given = parsed.GetValue(files)!;
            ExportOptions options = flags.Read(parsed);
            ExportReport Master(string from, string to) =>
                Export(from, to, options with { Format = file.FormatOf(parsed, to) }, file.KeepsTags(parsed), file.WritesBext(parsed), cancel);
            if (parsed.GetValue(folder) is { } into)
                return Tell(ExportAll(Targets(given, Path.GetFullPath(into), file.FormatOf(parsed, "")), Master, parsed.GetValue(goOn)), parsed.GetValue(json));
            if (given.Length != 2) throw Refused("files", $"There are {given.Length} files; IN and OUT are two, or --out says where all of them go.");
            ExportReport report = Master(given[0], Path.GetFullPath(given[1]));
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        })));
        return command;
    }

    /// <summary>Where each file goes: its own name with the extension of its new format.</summary>
    static (string From, string To)[] Targets(string[] sources, string folder, FileFormat format)
    {
        (string From, string To)[] pairs = [.. sources.Select(source => (source, Path.Combine(folder, Path.GetFileNameWithoutExtension(source) + FileFormats.ExtensionOf(format))))];
        string? twice = pairs.GroupBy(pair => pair.To, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? pairs : throw Refused("files", $"Two files would be written as '{Path.GetFileName(twice)}'.");
    }

    static List<ExportOutcome> ExportAll((string From, string To)[] pairs, Func<string, string, ExportReport> master, bool goesOn)
    {
        List<ExportOutcome> results = [];
        foreach ((string from, string to) in pairs)
        {
            try
            {
                results.Add(new(from, master(from, to), null, null));
            }
            catch (PipelineException refusal)
            {
                results.Add(new(from, null, refusal.Problem.Code, refusal.Message));
                if (!goesOn) break;
            }
        }

        return results;
    }

    static int Tell(List<ExportOutcome> results, bool json)
    {
        if (json) CommandGuard.WriteJson(new ExportBatchReport(results));
        foreach (ExportOutcome result in results)
        {
            if (result.Error is { } error) Console.Error.WriteLine($"{result.Source}: {error}");
            else if (!json) Print(result.File!);
        }

        return results.All(result => result.File is not null) ? ExitCode.Done : ExitCode.Failed;
    }

    static PipelineException Refused(string field, string fault) => new(Problem.InvalidRequest, fault, new Dictionary<string, string> { [field] = fault });

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
