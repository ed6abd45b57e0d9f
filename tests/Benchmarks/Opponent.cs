using System.Diagnostics;
using System.Globalization;

namespace DgxMusic.Benchmarks;

/// <summary>Somebody else's program for the same work, which does a round whenever it is told to and says how long it took, its loading left out.</summary>
sealed class Opponent : IDisposable
{
    static readonly string sources = Path.Combine(AppContext.BaseDirectory, "Opponents"), built = Directory.CreateTempSubdirectory("dgxmusic-opponents-").FullName;
    readonly Process? process;

    Opponent(string name, Process? process) => (Name, this.process) = (name, process);

    public string Name { get; }

    /// <summary>A C source beside this program, compiled with the library it is written for.</summary>
    public static Opponent OfLibrary(string name, string library, params string[] arguments)
    {
        string program = Path.Combine(built, name);
        bool there = File.Exists(program) || Succeeds("cc", "-O3", "-march=native", "-o", program, Path.Combine(sources, name + ".c"), $"-l{library}", "-lm");
        return Start($"lib{library}", there ? program : null, arguments);
    }

    /// <param name="package">What must be importable.</param>
    public static Opponent OfPython(string name, string package, string work, params string[] arguments)
    {
        string? python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(candidate => Succeeds(candidate, "-c", $"import {package}"));
        return Start(name, python, [Path.Combine(sources, "reference.py"), work, .. arguments]);
    }

    /// <summary>One operation of PyTorch on so many threads.</summary>
    public static Opponent OfTorch(int threads, int repeats, string kind, params int[] numbers)
    {
        string? python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(candidate => Succeeds(candidate, "-c", "import torch"));
        return Start("PyTorch", python, [Path.Combine(sources, "torch_ops.py"), $"{threads}", $"{repeats}", kind, .. numbers.Select(number => $"{number}")], threads);
    }

    /// <summary>A script of ours for PyTorch.</summary>
    public static Opponent OfTorchModel(string script, string weights, int threads)
    {
        string? python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(candidate => Succeeds(candidate, "-c", "import torch, numpy"));
        return Start("PyTorch", python, [Path.Combine(sources, script), weights, $"{threads}"], threads);
    }

    /// <summary>Seconds of one round; null where the opponent is not installed.</summary>
    public double? Round()
    {
        if (process is null) return null;
        process.StandardInput.WriteLine();
        process.StandardInput.Flush();
        string said = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} ended: {process.StandardError.ReadToEnd()}");
        return double.Parse(said, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (process is null) return;
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    static Opponent Start(string name, string? program, string[] arguments, int threads = 1)
    {
        if (program is null) return new(name, null);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // As many cores as we take: their libraries bring threads of their own.
        foreach (string limit in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"]) start.Environment[limit] = $"{threads}";
        return new(name, Process.Start(start));
    }

    static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>Our work and an opponent's, turn by turn, so that whatever slows the machine slows both.</summary>
static class Duel
{
    const int Rounds = 7;
    static readonly TimeSpan warmUp = TimeSpan.FromSeconds(0.5);

    /// <param name="amount">Of work in one round, in the unit that is then given by second: seconds of music, unless told otherwise.</param>
    /// <param name="aim">How many times the opponent's speed we want.</param>
    /// <param name="repeats">Calls a round, here and there.</param>
    /// <param name="prepare">Before each round, and not in its time; an opponent brings its own.</param>
    public static Measurement Of(
        string what, double amount, double aim, Opponent opponent, Action work, string unit = "× real time", int repeats = 1, Action? prepare = null)
    {
        List<double> ours = [], theirs = [], ratios = [];
        using (opponent)
        {
            // Short work is compiled for good only after it has run for a while.
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < warmUp;)
            {
                prepare?.Invoke();
                work();
            }

            for (int round = -2; round < Rounds; round++)
            {
                prepare?.Invoke();
                double mine = Measurement.SecondsOf(() =>
                {
                    for (int i = 0; i < repeats; i++) work();
                }) / repeats;
                double? other = opponent.Round();
                // The first two rounds warm up.
                if (round < 0) continue;
                ours.Add(amount / mine);
                if (other is not { } seconds) continue;
                theirs.Add(amount / seconds);
                ratios.Add(seconds / mine);
            }
        }

        string beside = ratios.Count == 0 ? $"{opponent.Name} is not installed; aim: {aim} × it"
            : string.Create(CultureInfo.InvariantCulture, $"{opponent.Name} {Middle(theirs):G4}, we are {Middle(ratios):F2} × it; aim: {aim}");
        return new(what, ours, unit, beside);
    }

    static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
