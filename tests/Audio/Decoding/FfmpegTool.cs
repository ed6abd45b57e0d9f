using System.ComponentModel;
using System.Diagnostics;

namespace DgxMusic.Audio.Tests.Decoding;

/// <summary>Needs ffmpeg and ffprobe on the search path; skipped where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute() => Skip = FfmpegTool.Missing;
}

/// <inheritdoc cref="FfmpegFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
sealed class FfmpegTheoryAttribute : TheoryAttribute
{
    public FfmpegTheoryAttribute() => Skip = FfmpegTool.Missing;
}

/// <summary>Needs a shell to play the part of ffmpeg; skipped on Windows.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Needs /bin/sh." : null;
}

/// <inheritdoc cref="ShellFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
sealed class ShellTheoryAttribute : TheoryAttribute
{
    public ShellTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "Needs /bin/sh." : null;
}

/// <summary>Needs both: a shell around the real ffmpeg.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class FfmpegShellTheoryAttribute : TheoryAttribute
{
    public FfmpegShellTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "Needs /bin/sh." : FfmpegTool.Missing;
}

/// <summary>One after the other: a script that is still open for writing in a sibling just forked cannot be started.</summary>
[CollectionDefinition(Name)]
public sealed class ChildProcesses
{
    public const string Name = "Child processes";
}

static class FfmpegTool
{
    public static string? Missing { get; } = Runs("ffmpeg") && Runs("ffprobe") ? null : "Needs ffmpeg and ffprobe.";

    /// <summary>Encodes a WAV file by the extension of the target.</summary>
    public static void Encode(string source, string target, params string[] arguments)
    {
        using var process = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", source, .. arguments, target]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Makes a file of what a source filter gives.</summary>
    public static void Make(string target, string source, params string[] arguments)
    {
        using var process = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, .. arguments, target]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    static bool Runs(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["-version"]) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
