using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DgxMusic.Api.Resources;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Engines;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

sealed record DoctorReport(HealthStatus Status, IReadOnlyList<HealthCheck> Checks);

/// <summary><c>dgxmusic doctor</c>: what on this machine would get in the way, and what to do about it.</summary>
static class DoctorCommand
{
    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("doctor", "Check this machine: runtime, processor, ffmpeg, data folder, disk.") { data, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), async () =>
        {
            string folder = Path.GetFullPath(parsed.GetValue(data)!);
            HealthCheck[] checks = [Runtime(), Processor(), await FfmpegAsync(cancel), Folder(folder), Disk(folder), Engines()];
            var report = new DoctorReport(checks.Max(check => check.Status), checks);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(report);
            else Print(report);
            return report.Status == HealthStatus.Unhealthy ? ExitCode.Failed : ExitCode.Done;
        }));
        return command;
    }

    static HealthCheck Runtime() => new("runtime", HealthStatus.Healthy, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}.");

    static HealthCheck Processor() => NumericsClass.Here.Vectors > 0
        ? new("processor", HealthStatus.Healthy, $"{Environment.ProcessorCount} processors, {NumericsClass.Here.Vectors}-bit vectors{(NumericsClass.Here.Fma ? " with FMA" : "")}.")
        : new("processor", HealthStatus.Degraded, "No hardware vectors: everything works, slowly. DOTNET_EnableHWIntrinsic=0 turns them off; is it set?");

    static async Task<HealthCheck> FfmpegAsync(CancellationToken cancel)
    {
        try
        {
            using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-hide_banner", "-version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string version = await ffmpeg.StandardOutput.ReadLineAsync(cancel) ?? "";
            await ffmpeg.WaitForExitAsync(cancel);
            return new("ffmpeg", HealthStatus.Healthy, version.Split(" Copyright")[0] + ".");
        }
        catch (Win32Exception)
        {
            return new("ffmpeg", HealthStatus.Degraded, "ffmpeg is not on the search path: WAV and AIFF work, MP3, FLAC, OGG and M4A are refused. On Debian: apt-get install ffmpeg.");
        }
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

    static HealthCheck Disk(string folder)
    {
        string? existing = folder;
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        return Health.DiskOf(new DriveInfo(existing ?? "/"));
    }

    static HealthCheck Engines() => new("engines", HealthStatus.Healthy, "composer plays without weights; it is always there.");

    static void Print(DoctorReport report)
    {
        Table table = Tables.New("Overall", report.Status.ToString().ToLowerInvariant());
        foreach (HealthCheck check in report.Checks) Tables.Row(table, $"{check.Name} {check.Status.ToString().ToLowerInvariant()}", check.Message);
        Tables.Print(table);
    }
}
