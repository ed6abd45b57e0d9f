using System.Diagnostics;
using System.Globalization;
using DgxMusic.EndToEnd.Tests;

namespace DgxMusic.Benchmarks;

/// <summary>A hundred mixed jobs and twenty SIGKILLs, compared byte for byte with the same jobs left in peace.</summary>
static class Chaos
{
    const int Jobs = 100, Kills = 20;

    public static IEnumerable<Measurement> Run()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-chaos-");
        ChaosReport report = new ChaosRun(Serve, folder.FullName, Jobs, Kills, seed: 1).RunAsync().GetAwaiter().GetResult();
        folder.Delete(recursive: true);
        string told = string.Create(
            CultureInfo.InvariantCulture, $"aim: 0; {report.Activities} activities recorded, {report.Redelivered} delivered again; {report.SecondsInPeace:F0} s in peace, {report.SecondsUnderKills:F0} s under kills");
        foreach (string fault in report.Faults) Console.Error.WriteLine(fault);
        yield return new($"{Jobs} mixed jobs, {Kills} SIGKILLs: differences, files left behind, work done twice", [report.Faults.Count], "faults", told);
    }

    internal static Process Serve(string data)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dgxmusic.dll"), "serve", "--port", "0", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Pipeline__MaxConcurrentJobs"] = "2";
        start.Environment["Logging__LogLevel__DgxMusic.LocalHost.Runner"] = "Debug";
        return Process.Start(start)!;
    }
}
