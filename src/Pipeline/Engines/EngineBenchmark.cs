using System.Diagnostics;
using System.Runtime.InteropServices;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Engines;

/// <summary>The machine that something was measured on.</summary>
public sealed record MachineFacts(string Os, string Architecture, int Processors, string Runtime, NumericsClass Numerics)
{
    public static MachineFacts Here { get; } = new(
        RuntimeInformation.OSDescription, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(), Environment.ProcessorCount, RuntimeInformation.FrameworkDescription, NumericsClass.Here);
}

/// <summary>How fast an engine plays here.</summary>
/// <param name="DurationSeconds">Of the music.</param>
/// <param name="ElapsedSeconds">Of the work, from the prompt to the last sample; nothing is written.</param>
/// <param name="RealTimeFactor">Seconds of work a second of music: below 1 is faster than it sounds.</param>
/// <param name="PeakMemoryMb">Largest working set of the whole process while it played; 10⁶ bytes.</param>
public sealed record BenchmarkFigures(EngineFacts Engine, string Prompt, double DurationSeconds, double ElapsedSeconds, double RealTimeFactor, double PeakMemoryMb, MachineFacts Machine);

/// <summary>Has an engine play the same piece on every machine.</summary>
public static class EngineBenchmark
{
    public const string Prompt = "upbeat electronic dance music with a driving bass line, 128 bpm, A minor";

    public const double Seconds = 16;

    const ulong Seed = 20_111;
    const double WarmUpSeconds = 1, BytesPerMegabyte = 1e6;

    /// <param name="progress">Told the part that is done, 0 to 1, ascending; may end the run by an exception.</param>
    public static BenchmarkFigures Run(IMusicGenerator engine, TimeProvider clock, Action<double>? progress = null, CancellationToken cancel = default)
    {
        // What compiles and loads at the first note would count against a short piece only.
        Play(engine, WarmUpSeconds, null, cancel);
        long began = clock.GetTimestamp();
        double peak = Play(engine, Seconds, progress, cancel), elapsed = clock.GetElapsedTime(began).TotalSeconds;
        return new(engine.Facts, Prompt, Seconds, elapsed, elapsed / Seconds, peak, MachineFacts.Here);
    }

    /// <returns>Largest working set seen.</returns>
    static double Play(IMusicGenerator engine, double seconds, Action<double>? progress, CancellationToken cancel)
    {
        using var process = Process.GetCurrentProcess();
        (double peak, long frames) = (0, 0);
        using IMusicPerformance music = engine.Prepare(new GenerationRequest { Prompt = Prompt, Duration = seconds, Seed = Seed }, Seed, new(Stopping: cancel));
        while (music.Render() is { } block)
        {
            cancel.ThrowIfCancellationRequested();
            frames += block.Mix.Frames;
            process.Refresh();
            peak = Math.Max(peak, process.WorkingSet64 / BytesPerMegabyte);
            progress?.Invoke((double)frames / music.Frames);
        }

        return peak;
    }
}
