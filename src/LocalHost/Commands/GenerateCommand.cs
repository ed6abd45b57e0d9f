using System.CommandLine;
using System.Diagnostics;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>generate --json</c> prints. Paths are absolute.</summary>
sealed record GenerateReport(
    string JobId, string File, string Mix, double DurationSeconds, int SampleRate, int Channels, BitDepth BitDepth, double? Bpm, string? Key,
    LoudnessReport Loudness, IReadOnlyDictionary<string, string>? Stems, string? Midi, string Manifest, string Engine, ulong Seed,
    double SecondsElapsed, IReadOnlyList<string> Warnings);

/// <summary><c>dgxmusic generate</c>: a prompt becomes a track.</summary>
static class GenerateCommand
{
    static readonly TimeSpan lookInterval = TimeSpan.FromMilliseconds(50);

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
        var output = new Option<string?>("--out") { Description = "Copy the finished files into this folder.", HelpName = "DIR" };
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var export = new ExportFlags();

        var command = new Command("generate", "Turn a prompt into a mastered track, with stems and MIDI where the engine makes them.") { prompt };
        foreach (Option option in (Option[])[duration, model, seed, stems, bpm, key, temperature, topK, topP, cfg]) command.Options.Add(option);
        export.AddTo(command);
        foreach (Option option in (Option[])[output, data, json]) command.Options.Add(option);
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () => RunAsync(
            new GenerationRequest
            {
                Prompt = parsed.GetValue(prompt)!,
                Duration = parsed.GetValue(duration),
                Model = parsed.GetValue(model),
                Seed = parsed.GetValue(seed),
                Stems = parsed.GetValue(stems),
                Bpm = parsed.GetValue(bpm),
                Key = parsed.GetValue(key),
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                CfgCoef = parsed.GetValue(cfg),
                Export = export.Read(parsed),
            },
            parsed.GetValue(data)!, parsed.GetValue(output), parsed.GetValue(json), cancel)));
        return command;
    }

    static async Task<int> RunAsync(GenerationRequest request, string data, string? output, bool json, CancellationToken cancel)
    {
        long started = Stopwatch.GetTimestamp();
        GenerationRules.Check(request);
        await using Gateway gateway = await Gateway.OpenAsync(data, cancel);
        JobResource job = await gateway.SubmitAsync(request, cancel);
        try
        {
            job = await ProgressBar.ShowAsync(report => WaitAsync(gateway, job, report, cancel));
        }
        catch (OperationCanceledException)
        {
            await gateway.CancelAsync(job.JobId, CancellationToken.None);
            await WaitAsync(gateway, job, _ => { }, CancellationToken.None);
            throw;
        }

        if (job.Status != JobStatus.Completed) throw Failure(job);
        GenerateReport report = Report(gateway, job, output, Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (json) CommandGuard.WriteJson(report);
        else Tables.Write(report);
        return ExitCode.Done;
    }

    static async Task<JobResource> WaitAsync(Gateway gateway, JobResource job, Action<JobResource> report, CancellationToken cancel)
    {
        while (true)
        {
            report(job);
            if (job.CompletedAt is not null) return job;
            await Task.Delay(lookInterval, cancel);
            job = await gateway.ReadAsync(job.JobId, cancel);
        }
    }

    static PipelineException Failure(JobResource job)
    {
        Problem problem = Problem.BySlug.GetValueOrDefault((job.ErrorCode ?? "").Replace('_', '-').ToLowerInvariant()) ?? Problem.Internal;
        return new(problem, $"Job {job.JobId} is {job.Status.ToString().ToLowerInvariant()}: {job.ErrorMessage ?? job.StatusMessage}");
    }

    static GenerateReport Report(Gateway gateway, JobResource job, string? output, double seconds)
    {
        GenerationOutcome result = job.ReadResult<GenerationOutcome>();
        string Place(FileLink file, string name) => output is null ? gateway.PathOf(file) : FileCopies.Copy(gateway.PathOf(file), Path.Combine(output, name));
        return new(
            job.JobId, Place(result.File, $"{job.JobId}.wav"), Place(result.Mix, $"{job.JobId}.mix.wav"), result.DurationSeconds, result.SampleRate,
            result.Channels, result.BitDepth, result.Bpm, result.Key, result.Loudness,
            result.Stems?.ToDictionary(stem => stem.Key, stem => Place(stem.Value, $"{job.JobId}.{stem.Key}.wav")),
            result.Midi is null ? null : Place(result.Midi, $"{job.JobId}.mid"), Place(result.Manifest, $"{job.JobId}.manifest.json"),
            result.Engine, result.Seed, seconds, job.Warnings);
    }
}
