using System.Diagnostics;

namespace DgxMusic.Benchmarks;

/// <summary>How long a user waits from the start of the process to the finished file.</summary>
static class FirstFile
{
    public static IEnumerable<Measurement> Run()
    {
        yield return Measurement.Of("generate 16 s with stems, process start to end", "s", Generate, "aim: 5");
    }

    static double Generate()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-bench-");
        string program = Path.Combine(AppContext.BaseDirectory, "dgxmusic.dll");
        string[] arguments = [program, "generate", "upbeat electronic dance music at 140 BPM", "--duration", "16", "--stems", "--data", folder.FullName, "--json"];
        double seconds = Measurement.SecondsOf(() =>
        {
            using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"The program ended with {process.ExitCode}.");
        });
        folder.Delete(recursive: true);
        return seconds;
    }
}
