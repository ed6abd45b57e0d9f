using System.Diagnostics;
using System.Globalization;

namespace DgxMusic.Benchmarks;

/// <summary>Several readings of one figure. The median is the one to quote.</summary>
/// <param name="Beside">An opponent's figure from the same run, or what else the reader has to know.</param>
sealed record Measurement(string What, IReadOnlyList<double> Readings, string Unit, string Beside = "")
{
    const int Runs = 5;

    public double Median => Readings.Order().ElementAt(Readings.Count / 2);

    /// <summary>One run to warm up, then five that count.</summary>
    public static Measurement Of(string what, string unit, Func<double> read, string beside = "")
    {
        read();
        return new(what, [.. Enumerable.Range(0, Runs).Select(_ => read())], unit, beside);
    }

    /// <summary>How many seconds of music one second of work does.</summary>
    public static Measurement OfRealTime(string what, double musicSeconds, Action work, string beside = "") =>
        Of(what, "× real time", () => musicSeconds / SecondsOf(work), beside);

    public static double SecondsOf(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public string ToRow() => string.Create(
        CultureInfo.InvariantCulture, $"| {What} | {Median:G4} | {Readings.Min():G4} | {Readings.Max():G4} | {Unit} | {Beside} |");
}

static class Machine
{
    public static string Describe() =>
        $"{Cpu()}, {Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {Environment.OSVersion.Platform}";

    static string Cpu() => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "processor not told"
        : "processor not told";
}
