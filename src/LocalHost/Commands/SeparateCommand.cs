using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>separate --json</c> prints. Paths are absolute.</summary>
/// <param name="ResidualDb">How loud what the sources leave of the mix is, beside the mix; null: nothing is left.</param>
/// <param name="Format">Why the files are what they are.</param>
/// <param name="Gain">Of all files alike, so that none clips.</param>
sealed record SeparateReport(
    string JobId, IReadOnlyDictionary<string, string> Stems, double? ResidualDb, string Device, string Model, double SecondsElapsed, double DurationSeconds, int SampleRate, string Format, double Gain,
    IReadOnlyList<string> Warnings);

/// <summary><c>dgxmusic separate</c>: a track, taken apart into stems.</summary>
static class SeparateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Audio of any format that analyze reads, mono or stereo." };
        var output = new Option<string?>("--out") { Description = "Copy the stems into this folder, each under its name; unless given they stay in the data folder, and those of a server elsewhere come into the working directory.", HelpName = "DIR" };
        Option<bool> json = SharedOptions.Json();
        var flags = new SeparationFlags();
        var engines = new OwnEngineFlags("An HTDemucs package (.th) or safetensors file to use, installed or not; not with a server.");
        var gateway = new GatewayFlags();
        var command = new Command("separate", "Take a track apart into vocals, drums, bass and the rest.") { file };
        flags.AddTo(command);
        engines.AddTo(command);
        command.Options.Add(output);
        gateway.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () =>
        {
            Dictionary<string, object?> body = flags.Read(parsed);
            OwnEngines own = engines.Read(parsed);
            if (engines.WeightsOf(parsed) is { } path)
            {
                var weights = WeightFileSeparator.Of(path, flags.ModelOf(parsed));
                own = own with { Separator = weights };
                body["model"] = weights.Facts.Name;
            }

            return RunAsync(parsed.GetValue(file)!, body, () => gateway.OpenAsync(parsed, cancel, own), parsed.GetValue(output), parsed.GetValue(json), cancel);
        }));
        return command;
    }

    static async Task<int> RunAsync(string source, Dictionary<string, object?> body, Func<Task<Gateway>> open, string? output, bool json, CancellationToken cancel)
    {
        long started = Stopwatch.GetTimestamp();

        // Whoever runs it will say the same; here it costs neither a data folder nor the way of the file.
        SeparationBody.Parse(JsonSerializer.SerializeToElement(body, ApiJson.Options));
        AudioFile.Open(source, null, cancel).Dispose();
        await using Gateway gateway = await open();
        SeparationAcceptance accepted = await SubmitAsync(gateway, source, body, cancel);
        JobResource job = await JobFollower.CompleteAsync(gateway, accepted.JobId, cancel);
        SeparateReport report = await ReportAsync(gateway, job, output, started, cancel);
        if (json) CommandGuard.WriteJson(report);
        else Print(report);
        return ExitCode.Done;
    }

    static async Task<SeparationAcceptance> SubmitAsync(Gateway gateway, string source, Dictionary<string, object?> body, CancellationToken cancel)
    {
        string name = Path.GetFileName(source);
        SentFile sent = await ProgressBar.ShowAsync($"Handing in {name}", show => gateway.SendFileAsync(source, done => show($"Handing in {name}", 100 * done), cancel));
        try
        {
            body[sent.Field] = sent.Value;
            return await gateway.SendAsync<SeparationAcceptance>(HttpMethod.Post, $"{Links.Root}/separations", body, cancel);
        }
        catch
        {
            // One that a job was entered for all the same stays: it is in use.
            await gateway.DropAsync(sent);
            throw;
        }
    }

    static async Task<SeparateReport> ReportAsync(Gateway gateway, JobResource job, string? output, long started, CancellationToken cancel)
    {
        SeparationOutcome result = job.ReadResult<SeparationOutcome>();
        Dictionary<string, string> stems = [];
        foreach ((string name, SeparatedTrackFile track) in result.Tracks)
        {
            string file = name + FileFormats.ExtensionOf(track.Format);
            stems[name] = await gateway.FetchAsync(new(track.Path, track.Url), output, output is null ? $"{job.JobId}.{file}" : file, cancel);
        }

        string[] baseline = result.Model == SpectralModel.ModelName ? ["spectral is a baseline without weights; 'dgxmusic models install htdemucs' gets a trained model."] : [];
        return new(
            job.JobId, stems, result.Quality.ReconstructionErrorDb, result.Device, result.Model, Stopwatch.GetElapsedTime(started).TotalSeconds, result.DurationSeconds,
            result.Tracks.Values.First().SampleRate, result.FormatReason, result.Gain, [.. baseline, .. job.Warnings]);
    }

    static void Print(SeparateReport report)
    {
        Table table = Tables.New("Track", report.JobId);
        Tables.Row(table, "Model", $"{report.Model} on {report.Device}");
        foreach ((string name, string path) in report.Stems) Tables.Row(table, name, path);
        Tables.Row(table, "Format", report.Format);
        Tables.Row(table, "Left over", report.ResidualDb is { } residual ? Tables.Text($"{residual:F1} dB beside the mix") : "nothing");
        Tables.Row(table, "Time", Tables.Text($"{report.SecondsElapsed:F1} s for {report.DurationSeconds:F1} s of music"));
        foreach (string warning in report.Warnings) Tables.Row(table, "Warning", warning);
        Tables.Print(table);
    }
}

