using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>separate --json</c> prints. Paths are absolute.</summary>
/// <param name="ResidualDb">How loud what the sources leave of the mix is, beside the mix; null: nothing is left.</param>
/// <param name="Gain">Of all files alike, so that none clips.</param>
sealed record SeparateReport(
    IReadOnlyDictionary<string, string> Stems, double? ResidualDb, string Device, string Model, double SecondsElapsed, double DurationSeconds, int SampleRate, double Gain,
    IReadOnlyList<string> Warnings);

/// <summary><c>dgxmusic separate</c>: a track, taken apart into stems.</summary>
static class SeparateCommand
{
    const string Device = "cpu";

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Audio of any format that analyze reads, mono or stereo." };
        var model = new Option<string?>("--model") { Description = $"{string.Join(", ", SeparationModels.Names)}. The best installed unless given; spectral needs no weights and is a baseline only." };
        var weights = new Option<string?>("--weights") { Description = "An HTDemucs package (.th) or safetensors file to use, installed or not.", HelpName = "PATH" };
        var stems = new Option<string>("--stems") { Description = "Comma-separated: sources of the model, instrumental (all but the vocals), or all.", DefaultValueFactory = _ => SeparationOrder.All, HelpName = "all|vocals,instrumental|..." };
        var residual = new Option<bool>("--residual") { Description = "Write what the sources leave of the mix as one more track: with it they add up to the mix." };
        var format = new Option<string>("--format") { Description = "File format.", DefaultValueFactory = _ => "wav", HelpName = string.Join('|', FileFormats.ByName.Keys) };
        var depth = new Option<string>("--bit-depth") { Description = "Sample format; FLOAT is never rescaled, the others are where a stem would clip, all stems alike.", DefaultValueFactory = _ => "FLOAT", HelpName = string.Join('|', BitDepths.ByName.Keys) };
        var shifts = new Option<int>("--shifts") { Description = "Passes at other places of the window grid, averaged: better, and slower by that factor; 0 to 20." };
        var overlap = new Option<double>("--overlap") { Description = "Part of a window that the next one hears too, 0 to 0.9.", DefaultValueFactory = _ => 0.25 };
        var threads = new Option<int>("--threads") { Description = "Of the processor; 0: all." };
        var output = new Option<string?>("--out") { Description = "Folder for the stems; 'stems' beside the file, in a folder of its name, unless given.", HelpName = "DIR" };
        Option<string?> models = SharedOptions.Models();
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("separate", "Take a track apart into vocals, drums, bass and the rest.") { file };
        foreach (Option option in (Option[])[model, weights, stems, residual, format, depth, shifts, overlap, threads, output, models, data, json]) command.Options.Add(option);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            string source = parsed.GetValue(file)!;
            FileFormat kind = FileFormats.Parse(parsed.GetValue(format)!);
            bool hasDepth = parsed.GetResult(depth) is { Implicit: false };
            var order = new SeparationOrder
            {
                Stems = parsed.GetValue(stems)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                Residual = parsed.GetValue(residual),
                Format = kind,
                BitDepth = kind != FileFormat.Wav && !hasDepth ? BitDepth.Pcm24 : BitDepths.Parse(parsed.GetValue(depth)!),
                Settings = new(parsed.GetValue(shifts), parsed.GetValue(overlap)),
            };
            var store = new ModelStore(parsed.GetValue(models) ?? Path.Combine(parsed.GetValue(data)!, "models"));
            string folder = parsed.GetValue(output) ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(source))!, "stems", Path.GetFileNameWithoutExtension(source));
            SeparateReport report = await RunAsync(source, () => SeparationModels.Open(parsed.GetValue(model), parsed.GetValue(weights), store, parsed.GetValue(threads)), order, folder, cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return ExitCode.Done;
        }));
        return command;
    }

    static Task<SeparateReport> RunAsync(string source, Func<ISeparationModel> open, SeparationOrder order, string folder, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        return ProgressBar.ShowAsync("Opening the model", show => Task.Run(() =>
        {
            // Said before a model is loaded: a missing file is not worth the wait.
            AudioFile.Open(source, null, cancel).Dispose();
            using ISeparationModel model = open();
            show("Measuring the track", 0);
            long began = Stopwatch.GetTimestamp();
            SeparatedTrack track = TrackSeparator.Separate(
                SampleSource.OfFile(source, null, cancel), model, order, folder,
                done => show(done < 1 ? $"Separating with {model.Name}, {Left(done, began)}" : "Writing the stems", 100 * done), cancel);
            List<string> warnings = [.. track.Warnings, .. model.Name == SpectralModel.ModelName ? ["spectral is a baseline without weights; 'dgxmusic models install htdemucs' gets a trained model."] : Array.Empty<string>()];
            if (track.Gain != 1) warnings.Add(string.Create(CultureInfo.InvariantCulture, $"All stems were scaled by {track.Gain:F3} so that none clips."));
            return new SeparateReport(
                track.Files, track.ResidualDb, Device, model.Name, Stopwatch.GetElapsedTime(start).TotalSeconds, track.Seconds, track.SampleRateHz, track.Gain, warnings);
        }, cancel));
    }

    static string Left(double done, long began)
    {
        if (done <= 0) return "measuring the time left";
        long seconds = (long)Math.Ceiling(Stopwatch.GetElapsedTime(began).TotalSeconds / done * (1 - done));
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:D2} left");
    }

    static void Print(SeparateReport report)
    {
        Table table = Tables.New("Model", $"{report.Model} on {report.Device}");
        foreach ((string name, string path) in report.Stems) Tables.Row(table, name, path);
        Tables.Row(table, "Left over", report.ResidualDb is { } residual ? Tables.Text($"{residual:F1} dB beside the mix") : "nothing");
        Tables.Row(table, "Time", Tables.Text($"{report.SecondsElapsed:F1} s for {report.DurationSeconds:F1} s of music"));
        foreach (string warning in report.Warnings) Tables.Row(table, "Warning", warning);
        Tables.Print(table);
    }
}
