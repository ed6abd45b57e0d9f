using System.Diagnostics;
using System.Globalization;
using DgxMusic.Audio;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>
/// How long a process waits for its first window, each time in a process of its own: the bare model of <c>dgxmusic separate</c>.
/// A window counts as begun once its spectrogram stands, which is the first that the model tells.
/// </summary>
static class FirstWindow
{
    /// <summary>What makes this program be that process.</summary>
    public const string Verb = "first-window-of";

    const int Runs = 5;

    /// <param name="weights">In the page cache, as after the first run.</param>
    /// <param name="music">At least three windows long.</param>
    public static IEnumerable<Measurement> Run(string weights, string music)
    {
        double[][] runs = [.. Enumerable.Range(0, Runs + 1).Select(_ => InAProcess(weights, music))];
        (string What, string Beside)[] figures =
        [
            ("process start to first window", "aim: 1; runtime, weights of 168 MB (in the page cache) and reading 30 s of music for their statistics are in it"),
            ("load call to first window", "aim: 1; of the above, what comes after the start of the runtime"),
            ("first window of a process", "compiling is in it"),
            ("second window of a process", ""),
        ];
        for (int n = 0; n < figures.Length; n++) yield return new($"htdemucs, {figures[n].What}, 2 threads", [.. runs[1..].Select(run => run[n])], "s", figures[n].Beside);
    }

    static double[] InAProcess(string weights, string music)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [typeof(FirstWindow).Assembly.Location, Verb, weights, music]) { RedirectStandardOutput = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. said.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    /// <summary>The process: prints its four figures.</summary>
    public static void Answer(string weights, string music)
    {
        DateTime started = Process.GetCurrentProcess().StartTime, loading = DateTime.Now, begun = default;
        List<DateTime> ended = [];
        var engine = new ManagedEngine(2);
        HTDemucs model = HTDemucs.Load(engine, weights);
        using var bag = new HTDemucsBag("htdemucs", engine, [model]);
        model.Probe = (_, _) => begun = begun == default ? DateTime.Now : begun;
        BareModel.Separate(SampleSource.OfFile(music), bag, _ => ended.Add(DateTime.Now));

        TimeSpan[] figures = [begun - started, begun - loading, ended[0] - begun, ended[1] - ended[0]];
        Console.Write(string.Join(' ', figures.Select(figure => figure.TotalSeconds.ToString("F4", CultureInfo.InvariantCulture))));
    }
}
