using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Seams;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>generate --json</c> prints. Paths are absolute.</summary>
sealed record GenerateReport(
    string JobId, string File, string Mix, double DurationSeconds, int SampleRate, int Channels, BitDepth BitDepth, double? Bpm, string? Key,
    LoudnessReport Loudness, IReadOnlyDictionary<string, string>? Stems, string? Midi, string Manifest, string Engine, ulong Seed,
    double SecondsElapsed, IReadOnlyList<string> Warnings, SeamScore? Seam);

/// <summary><c>dgxmusic generate</c>: a prompt becomes a track.</summary>
static class GenerateCommand
{
    public static Command Create()
    {
        var prompt = new Argument<string>("prompt") { Description = "What to play: style, mood, tempo, key, instruments, in your own words." };
        var duration = new Option<double>("--duration") { Description = "Seconds, 1 to 600.", DefaultValueFactory = _ => 16.0 };
        var model = new Option<string?>("--model") { Description = $"Engine: {string.Join(", ", EngineRegistry.KnownGenerators)}. The best installed unless given." };
        var seed = new Option<ulong?>("--seed") { Description = "The same seed gives the same music. Drawn and reported unless given." };
        var stems = new Option<bool>("--stems") { Description = "Keep each instrument group as a file of its own." };
        var bpm = new Option<double?>("--bpm") { Description = "Tempo, 40 to 220; wins over the prompt." };
        var key = new Option<string?>("--key") { Description = "Tonic and mode, such as 'F# minor'; wins over the prompt." };
        var temperature = new Option<double>("--temperature") { Description = "0.1 to 2; for engines that sample.", DefaultValueFactory = _ => 1.0 };
        var topK = new Option<int>("--top-k") { Description = "0 to 500, 0 is off; for engines that sample.", DefaultValueFactory = _ => 250 };
        var topP = new Option<double>("--top-p") { Description = "0 to 1, 0 is off; for engines that sample.", DefaultValueFactory = _ => 0.0 };
        var cfg = new Option<double>("--cfg-coef") { Description = "Guidance, 1 to 10; for engines that sample.", DefaultValueFactory = _ => 3.0 };
        var before = new Option<string?>("--continue") { Description = "Music to go on from, for engines that continue; what is made begins where it ends.", HelpName = "FILE" };
        var context = new Option<double>("--context-seconds") { Description = "How much of that music's end is heard, 1 to 20.", DefaultValueFactory = _ => 10.0 };
        var priority = new Option<string?>("--priority") { Description = "Before or after others that wait.", HelpName = "low|normal|high" };
        var after = new Option<string[]>("--after") { Description = "Jobs that have to complete first.", HelpName = "ID", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string?>("--out") { Description = "Copy the finished files into this folder; those of a server elsewhere come into the working directory unless given.", HelpName = "DIR" };
        Option<bool> json = SharedOptions.Json();
        Option<WeightStorage?> precision = WriterFlags.Precision();
        var engines = new OwnEngineFlags("A folder with a MusicGen's weights, config.json and tokenizer, or a weight file with those beside it, to use, installed or not; not with a server.");
        var export = new ExportFlags();
        var gateway = new GatewayFlags();

        var command = new Command("generate", "Turn a prompt into a mastered track, with stems and MIDI where the engine makes them.") { prompt };
        foreach (Option option in (Option[])[duration, model, seed, stems, bpm, key, temperature, topK, topP, cfg, before, context, priority, after]) command.Options.Add(option);
        command.Options.Add(precision);
        engines.AddTo(command);
        export.AddTo(command);
        command.Options.Add(output);
        gateway.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () =>
        {
            var body = new Dictionary<string, object?> { ["prompt"] = parsed.GetValue(prompt) };
            body.AddGiven("duration", parsed, duration);
            body.AddGiven("model", parsed, model);
            body.AddGiven("seed", parsed, seed);
            body.AddGiven("stems", parsed, stems);
            body.AddGiven("bpm", parsed, bpm);
            body.AddGiven("key", parsed, key);
            body.AddGiven("temperature", parsed, temperature);
            body.AddGiven("top_k", parsed, topK);
            body.AddGiven("top_p", parsed, topP);
            body.AddGiven("cfg_coef", parsed, cfg);
            body.AddGiven("context_seconds", parsed, context);
            export.Write(parsed, body);
            var terms = new Dictionary<string, object?>();
            terms.AddGiven("priority", parsed, priority);
            terms.AddGiven("after", parsed, after);
            OwnEngines own = engines.Read(parsed) with { Precision = parsed.GetValue(precision) };
            if (engines.WeightsOf(parsed) is { } path)
            {
                string name = parsed.GetValue(model) ?? EngineRegistry.MusicGens[0];
                own = own with { Writer = (name, path) };
                body["model"] = name;
            }

            return RunAsync(body, terms, parsed.GetValue(before), () => gateway.OpenAsync(parsed, cancel, own), parsed.GetValue(output), parsed.GetValue(json), cancel);
        }));
        return command;
    }

    static async Task<int> RunAsync(Dictionary<string, object?> body, Dictionary<string, object?> terms, string? before, Func<Task<Gateway>> open, string? output, bool json, CancellationToken cancel)
    {
        long started = Stopwatch.GetTimestamp();
        // Whoever runs it will say the same; here it costs no data folder.
        GenerationBody.Parse(JsonSerializer.SerializeToElement(body, ApiJson.Options));
        if (before is not null) AudioFile.Open(before, null, cancel).Dispose();
        await using Gateway gateway = await open();
        Acceptance accepted = await SubmitAsync(gateway, body.Concat(terms).ToDictionary(), before, cancel);
        JobResource job = await JobFollower.CompleteAsync(gateway, accepted.JobId, cancel);
        GenerateReport report = await ReportAsync(gateway, job, output, started, cancel);
        if (json) CommandGuard.WriteJson(report);
        else Tables.Write(report);
        return ExitCode.Done;
    }

    static async Task<Acceptance> SubmitAsync(Gateway gateway, Dictionary<string, object?> body, string? before, CancellationToken cancel)
    {
        if (before is null) return await gateway.SendAsync<Acceptance>(HttpMethod.Post, $"{Links.Root}/generate", body, cancel);
        string name = Path.GetFileName(before);
        SentFile sent = await ProgressBar.ShowAsync($"Handing in {name}", show => gateway.SendFileAsync(before, done => show($"Handing in {name}", 100 * done), cancel));
        try
        {
            body["continue_from"] = sent.Value;
            return await gateway.SendAsync<Acceptance>(HttpMethod.Post, $"{Links.Root}/generate", body, cancel);
        }
        catch
        {
            // One that a job was entered for all the same stays: it is in use.
            await gateway.DropAsync(sent);
            throw;
        }
    }

    static async Task<GenerateReport> ReportAsync(Gateway gateway, JobResource job, string? output, long started, CancellationToken cancel)
    {
        GenerationOutcome result = job.ReadResult<GenerationOutcome>();
        Task<string> Place(FileLink file, string suffix) => gateway.FetchAsync(file, output, job.JobId + suffix, cancel);
        Dictionary<string, string>? stems = result.Stems is null ? null : [];
        foreach ((string name, FileLink stem) in result.Stems ?? new Dictionary<string, FileLink>()) stems![name] = await Place(stem, $".{name}.wav");
        string file = await Place(result.File, ".wav"), mix = await Place(result.Mix, ".mix.wav"), manifest = await Place(result.Manifest, ".manifest.json");
        string? midi = result.Midi is null ? null : await Place(result.Midi, ".mid");
        return new(
            job.JobId, file, mix, result.DurationSeconds, result.SampleRate, result.Channels, result.BitDepth, result.Bpm, result.Key, result.Loudness, stems, midi, manifest,
            result.Engine, result.Seed, Stopwatch.GetElapsedTime(started).TotalSeconds, job.Warnings, result.Seam);
    }
}
