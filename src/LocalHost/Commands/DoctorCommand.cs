using System.CommandLine;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Hosting;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What <c>doctor --json</c> prints.</summary>
/// <param name="Benchmark">Null unless it was asked for.</param>
sealed record DoctorFindings(HealthStatus Status, IReadOnlyList<HealthCheck> Checks, BenchmarkFigures? Benchmark);

/// <summary><c>dgxmusic doctor</c>: what on this machine would get in the way, and what to do about it.</summary>
static class DoctorCommand
{
    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<string?> models = SharedOptions.Models();
        Option<bool> json = SharedOptions.Json();
        var benchmark = new Option<bool>("--benchmark") { Description = "Play a fixed piece with the best installed engine, writing nothing, and tell how fast that went." };
        var server = new Option<string?>("--server") { Description = "Examine the server at this address, as far as it can tell itself, and not this machine.", HelpName = "URL" };
        Option<string?> key = GatewayFlags.Key();
        var command = new Command("doctor", "Check this machine: runtime, processor, ffmpeg, data folder, disk, engines; or a server, from within.") { data, models, benchmark, server, key, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            if (parsed.GetValue(server) is { Length: > 0 } address)
            {
                if (new Option[] { data, models, benchmark }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } local)
                    throw new PipelineException(Problem.InvalidRequest, $"{local.Name} is about this machine, and --server about another.");
                return await ExamineServerAsync(new(parsed.GetValue(data)!, GatewayFlags.AddressOf(address), parsed.GetValue(key)), parsed.GetValue(json), cancel);
            }

            string folder = Path.GetFullPath(parsed.GetValue(data)!);
            EngineSwitches switches = EngineSwitches.From(new ConfigurationBuilder().AddEnvironmentVariables().Build());
            var store = new ModelStore(parsed.GetValue(models) ?? Path.Combine(folder, "models"));
            var generators = new EngineRegistry([new ComposerEngine()], switches, store);
            var engines = new EngineList(generators, new SeparatorRegistry(store, switches));
            DoctorReport report = await Doctor.ExamineAsync(folder, Folder(folder), engines, switches, cancel);
            BenchmarkFigures? figures = parsed.GetValue(benchmark) ? await MeasureAsync(generators.FindPlayer(EngineRegistry.Composer), cancel) : null;
            if (parsed.GetValue(json)) CommandGuard.WriteJson(new DoctorFindings(report.Status, report.Checks, figures));
            else Print(report, figures);
            return report.Status == HealthStatus.Unhealthy ? ExitCode.Failed : ExitCode.Done;
        }));
        return command;
    }

    static async Task<int> ExamineServerAsync(GatewayTarget target, bool json, CancellationToken cancel)
    {
        await using Gateway gateway = await Gateway.OpenAsync(target, cancel);
        DoctorReport report = await gateway.GetAsync<DoctorReport>($"{Links.Root}/doctor", cancel);
        if (json) CommandGuard.WriteJson(new DoctorFindings(report.Status, report.Checks, null));
        else Print(report, null);
        return report.Status == HealthStatus.Unhealthy ? ExitCode.Failed : ExitCode.Done;
    }

    static HealthCheck Folder(string folder)
    {
        if (DataFolder.FindHolder(folder) is { } holder)
        {
            string how = holder.Port is { } port ? $"serves it on port {port}" : "works in it";
            return new("data", HealthStatus.Healthy, $"{folder}: process {holder.Pid} {how}.");
        }

        try
        {
            using DataFolder taken = DataFolder.Take(folder);
            using var database = new SqliteDatabase(taken.CatalogFile);
            return new("data", HealthStatus.Healthy, $"{folder} can be written.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or Contracts.PipelineException)
        {
            return new("data", HealthStatus.Unhealthy, $"{folder} cannot be used: {fault.Message}");
        }
    }

    static Task<BenchmarkFigures> MeasureAsync(IMusicGenerator engine, CancellationToken cancel) => ProgressBar.ShowAsync(
        $"{engine.Facts.Name} plays", show => Task.Run(() => EngineBenchmark.Run(engine, TimeProvider.System, done => show($"{engine.Facts.Name} plays", 100 * done), cancel), cancel));

    static void Print(DoctorReport report, BenchmarkFigures? figures)
    {
        Table table = Tables.New("Overall", report.Status.ToString().ToLowerInvariant());
        foreach (HealthCheck check in report.Checks) Tables.Row(table, $"{check.Name} {check.Status.ToString().ToLowerInvariant()}", check.Message);
        if (figures is not null)
        {
            Tables.Row(table, "benchmark", Tables.Text(
                $"{figures.Engine.Name} {figures.Engine.Version}: {figures.DurationSeconds:F0} s of music in {figures.ElapsedSeconds:F2} s ({figures.RealTimeFactor:F3} s a second), at most {figures.PeakMemoryMb:F0} MB."));
        }

        Tables.Print(table);
    }
}