/// <summary>How a track is taken apart, as options of a command.</summary>
sealed class SeparationFlags
{
    readonly Option<string?> model = new("--model")
    {
        Description = $"{string.Join(", ", SeparationModels.Names)}, or one that was added. The best installed unless given; spectral needs no weights and is a baseline only.",
    };

    readonly Option<string> device = new("--device") { Description = "Where it runs; auto takes the GPU where there is one that fits.", DefaultValueFactory = _ => "auto", HelpName = "auto|cpu|gpu" };

    readonly Option<string> stems = new("--stems")
    {
        Description = "Comma-separated: sources of the model, instrumental (all but the vocals), or all. A file of each source is the default here; the HTTP API's is vocals,instrumental.",
        DefaultValueFactory = _ => SeparationRequest.All, HelpName = "all|vocals,instrumental|...",
    };

    readonly Option<bool> residual = new("--residual") { Description = "Write what the sources leave of the mix as one more track: with it they add up to the mix." };

    readonly Option<string> format = new("--output-format", "--format")
    {
        Description = "File format; auto chooses by what the source is.", DefaultValueFactory = _ => "wav", HelpName = string.Join('|', Audio.Stems.StemFormat.Formats),
    };

    readonly Option<string?> depth = new("--bit-depth")
    {
        Description = "Sample format; unless given FLOAT in WAV and PCM_24 in FLAC, so that nothing is lost; the HTTP API's is PCM_16. FLOAT is never rescaled, the others are where a stem would clip, all stems alike.",
        HelpName = string.Join('|', Audio.Stems.StemFormat.Depths),
    };

    readonly Option<int> bitrate = new("--bitrate") { Description = "Of MP3; 320 unless given.", HelpName = "KBPS" };
    readonly Option<bool> keepRate = new("--keep-sample-rate") { Description = "Give the stems the source's rate and not the model's." };
    readonly Option<int> shifts = new("--shifts") { Description = "Passes at other places of the window grid, averaged: better, and slower by that factor; 0 to 20." };
    readonly Option<double> overlap = new("--overlap") { Description = "Part of a window that the next one hears too, 0 to 0.9.", DefaultValueFactory = _ => 0.25 };
    readonly Option<string> title = new("--title") { Description = "Of the music; as the file says unless given." };
    readonly Option<string> artist = new("--artist") { Description = "Of the music; as the file says unless given." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[model, device, stems, residual, format, depth, bitrate, keepRate, shifts, overlap, title, artist]) command.Options.Add(option);
    }

    public string? ModelOf(ParseResult parsed) => parsed.GetValue(model);

    /// <summary>As fields of a request.</summary>
    public Dictionary<string, object?> Read(ParseResult parsed)
    {
        string kind = parsed.GetValue(format)!;
        var body = new Dictionary<string, object?>
        {
            ["stems"] = parsed.GetValue(stems),
            ["output_format"] = kind,
            ["bit_depth"] = parsed.GetValue(depth) ?? kind switch { "wav" => BitDepths.NameOf(BitDepth.Float), "flac" => BitDepths.NameOf(BitDepth.Pcm24), _ => null },
        };
        body.AddGiven("model", parsed, model);
        body.AddGiven("device", parsed, device);
        body.AddGiven("residual", parsed, residual);
        body.AddGiven("bitrate", parsed, bitrate);
        body.AddGiven("keep_sample_rate", parsed, keepRate);
        body.AddGiven("shifts", parsed, shifts);
        body.AddGiven("overlap", parsed, overlap);
        body.AddGiven("title", parsed, title);
        body.AddGiven("artist", parsed, artist);
        return body;
    }
}
