using System.Diagnostics;
using DgxMusic.Audio.Wav;
using DgxMusic.Dsp;

namespace DgxMusic.Benchmarks;

/// <summary>How much memory whole-file work takes at its worst moment, as a process of its own, by the length of the track.</summary>
static class PeakMemory
{
    const int RateHz = 44_100;

    public static IEnumerable<Measurement> Run()
    {
        string folder = Directory.CreateTempSubdirectory("dgxmusic-memory-").FullName, source = Path.Combine(folder, "source.wav"), target = Path.Combine(folder, "target.wav");
        try
        {
            foreach (int minutes in (int[])[3, 60])
            {
                Write(source, minutes);
                yield return Measure($"analyze, {minutes} min stereo", minutes, "analyze", source, "--json");
                yield return Measure($"export, {minutes} min stereo, limiter, to 48 kHz", minutes, "export", source, target, "--mode", "limiter", "--lufs", "-9", "--sample-rate", "48000", "--json");
                yield return Measure($"export, {minutes} min stereo, FLAC", minutes, "export", source, Path.ChangeExtension(target, ".flac"), "--json");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static Measurement Measure(string what, int minutes, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dgxmusic.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        long start = Stopwatch.GetTimestamp(), peak = WatchUntilEnd(process);
        output.Wait();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{what} ended with {process.ExitCode}.");
        return new(what, [peak / 1e6], "MB", $"aim: 200; {60 * minutes / Stopwatch.GetElapsedTime(start).TotalSeconds:F0} × real time, start of the process included");
    }

    /// <returns>The most memory the process ever held, bytes.</returns>
    public static long WatchUntilEnd(Process process)
    {
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // It has ended meanwhile.
            }
        }

        return peak;
    }

    /// <summary>Loud and quiet seconds of a chord with some noise.</summary>
    static void Write(string path, int minutes)
    {
        using FileStream file = File.Create(path);
        using var writer = new WavWriter(file, new(RateHz, 2, Contracts.BitDepth.Pcm16, 60L * minutes * RateHz));
        var second = new AudioBuffer(RateHz, 2, RateHz);
        uint noise = 1;
        for (int n = 0; n < 60 * minutes; n++)
        {
            for (int i = 0; i < RateHz; i++)
            {
                noise = (noise * 1_664_525) + 1_013_904_223;
                float pulse = MathF.Exp(-(i % (RateHz / 2)) / 3_000f) * MathF.Sin(0.01f * (i % (RateHz / 2)));
                second[0][i] = ((n % 8 < 6 ? 0.4f : 0.1f) * MathF.Sin(0.05f * i)) + (0.3f * pulse) + (0.02f * ((int)noise / 2_147_483_648f));
                second[1][i] = 0.8f * second[0][i];
            }

            writer.Write(second);
        }

        writer.Complete();
    }
}
