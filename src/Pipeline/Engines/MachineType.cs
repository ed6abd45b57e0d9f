using System.Runtime.InteropServices;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Names machines so that those of one name are about equally fast: processor, how many of it, how it calculates.</summary>
public static class MachineType
{
    const string LinuxProcessors = "/proc/cpuinfo", ModelField = "model name";
    const int LongestModel = 80;

    /// <summary>Letters, digits, <c>- .</c> only, as names of rows may have.</summary>
    public static string Here { get; } = NameOf(ProcessorModel(), RuntimeInformation.OSArchitecture, Environment.ProcessorCount, NumericsClass.Here);

    internal static string NameOf(string processor, Architecture architecture, int processors, NumericsClass numerics)
    {
        string model = string.Join('-', processor.Split([.. processor.Where(letter => !char.IsAsciiLetterOrDigit(letter)).Distinct()], StringSplitOptions.RemoveEmptyEntries));
        string[] parts =
        [
            model.Length > LongestModel ? model[..LongestModel] : model, architecture.ToString().ToLowerInvariant(), $"{processors}x", $"v{numerics.Vectors}{(numerics.Fma ? "-fma" : "")}", $"net{numerics.Runtime}",
            numerics.Platform,
        ];
        return string.Join('.', parts.Where(part => part.Length > 0));
    }

    /// <summary>As the system calls it; empty where it does not tell.</summary>
    static string ProcessorModel()
    {
        try
        {
            if (OperatingSystem.IsWindows()) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "";
            if (!File.Exists(LinuxProcessors)) return "";
            return File.ReadLines(LinuxProcessors).FirstOrDefault(line => line.StartsWith(ModelField, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
